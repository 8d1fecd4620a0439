"""Decks: which card of a list comes at which ordinal, so that neighbours stay together and none comes again soon."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain, pairwise
from math import gcd

from chatsim.chance import Dice, below, chance, one_of, shuffled

# Lines that stand together in a pack are of one subject: this many are dealt together, so that talk stays on it.
FAMILY = 5
# A card keeps its place from turn to turn to within a sixteenth of the deck: it rests for 15/16 of it or more.
PARTS = 16


def draw(seed: int, deck: str, cards: Sequence[str], ordinal: int) -> str:
    """The card that comes up at this ordinal: every one once before any comes twice."""
    return cards[dealt(seed, deck, len(cards), ordinal, 1)[0]]


def dealt(seed: int, deck: str, size: int, first: int, count: int) -> tuple[int, ...]:
    """The places of `count` cards from ordinal `first` on."""
    turn, place = divmod(first, size)
    places = _order(seed, deck, size, turn)[place : place + count]
    while len(places) < count:
        turn += 1
        places += _order(seed, deck, size, turn)[: count - len(places)]
    return places


def rotation(seed: int, name: str, cards: Sequence[str], ordinal: int) -> str:
    """A card of a short list, whose turns are all alike: one goes round it by a step that meets every card."""
    first, step = _stride(seed, name, len(cards))
    return cards[(first + ordinal * step) % len(cards)]


def part_of(size: int) -> int:
    """How far a card may move from one turn to the next."""
    return max(2, size // PARTS)


@lru_cache(maxsize=128)
def _order(seed: int, deck: str, size: int, turn: int) -> tuple[int, ...]:
    """The order of one turn: the same families in the same order each time, each part of it turned about anew."""
    whole, part = _families(seed, deck, size), part_of(size)
    dice = Dice(f"{seed}/turn/{deck}/{turn}")
    order: list[int] = []
    for start in range(0, size, part):
        cards = whole[start : start + part]
        cut, backwards = divmod(below(dice, 2 * len(cards)), 2)
        cards = cards[cut:] + cards[:cut]
        order += reversed(cards) if backwards else cards
    return tuple(order)


@lru_cache(maxsize=64)
def _families(seed: int, deck: str, size: int) -> tuple[int, ...]:
    """The places of a deck, its families in the order they have in every turn."""
    first = below(chance(seed, "deck", deck), FAMILY)
    bounds = [0, *range(first or FAMILY, size, FAMILY), size]
    families = [range(low, high) for low, high in pairwise(bounds)]
    return tuple(chain.from_iterable(shuffled(chance(seed, "families", deck), families)))


@lru_cache(maxsize=1024)
def _stride(seed: int, name: str, size: int) -> tuple[int, int]:
    """Where to begin, and a step that goes far: what stands side by side in a list is much alike."""
    dice = Dice(f"{seed}/{name}")
    steps = [step for step in range(size // 4, size * 3 // 4 + 1) if gcd(step, size) == 1]
    return below(dice, size), one_of(dice, steps)
