"""Seeded chance: the same numbers on every machine and Python version.

Only `Random.random()` is used, whose sequence for a seed the language guarantees; the rest is built on it here.
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from hashlib import blake2b
from random import Random
from typing import TypeVar

T = TypeVar("T")


def chance(*what: object) -> Random:
    """A generator of its own for each purpose: `chance(seed, "block", 7)`."""
    digest = blake2b("/".join(map(str, what)).encode(), digest_size=8).digest()
    return Random(int.from_bytes(digest, "big"))


def below(rng: Random, n: int) -> int:
    """A whole number from 0 to n - 1."""
    return int(rng.random() * n)


def between(rng: Random, low: int, high: int) -> int:
    """A whole number from low to high, both included."""
    return low + below(rng, high - low + 1)


def shuffle(rng: Random, items: MutableSequence[T]) -> None:
    luck = rng.random
    for i in range(len(items) - 1, 0, -1):
        j = int(luck() * (i + 1))
        items[i], items[j] = items[j], items[i]


def shuffled(rng: Random, items: Sequence[T]) -> list[T]:
    order = list(items)
    shuffle(rng, order)
    return order
