"""The next provider when one fails: whose turn it is, how long a turn lasts, who rests."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from chatsim_ai.provider import Provider, ProviderError

# A turn goes on while each further period of its first length brings this many useful lines: at that pace the
# smallest usable pack (writer.USABLE, 83 lines) is there within the 12 s. Healthy providers bring 100 and more.
STEADY_LINES = 25
# 400 lines of 120 characters and their marks; what goes on past that does not mean to end.
MAX_CHARS = 60_000

FAILURES_TO_REST = 3
REST_S = 30.0
MAX_REST_S = 600.0

# The answer was worth having, and ended by limits of our own.
_NO_FAULT = ("ok", "length", "deadline", "endless")


@dataclass(frozen=True)
class AttemptRecord:
    """One provider's turn: `kind` is ok, a ProviderError's kind, deadline, endless or error (a fault of ours).

    `first_line_s`: until the first useful line, None without any. `tokens`: as the service tells, None if not.
    """

    provider: str
    kind: str
    latency_s: float
    first_line_s: float | None
    lines: int
    tokens: int | None

    @property
    def failed(self) -> bool:
        """Whether that is the provider's fault; what limits of ours ended was worth having."""
        return self.kind not in _NO_FAULT


class Attempt:
    """One provider's answer: an iterator of text that just ends, whatever happens; `kind` says why.

    Whoever reads it calls `useful()` for every line worth keeping: that is what keeps the turn.
    """

    def __init__(
        self,
        provider: Provider,
        messages: list[dict[str, str]],
        deadline: float,
        turn_s: float,
        clock: Callable[[], float],
    ) -> None:
        self.provider = provider.name
        self._kind = ""
        self.retry_after_s: float | None = None
        self._tokens: int | None = None
        self._clock = clock
        self._deadline = deadline
        self._turn_s = turn_s
        self._began = clock()
        self._turn_end = self._began + turn_s
        self._wanted = 1
        self._in_turn = 0
        self._lines = 0
        self._first_line_s: float | None = None
        # A reader of its own, so that no hanging or dripping stream can hold us past our times.
        self._inbox: SimpleQueue[str | _End] = SimpleQueue()
        self._left_alone = threading.Event()
        threading.Thread(
            target=_read, args=(provider, messages, deadline, self._inbox, self._left_alone), daemon=True
        ).start()

    @property
    def kind(self) -> str:
        """Empty while it goes on."""
        return "empty" if self._kind == "ok" and not self._lines else self._kind

    def __iter__(self) -> Iterator[str]:
        while self._in_time():
            with suppress(Empty):
                came = self._inbox.get(timeout=max(0.0, min(self._turn_end, self._deadline) - self._clock()))
                if isinstance(came, _End):
                    self._end(came)
                    return
                yield came

    def useful(self) -> None:
        self._lines += 1
        self._in_turn += 1
        if self._first_line_s is None:
            self._first_line_s = self._clock() - self._began

    def close(self) -> AttemptRecord:
        """Lets go of the stream; a reader that stops before the end had all it wanted."""
        self._left_alone.set()
        self._kind = self._kind or "ok"
        return AttemptRecord(
            self.provider, self.kind, self._clock() - self._began, self._first_line_s, self._lines, self._tokens
        )

    def _in_time(self) -> bool:
        now = self._clock()
        if not self._kind and now >= self._deadline:
            self._kind = "deadline"
        if not self._kind and now >= self._turn_end:
            if self._in_turn < self._wanted:
                self._kind = "timeout"
            self._turn_end, self._in_turn, self._wanted = now + self._turn_s, 0, STEADY_LINES
        return not self._kind

    def _end(self, end: _End) -> None:
        self._kind = end.kind
        self.retry_after_s = end.retry_after_s
        self._tokens = end.tokens


@dataclass(frozen=True)
class _End:
    kind: str
    retry_after_s: float | None = None
    tokens: int | None = None


def _read(
    provider: Provider,
    messages: list[dict[str, str]],
    deadline: float,
    inbox: SimpleQueue[str | _End],
    left_alone: threading.Event,
) -> None:
    stream: Iterator[str] = iter(())
    chars = 0
    try:
        stream = iter(provider.stream(messages, deadline))
        while chars <= MAX_CHARS and not left_alone.is_set():
            text = next(stream)
            chars += max(1, len(text))
            inbox.put(text)
        inbox.put(_End("endless"))
    except StopIteration as end:
        inbox.put(_End("ok", tokens=end.value))
    except ProviderError as error:
        inbox.put(_End(error.kind, error.retry_after_s))
    except Exception:
        inbox.put(_End("error"))
    finally:
        if isinstance(stream, Generator):
            with suppress(Exception):
                stream.close()


@dataclass
class _Health:
    failures: int = 0
    rests_until: float = 0.0


class Failover:
    """Round robin over providers, from a random start, so that many processes spread over them.

    Three failures running, or a `retry-after`, put a provider to rest. `first_token_s`: the length of a turn that has
    to prove itself. Safe to use from many threads; `on_attempt` hears of every turn in the thread that took it.
    """

    def __init__(
        self,
        providers: Sequence[Provider],
        first_token_s: float,
        on_attempt: Callable[[AttemptRecord], None] = lambda record: None,
        *,
        clock: Callable[[], float] = time.monotonic,
        start: int | None = None,
    ) -> None:
        self._providers = tuple(providers)
        self._first_token_s = first_token_s
        self._on_attempt = on_attempt
        self.clock = clock
        self._lock = threading.Lock()
        self._health = {provider.name: _Health() for provider in providers}
        self._next = random.randrange(max(1, len(self._providers))) if start is None else start

    def warm(self) -> None:
        for provider in self._providers:
            provider.warm()

    def attempts(self, messages: list[dict[str, str]], deadline: float) -> Generator[Attempt, None, None]:
        """Turns until one was enough (close the generator then), nobody is left, or `deadline` (by `clock`) is over."""
        for provider in self._turns():
            if self.clock() >= deadline:
                return
            if self._resting(provider.name):
                continue
            attempt = Attempt(provider, messages, deadline, self._first_token_s, self.clock)
            try:
                yield attempt
            finally:
                record = attempt.close()
                self._judge(attempt)
                self._on_attempt(record)

    def resting(self) -> tuple[str, ...]:
        """Names of the providers that are left alone for now."""
        return tuple(provider.name for provider in self._providers if self._resting(provider.name))

    def _turns(self) -> tuple[Provider, ...]:
        with self._lock:
            first = self._next % max(1, len(self._providers))
            self._next = first + 1
        return self._providers[first:] + self._providers[:first]

    def _resting(self, name: str) -> bool:
        with self._lock:
            return self.clock() < self._health[name].rests_until

    def _judge(self, attempt: Attempt) -> None:
        with self._lock:
            health, now = self._health[attempt.provider], self.clock()
            if attempt.kind in _NO_FAULT:
                # A turn that the deadline ended says nothing of the provider.
                health.failures = health.failures if attempt.kind == "deadline" else 0
                return
            health.failures += 1
            if attempt.retry_after_s is not None:
                health.rests_until = now + min(max(0.0, attempt.retry_after_s), MAX_REST_S)
            elif health.failures >= FAILURES_TO_REST:
                health.rests_until = now + REST_S
