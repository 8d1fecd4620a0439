"""Learns the weights of chatsim_ai.learned anew, in half a minute: `.venv/bin/python -m tests.faults.learn`.

Harmful are the harmful lines of golden/ and what the phrases of harm.txt may read as; harmless are the others of
golden/ and every line of our own. With `--without held_out_3` nothing is written: it says how the model does on a set
that it has not read.
"""

from __future__ import annotations

import argparse
import random
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter, mul
from pathlib import Path

from chatsim import data, harm
from chatsim.spelling import readings
from chatsim_ai import learned

GOLDEN = Path(__file__).parent / "golden"
WEIGHTS = learned.FOLDER / "learned.bin"
# A set that nothing is ever learned from, nor mended after.
UNREAD = "unread"
# How much it costs to be wrong about a line of each source.
HARMFUL, HARMLESS, OWN, PHRASES = 10.0, 4.0, 10.0, 0.1
# Readings of a phrase, and of a group of people with contempt.
OF_A_PHRASE, OF_GROUPS = 4, 1_200
ROUNDS = 30


@dataclass(slots=True)
class Example:
    """Where a line has features and how much of each; `sign` is 1 for a harmful one and -1 for a harmless one."""

    at: tuple[int, ...]
    much: tuple[float, ...]
    sign: int
    cost: float
    hold: float = 0.0

    @classmethod
    def of(cls, line: str, sign: int, cost: float) -> Example:
        words, kinds = learned.features(reading(line))
        much = Counter[int]({learned.ALWAYS: 1.0})
        for group, worth in ((words, 1.0), (kinds, learned.KINDS_WEIGHT)):
            for at in group:
                much[at] += worth / len(group) ** 0.5
        return cls(tuple(much), tuple(much.values()), sign, cost)


def reading(line: str) -> str:
    """Of the ways to read a line the one of the fewest words."""
    return min(readings(line), key=lambda way: (len(way.split()), way))


def learn(examples: list[Example]) -> list[float]:
    """The weights of a linear support vector machine with squared loss, by dual coordinate descent."""
    weights = [0.0] * learned.BUCKETS
    order = random.Random(1)
    for _ in range(ROUNDS):
        order.shuffle(examples)
        for example in examples:
            slack = 1 / (2 * example.cost)
            said = sum(map(mul, itemgetter(*example.at, 0)(weights), example.much))
            wrong = example.sign * said - 1 + example.hold * slack
            hold = max(0.0, example.hold - wrong / (sum(map(mul, example.much, example.much)) + slack))
            if hold != example.hold:
                step = (hold - example.hold) * example.sign
                for at, much in zip(example.at, example.much, strict=True):
                    weights[at] += step * much
                example.hold = hold
    return weights


def golden(part: str, kind: str) -> list[str]:
    """The lines of a kind, `harmful` or `harmless`, in a set of golden/, both languages."""
    rows = [
        row.split("\t") for path in sorted(GOLDEN.glob(f"{part}.*.txt")) for row in path.read_text("utf-8").splitlines()
    ]
    return [line for own, line in rows if own == kind]


def own_lines() -> Iterator[str]:
    for folder in ("packs", "talk", "waves", "voice"):
        for path in sorted((data.ROOT / folder).rglob("*.txt")):
            for line in chain(*data.sections(path.read_text("utf-8"))[1].values()):
                if not {"{the}", "{noun}", "{one}"} & set(line.split()):  # to be filled with a word of another line
                    yield line.replace("{game}", "Elden Ring")


def phrases(kinds: Iterable[str], times: int) -> Iterator[str]:
    """What the phrases may read as, each so many times."""
    chance = random.Random(3)
    for phrase in (phrase for kind in kinds for phrase in harm.written()[kind]):
        for _ in range(times):
            slots = (
                slot for slot in phrase.split() if slot != "..." and not (slot[-1] == "?" and chance.random() < 0.5)
            )
            yield " ".join(chance.choice(slot.removesuffix("?").split("/")).removesuffix("*") for slot in slots)


def hate() -> Iterator[str]:
    """A group of people and contempt for them."""
    chance = random.Random(4)
    groups, contempt = ([*phrases([kind], 20)] for kind in ("groups", "contempt"))
    for _ in range(OF_GROUPS):
        yield f"{chance.choice(groups)} {chance.choice(('are', 'son', ''))} {chance.choice(contempt)}"


def examples(parts: Sequence[str]) -> list[Example]:
    harms = harm.written().keys() - {"groups", "contempt", "harmless"}
    sources = [
        (chain(*(golden(part, "harmful") for part in parts)), 1, HARMFUL),
        (chain(*(golden(part, "harmless") for part in parts)), -1, HARMLESS),
        (own_lines(), -1, OWN),
        (chain(phrases(sorted(harms), OF_A_PHRASE), hate(), sorted(harm.words())), 1, PHRASES),
        (phrases(["harmless"], OF_A_PHRASE), -1, OWN),
    ]
    return [Example.of(line, sign, cost) for lines, sign, cost in sources for line in dict.fromkeys(lines)]


def packed(weights: Iterable[float]) -> bytes:
    return array("b", (max(-127, min(127, round(weight * learned.UNIT))) for weight in weights)).tobytes()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--without", default="", help="a set of golden/ that is not learned but measured")
    without = parser.parse_args().without
    parts = sorted({path.name.split(".")[0] for path in GOLDEN.glob("*.txt")} - {without, UNREAD})
    weights = packed(learn(examples(parts)))
    if not without:
        WEIGHTS.write_bytes(weights)
        return
    held = array("b", weights)
    learned.weights = lambda: held  # type: ignore[assignment]
    for kind in ("harmful", "harmless"):
        lines = golden(without, kind)
        found = sum(learned.is_harmful(readings(line)) for line in lines)
        print(f"{found} of {len(lines)} {kind} lines of {without} taken for harmful")


if __name__ == "__main__":
    main()
