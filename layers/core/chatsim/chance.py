"""Seeded chance: the same numbers on every machine and Python version.

Of Python's generator only `Random.random()` is used, whose sequence for a seed the language guarantees; where a few
numbers do, dice are quicker. The rest is built on them here.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableSequence, Sequence
from hashlib import blake2b
from random import Random
from typing import Protocol, TypeVar
from zlib import crc32

T = TypeVar("T")


class Luck(Protocol):
    """What gives numbers from 0 up to 1."""

    def random(self) -> float: ...


class Dice:
    """Luck for a few numbers: seeding a generator takes longer than drawing them.

    A linear congruential generator with Knuth's numbers for MMIX, which gives the upper half of what it holds.
    """

    __slots__ = ("random",)

    def __init__(self, what: str) -> None:
        self.random = _throws(crc32(what.encode())).__next__


def _throws(state: int) -> Iterator[float]:
    while True:
        state = (state * 6364136223846793005 + 1442695040888963407) & 0xFFFF_FFFF_FFFF_FFFF
        yield (state >> 32) / 0x1_0000_0000


def chance(*what: object) -> Random:
    """A generator of its own for each purpose: `chance(seed, "block", 7)`."""
    digest = blake2b("/".join(map(str, what)).encode(), digest_size=8).digest()
    return Random(int.from_bytes(digest, "big"))


def below(rng: Luck, n: int) -> int:
    """A whole number from 0 to n - 1."""
    return int(rng.random() * n)


def between(rng: Luck, low: int, high: int) -> int:
    """A whole number from low to high, both included."""
    return low + below(rng, high - low + 1)


def one_of(rng: Luck, items: Sequence[T]) -> T:
    """Any of them, which must not be none."""
    return items[int(rng.random() * len(items))]


def shuffle(rng: Luck, items: MutableSequence[T]) -> None:
    luck = rng.random
    for i in range(len(items) - 1, 0, -1):
        j = int(luck() * (i + 1))
        items[i], items[j] = items[j], items[i]


def shuffled(rng: Luck, items: Sequence[T]) -> list[T]:
    order = list(items)
    shuffle(rng, order)
    return order
