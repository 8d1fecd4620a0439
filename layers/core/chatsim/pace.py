"""When lines are due: blocks of a fixed length in time, so that any line of a day-long show is found at once.

A block holds BLOCK pauses whose sum is the same in every block. At a fixed pace they come in pairs, one pause p and its
mirror image min + max - p: each is uniform between min and max, and two of them always last min + max.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from math import exp, fsum
from typing import Literal

from chatsim.chance import between, chance, shuffle
from chatsim.errors import InvalidRequest

BLOCK = 20
MIN_MS, MAX_MS = 500, 30_000
# The first line is due 300-800 ms after the start.
FIRST_MS, FIRST_SPREAD_MS = 300, 500
VIEWERS = (5, 15, 60, 200)
DEFAULT_VIEWERS = 60
# Natural pace: 60 viewers write 12 lines a minute, about one each 5 minutes, as in small channels.
LINES_PER_VIEWER_MINUTE = 0.2
# Real pauses have a long tail, with a coefficient of variation of about 1.4. Blocks of equal length and the shortest
# pause take from a log-normal's; with this spread 1.2 (200 viewers) to 1.45 (5) are left. A test holds more than 1.1.
NATURAL_SIGMA = 1.3
NATURAL_MIN_MS = 250


@dataclass(frozen=True)
class Pace:
    """`kind` fixed: pauses uniform from min_ms to max_ms. `kind` natural: bursts and lulls at the viewers' rate."""

    kind: Literal["fixed", "natural"]
    min_ms: int
    max_ms: int
    viewers: int = DEFAULT_VIEWERS

    @property
    def block_ms(self) -> int:
        if self.kind == "natural":
            return round(BLOCK * 60_000 / (self.viewers * LINES_PER_VIEWER_MINUTE))
        return BLOCK // 2 * (self.min_ms + self.max_ms)

    @property
    def first_spread_ms(self) -> int:
        """How much later than FIRST_MS line 0 may be; narrow where the pace itself is, so that its bounds hold."""
        return min(FIRST_SPREAD_MS, self.max_ms - self.min_ms)


def fixed(min_ms: object, max_ms: object) -> Pace:
    """Raises InvalidRequest unless 500 <= min <= max <= 30000, whole milliseconds."""
    if not isinstance(min_ms, int) or not isinstance(max_ms, int) or bool in (type(min_ms), type(max_ms)):
        raise InvalidRequest("pace_type")
    if not MIN_MS <= min_ms <= max_ms <= MAX_MS:
        raise InvalidRequest("pace_range", min=MIN_MS, max=MAX_MS)
    return Pace("fixed", min_ms, max_ms)


def natural(viewers: object) -> Pace:
    """Raises InvalidRequest for any number of viewers that is not offered; nothing means 60."""
    if viewers is None:
        viewers = DEFAULT_VIEWERS
    if type(viewers) is not int or viewers not in VIEWERS:
        raise InvalidRequest("viewers")
    return Pace("natural", NATURAL_MIN_MS, MAX_MS, viewers)


class Timing:
    """Due times of a show's lines, counted from its own first line (number 0), epoch ms."""

    def __init__(self, seed: int, pace: Pace, started_at: int) -> None:
        self._seed, self._pace = seed, pace
        self._first = started_at + FIRST_MS + between(chance(seed, "first", started_at), 0, pace.first_spread_ms)

    def due(self, number: int) -> int:
        block, place = divmod(number, BLOCK)
        return self._first + block * self._pace.block_ms + offsets(self._seed, self._pace, block)[place]

    def number_at(self, time_ms: int) -> int:
        """The first line due at this time or later."""
        block, rest = divmod(max(0, time_ms - self._first), self._pace.block_ms)
        return block * BLOCK + bisect_left(offsets(self._seed, self._pace, block), rest)


@lru_cache(maxsize=256)
def offsets(seed: int, pace: Pace, block: int) -> tuple[int, ...]:
    """Milliseconds from the start of a block to each of its BLOCK lines; the first is 0."""
    pauses = (_natural_pauses if pace.kind == "natural" else _fixed_pauses)(seed, pace, block)
    return (0, *accumulate(pauses[:-1]))


def _fixed_pauses(seed: int, pace: Pace, block: int) -> list[int]:
    rng = chance(seed, "pauses", block)
    half = [between(rng, pace.min_ms, pace.max_ms) for _ in range(BLOCK // 2)]
    pauses = half + [pace.min_ms + pace.max_ms - pause for pause in half]
    shuffle(rng, pauses)
    return pauses


def _natural_pauses(seed: int, pace: Pace, block: int) -> list[int]:
    rng = chance(seed, "pauses", block)
    # A sum of 12 uniform numbers is normal enough for a chat; fsum (3.12 changed sum) makes it the same everywhere.
    weights = [exp(NATURAL_SIGMA * (fsum(rng.random() for _ in range(12)) - 6)) for _ in range(BLOCK)]
    scale = (pace.block_ms - BLOCK * NATURAL_MIN_MS) / fsum(weights)
    pauses = [NATURAL_MIN_MS + int(weight * scale) for weight in weights]
    pauses[-1] += pace.block_ms - sum(pauses)
    return pauses
