"""Writes a game's pack with whatever the providers give: whole, cut, thin or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from chatsim.errors import InvalidName
from chatsim.names import Lang, Mode, Name
from chatsim.packs import Pack, categories

from chatsim_ai import prompt
from chatsim_ai.failover import Attempt, Failover
from chatsim_ai.filter import Sieve, offensive
from chatsim_ai.lines import REFUSAL, Line, LineReader
from chatsim_ai.settings import AiSettings

# Of each category, in the order of `chatsim.packs.categories`. With fewer of the AI's own lines than USABLE, about a
# quarter of what was asked, a chat would be mostly the genre's with the AI's source on it: then rather ask the next
# one. What is short of FULL is filled up with the genre's: built-in packs have about as many, and a show at the
# default pace repeats nothing for a quarter of an hour.
USABLE = (40, 15, 20, 8)
FULL = (100, 40, 50, 20)

# Of the deadline: the rest is for filling up, and for whoever stores the pack and answers with it.
READING = 0.9

_MARKS = {"g": 0, "c": 0, "r": 1, "q": 2, "e": 3}
_NAME = "n"


class AiUnavailable(Exception):
    """No usable set of lines came. `kinds`: per provider why, the kinds of AttemptRecord, `thin` or `resting`."""

    def __init__(self, kinds: Mapping[str, str]) -> None:
        super().__init__(", ".join(f"{provider}: {kind}" for provider, kind in kinds.items()) or "no provider")
        self.kinds = dict(kinds)


@dataclass(frozen=True)
class Written:
    """What was written: phrases by category of the mode, and names for chatters (at most 80, perhaps none).

    `provider`: who wrote it, two joined by `+`. `salvaged`: an answer in it did not come whole. `dropped`: lines
    that were malformed or did not pass the filter; `topped_up`: lines taken from the fallback.
    """

    phrases: dict[str, tuple[str, ...]]
    names: tuple[str, ...]
    provider: str
    salvaged: bool
    dropped: int
    topped_up: int


class Writer:
    def __init__(self, failover: Failover, settings: AiSettings) -> None:
        self._failover = failover
        self._deadline_s = settings.deadline_s

    def warm(self) -> None:
        """Load what the first pack would wait for, half a second of imports: a door does it when it starts."""
        self._failover.warm()
        offensive("")

    def write(self, name: Name, lang: Lang, fallback: Pack) -> Written:
        """Ask the providers in turn until the lines are enough, all within the deadline of the settings.

        `fallback` fills up what is thin. Raises InvalidName when the AI says that this is no game or topic to show,
        AiUnavailable when too few good lines came.
        """
        draft = _Draft(name.mode, Sieve(prompt.instructions(name.mode, lang)))
        kinds = dict.fromkeys(self._failover.resting(), "resting")
        deadline = self._failover.clock() + self._deadline_s * READING
        with closing(self._failover.attempts(prompt.messages(name, lang), deadline)) as attempts:
            for attempt in attempts:
                draft.read(attempt)
                if draft.refused:
                    raise InvalidName(name.mode)
                if draft.usable:
                    return draft.finished(fallback.filled(name.display))
                kinds[attempt.provider] = attempt.kind if attempt.kind not in ("", "ok") else "thin"
        raise AiUnavailable(kinds)


class _Draft:
    """The good lines so far, of all who wrote."""

    def __init__(self, mode: Mode, sieve: Sieve) -> None:
        self.refused = False
        self._categories = categories(mode)
        self._sieve = sieve
        self._phrases: tuple[list[str], ...] = ([], [], [], [])
        self._names: list[str] = []
        self._writers: list[str] = []
        self._salvaged = False
        self._dropped = 0

    @property
    def usable(self) -> bool:
        return all(len(lines) >= least for lines, least in zip(self._phrases, USABLE, strict=True))

    @property
    def complete(self) -> bool:
        asked = zip(self._phrases, prompt.ASKED, strict=True)
        return all(len(lines) >= most for lines, most in asked) and len(self._names) >= prompt.ASKED_NAMES

    def read(self, attempt: Attempt) -> None:
        """Take the answer's good lines, until all that was asked for is there, or a refusal."""
        reader, before = LineReader(), self._size()
        for text in attempt:
            self._take(attempt, reader.feed(text))
            if self.refused or self.complete:
                break
        whole = attempt.kind in ("", "ok", "empty")
        if whole and not (self.refused or self.complete):
            self._take(attempt, reader.finish())
        self._dropped += reader.dropped
        if self._size() > before:
            self._writers.append(attempt.provider)
            self._salvaged = self._salvaged or not whole

    def finished(self, spare: Mapping[str, list[str]]) -> Written:
        topped_up = sum(
            self._top_up(lines, spare.get(category, ()), full)
            for category, lines, full in zip(self._categories, self._phrases, FULL, strict=True)
        )
        return Written(
            phrases={name: tuple(lines) for name, lines in zip(self._categories, self._phrases, strict=True)},
            names=tuple(self._names),
            provider="+".join(self._writers),
            salvaged=self._salvaged,
            dropped=self._dropped,
            topped_up=topped_up,
        )

    def _take(self, attempt: Attempt, lines: list[Line]) -> None:
        for line in lines:
            if line.mark == REFUSAL and not self._size():
                self.refused = True
            if self.refused or self._keep(line):
                attempt.useful()
            if self.refused:
                return

    def _keep(self, line: Line) -> bool:
        """Whether the line was wanted and good; one too many of its kind is neither kept nor counted as dropped."""
        if line.mark == _NAME:
            place, most, passes = self._names, prompt.ASKED_NAMES, self._sieve.name
        elif line.mark in _MARKS:
            number = _MARKS[line.mark]
            place, most, passes = self._phrases[number], prompt.ASKED[number], self._sieve.phrase
        else:
            self._dropped += 1
            return False
        if len(place) >= most:
            return False
        if not passes(line.text):
            self._dropped += 1
            return False
        place.append(line.text)
        return True

    def _top_up(self, lines: list[str], spare: Sequence[str], full: int) -> int:
        before = len(lines)
        for text in spare:
            if len(lines) >= full:
                break
            if self._sieve.phrase(text):
                lines.append(text)
        return len(lines) - before

    def _size(self) -> int:
        return sum(map(len, self._phrases)) + len(self._names)
