"""Who speaks: a seeded cast of chatters with a name, a colour, badges and a share of the talk."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate
from random import Random

from chatsim import data
from chatsim.chance import below, chance, shuffled

# Of those who watch, about three in four write now and then; a chat needs a few voices to be one.
WRITERS_PER_VIEWER = 0.74
MIN_CAST = 4
# Shares fall as 1 / rank ** 0.9: the first tenth writes about half, as in small channels (Gini 0.5-0.7).
SHARE_FALL = 0.9

# Each at least 5:1 on the chat's own panel (#18181b): six of the usual fifteen colours are not readable there.
COLORS = (
    "#ff7b7b", "#ff9f5a", "#ffc93c", "#e4e36a", "#a8e05f", "#5fe08a", "#4fe3c1", "#57d7f2",
    "#7fb8ff", "#a5a8ff", "#c79bff", "#ec8fff", "#ff8fcf", "#ff9aa8", "#d8b98a", "#b8c7d9",
)  # fmt: skip


@dataclass(frozen=True)
class Chatter:
    username: str
    color: str
    badges: tuple[str, ...]


class Cast:
    def __init__(self, chatters: tuple[Chatter, ...]) -> None:
        self.chatters = chatters
        self._shares = list(accumulate((rank + 1) ** -SHARE_FALL for rank in range(len(chatters))))

    def pick(self, rng: Random, but: Collection[int] = ()) -> int:
        """The number of a chatter, by share of the talk, none of those left out (unless that leaves nobody)."""
        chosen = self._weighted(rng)
        if chosen in but:
            others = [number for number in range(len(self.chatters)) if number not in but]
            chosen = others[below(rng, len(others))] if others else chosen
        return chosen

    def _weighted(self, rng: Random) -> int:
        return min(bisect(self._shares, rng.random() * self._shares[-1]), len(self.chatters) - 1)


@lru_cache(maxsize=64)
def cast_of(cast_seed: int, speech: str, viewers: int) -> Cast:
    """The cast of a show; a larger audience keeps the people of the smaller one."""
    rng = chance(cast_seed, "cast", speech)
    names = shuffled(rng, _names(speech))
    colors = shuffled(rng, COLORS)
    size = max(MIN_CAST, round(viewers * WRITERS_PER_VIEWER))
    people = enumerate(names[:size])
    return Cast(tuple(Chatter(name, colors[rank % len(colors)], _badges(rank, rng.random())) for rank, name in people))


def _badges(rank: int, luck: float) -> tuple[str, ...]:
    """One moderator, the second most present person; who talks more has more often subscribed."""
    if rank == 1:
        return ("moderator", "subscriber")
    if luck < (0.5 if rank < 8 else 0.15):
        return ("subscriber",)
    return ("vip",) if rank < 12 and luck > 0.9 else ()


@cache
def _names(speech: str) -> tuple[str, ...]:
    _, lists = data.sections(data.read(f"names/{speech}.txt"))
    return lists["names"]
