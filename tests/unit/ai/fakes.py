"""Providers and writers that do as they are told, and answers for them to give."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from chatsim import packs
from chatsim.names import Lang, Name
from chatsim.packs import Pack
from chatsim.shelf import Shelf
from chatsim.store import Store
from chatsim_ai.generator import Allowance, Generator
from chatsim_ai.provider import ProviderError
from chatsim_ai.writer import Written

Act = Callable[[float], Iterator[str]]


class FakeProvider:
    """Plays one act a call, the last one again and again; `asked` counts the calls, `closed` the streams let go of."""

    def __init__(self, name: str, *acts: Act) -> None:
        self._name = name
        self._acts = acts
        self.asked = 0
        self.warmed = False
        self.closed = threading.Semaphore(0)
        self.messages: list[dict[str, str]] = []

    @property
    def name(self) -> str:
        return self._name

    def warm(self) -> None:
        self.warmed = True

    def stream(self, messages: list[dict[str, str]], deadline: float) -> Iterator[str]:
        act = self._acts[min(self.asked, len(self._acts) - 1)]
        self.asked += 1
        self.messages = messages
        try:
            return (yield from act(deadline))
        finally:
            self.closed.release()


def says(*pieces: str, tokens: int | None = None) -> Act:
    def act(deadline: float) -> Iterator[str]:
        yield from pieces
        return tokens

    return act


def breaks(kind: str, *pieces: str, retry_after_s: float | None = None) -> Act:
    """Says something, perhaps, and fails."""

    def act(deadline: float) -> Iterator[str]:
        yield from pieces
        raise ProviderError(kind, retry_after_s)

    return act


def drips(text: str, every_s: float) -> Act:
    """A character at a time, for ever."""

    def act(deadline: float) -> Iterator[str]:
        while True:
            for char in text:
                time.sleep(every_s)
                yield char

    return act


def hangs(for_s: float) -> Act:
    def act(deadline: float) -> Iterator[str]:
        time.sleep(for_s)
        yield from ()

    return act


def endless(line: Callable[[int], str]) -> Act:
    def act(deadline: float) -> Iterator[str]:
        number = 0
        while True:
            yield line(number)
            number += 1

    return act


_MARKS = "g" * 15 + "r" * 6 + "q" * 8 + "e" * 3 + "n" * 8


def answer(rounds: int = 10, main: str = "g", first: int = 0) -> str:
    """An answer as it is asked for: 40 lines a round, all different. `first`: the number of its first round."""
    rows = []
    for at in range(first * 40, (first + rounds) * 40):
        mark = _MARKS[at % 40]
        text = f"chatter_{_word(at)}" if mark == "n" else f"{_word(at)} va la linea {_word(at + 7)}"
        rows.append(f"{main if mark == 'g' else mark}|{text}\n")
    return "".join(rows)


def shown(text: str) -> str:
    """A line of hostile.txt with its hidden characters in their places."""
    return re.sub(r"\\u\{([0-9a-f]+)\}", lambda found: chr(int(found[1], 16)), text)


def _word(number: int) -> str:
    """A made-up word for each number below 4,096, harmless in any language."""
    parts = ("bo", "di", "fu", "lo", "mi", "na", "re", "to", "vi", "ya", "ze", "li", "ro", "sa", "ne", "gu")
    return "".join(parts[number // 16**place % 16] for place in range(3))


PHRASES = {category: tuple(f"{category} {n}" for n in range(40)) for category in packs.GAME_CATEGORIES}
WRITTEN = Written(phrases=PHRASES, names=("ana",), provider="fake", salvaged=False, dropped=0, topped_up=0)


class Clock:
    def __init__(self) -> None:
        self.ms = 1_800_000_000_000

    def __call__(self) -> int:
        return self.ms


def generator(store: Store, writer: "FakeWriter | None", clock: Clock, **changes: int) -> Generator:
    """Of the usual allowance, but for what is named."""
    allowance = {"at_once": 3, "per_user_day": 10, "per_day": 500, "fresh_days": 30, "stale_days": 90} | changes
    return Generator(store, Shelf(store), lambda: writer, Allowance(**allowance), clock)


class FakeWriter:
    """Gives what it was told to give; `meanwhile` happens while it writes."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.answer: Written | Exception = WRITTEN
        self.meanwhile: Callable[[], Any] = lambda: None

    def write(self, name: Name, lang: Lang, fallback: Pack) -> Written:
        self.calls.append(f"{lang}/{name.key}")
        self.meanwhile()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer
