"""What the fake AI says: a pack in the line protocol, put together from halves of sentences."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from random import Random

_LINES = Path(__file__).parent / "fake_ai_lines"
# As many of each as the product asks a real AI for.
_AMOUNTS = {"g": 150, "c": 150, "r": 60, "q": 80, "e": 30, "n": 80}
_ROUNDS = 10  # some of each in every round
_LONG = "jaja " * 200
_NO_GAME = "no es un juego"

_Halves = tuple[list[str], list[str]]


def name_in(messages: list[dict[str, str]]) -> str:
    """The game or topic asked for: the one value of the JSON object that is the last message."""
    (name,) = json.loads(messages[-1]["content"]).values()
    return str(name)


def answer(messages: list[dict[str, str]]) -> list[str]:
    """The lines for a chat completion's `messages`; a name that says "no es un juego" is refused."""
    name = name_in(messages)
    if _NO_GAME in name.casefold():
        return refusal()
    halves = _halves(_language(messages[0]["content"]))
    chance = Random(name)
    lines = {mark: list(_said(mark, halves[mark], name, chance)) for mark in _marks(messages[0]["content"])}
    return [line for turn in range(_ROUNDS) for own in lines.values() for line in _share(own, turn)]


def refusal() -> list[str]:
    return ["x|"]


def hostile(messages: list[dict[str, str]]) -> list[str]:
    """The good lines with every hostile one among them."""
    lines, name = answer(messages), name_in(messages)
    for index, line in enumerate(hostile_lines(name)):
        lines.insert(3 * index, line)
    return lines


def hostile_lines(name: str) -> list[str]:
    """What no filter may let through."""
    written = [json.loads(f'"{line}"') if '"' not in line else line for line in _read("hostile")]
    return [line.replace("{name}", name).replace("{long}", _LONG) for line in written]


def _said(mark: str, halves: _Halves, name: str, chance: Random) -> Iterator[str]:
    between = "" if mark == "n" else " "
    for beginning, ending in chance.sample(list(product(*halves)), _AMOUNTS[mark]):
        yield f"{mark}|{beginning}{between}{ending}".replace("{name}", name)


def _share(lines: list[str], turn: int) -> list[str]:
    size = len(lines) // _ROUNDS
    return lines[turn * size : (turn + 1) * size]


def _marks(system: str) -> str:
    return "crqen" if re.search(r"\bc\|", system) else "grqen"


def _language(system: str) -> str:
    return "es" if re.search(r"spanish|español", system, re.IGNORECASE) else "en"


@cache
def _halves(lang: str) -> dict[str, _Halves]:
    found: dict[str, _Halves] = {}
    for line in _read(lang):
        if line.startswith("["):
            beginnings, endings = found[line.strip("[]")] = ([], [])
            half = beginnings
        elif line == "+":
            half = endings
        else:
            half.append(line)
    return found


def _read(name: str) -> list[str]:
    text = (_LINES / f"{name}.txt").read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
