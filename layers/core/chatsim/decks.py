"""Decks: which card of a list comes at which ordinal, so that neighbours stay together and none comes again soon."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain, pairwise

from chatsim.chance import below, chance, shuffled

# Lines that stand together in a pack are of one subject: this many are dealt together, so that talk stays on it.
FAMILY = 5
# A card keeps its place from turn to turn to within a sixteenth of the deck: it rests for 15/16 of it or more.
PARTS = 16


def draw(seed: int, deck: str, cards: Sequence[str], ordinal: int) -> str:
    """The card that comes up at this ordinal: every one once before any comes twice."""
    return cards[dealt(seed, deck, len(cards), ordinal, 1)[0]]


def dealt(seed: int, deck: str, size: int, first: int, count: int) -> list[int]:
    """The places of `count` cards from ordinal `first` on."""
    turn, place = divmod(first, size)
    places = list(_order(seed, deck, size, turn)[place:])
    while len(places) < count:
        turn += 1
        places += _order(seed, deck, size, turn)
    return places[:count]


def rotation(seed: int, deck: str, cards: Sequence[str], ordinal: int) -> str:
    """The same of a short list, whose turns are all alike."""
    return cards[_order(seed, deck, len(cards), 0)[ordinal % len(cards)]]


def part_of(size: int) -> int:
    """How far a card may move from one turn to the next."""
    return max(2, size // PARTS)


@lru_cache(maxsize=128)
def _order(seed: int, deck: str, size: int, turn: int) -> tuple[int, ...]:
    """The order of one turn: the same families in the same order each time, each part of it turned about anew."""
    first = below(chance(seed, "deck", deck), FAMILY)
    bounds = [0, *range(first or FAMILY, size, FAMILY), size]
    families = [range(low, high) for low, high in pairwise(bounds)]
    whole = list(chain.from_iterable(shuffled(chance(seed, "families", deck), families)))
    rng = chance(seed, "turn", deck, turn)
    part = part_of(size)
    order: list[int] = []
    for start in range(0, size, part):
        cards = whole[start : start + part]
        cut = below(rng, len(cards))
        cards = cards[cut:] + cards[:cut]
        order += cards if rng.random() < 0.5 else reversed(cards)
    return tuple(order)
