"""Both real SDKs over HTTP against the fake AI, every fault side by side, since most of them are waited for."""

import contextlib
import itertools
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
from chatsim import builtin
from chatsim_ai.failover import AttemptRecord, Failover
from chatsim_ai.settings import AiSettings
from chatsim_ai.writer import Writer, Written

from local import launch
from local.launch import FakeAi

PROVIDERS = ("groq", "cerebras")
# Many waits at once, but few that compute: what is measured is the product, not the queue for two cores.
AT_ONCE = 10

_games = itertools.count(1)


@dataclass
class Outcome:
    """What became of one wish for a pack. `turns`: who was asked and how it ended; `error`: what was raised."""

    game: str
    written: Written | None = None
    error: Exception | None = None
    took_s: float = 0.0
    turns: list[AttemptRecord] = field(default_factory=list)


class Desk:
    """One environment of the door that writes packs, with the providers in a known order."""

    def __init__(self, ai: FakeAi, first: str, **env: str) -> None:
        settings = AiSettings.from_env({"CHATSIM_LOCAL": "1", **ai.environment, **env})
        self.heard: list[AttemptRecord] = []
        self._providers = settings.providers()
        self.failover = Failover(
            self._providers, settings.first_token_s, self.heard.append, start=PROVIDERS.index(first)
        )
        self._writer = Writer(self.failover, settings)

    def close(self) -> None:
        for provider in self._providers:
            provider.warm().client.close()

    def ask(self, game: str, lang: Any = "es") -> Outcome:
        name = builtin.named(game, "game")
        outcome, heard = Outcome(game), len(self.heard)
        began_s = time.monotonic()
        try:
            outcome.written = self._writer.write(name, lang, builtin.find(name, lang))
        except Exception as exc:
            outcome.error = exc
        outcome.took_s = time.monotonic() - began_s
        outcome.turns = self.heard[heard:]
        return outcome


@pytest.fixture(scope="session")
def ai() -> Iterator[FakeAi]:
    with launch.fake_ai(seconds=0.3) as started:
        yield started


@pytest.fixture(scope="session")
def desk(ai: FakeAi) -> Iterator[Callable[..., Desk]]:
    """desk(first, **env) → one that asks `first` first; its connections are closed when all tests are done."""
    with contextlib.ExitStack() as at_end:

        def opened(first: str = PROVIDERS[0], **env: str) -> Desk:
            return at_end.enter_context(contextlib.closing(Desk(ai, first, **env)))

        yield opened


@pytest.fixture(scope="session")
def aside() -> Iterator[Callable[..., Future[Any]]]:
    """aside(function, *arguments) → its future result."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield pool.submit


def new_game() -> str:
    """A game nobody has asked for: the fake's behaviour and counts are told apart by it."""
    return f"Partida {next(_games)}"


@pytest.fixture
def fake_ai_url(ai: FakeAi) -> str:
    return ai.url


@pytest.fixture
def fake_ai_env(ai: FakeAi) -> dict[str, str]:
    """What a process needs to take the fake for its providers."""
    return ai.environment
