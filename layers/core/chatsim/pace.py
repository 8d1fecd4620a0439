"""When lines are due: blocks of a fixed length in time, so that any line of a day-long show is found at once.

A block holds BLOCK lines and lasts equally long in every show of a pace. At a fixed pace its pauses come in pairs, one
pause p and its mirror image min + max - p: each is uniform between min and max, and two of them always last min + max.
At the natural pace it is a cluster process: lines of their own accord come at any time, more of them in a lively
stretch, and each line may bring others in the seconds after it, as somebody says something and others join in.
"""

from __future__ import annotations

from bisect import bisect, bisect_left
from functools import lru_cache
from itertools import accumulate
from math import exp, fsum, log, sqrt
from operator import sub
from random import Random
from typing import Literal, NamedTuple

from chatsim.chance import between, chance, shuffle
from chatsim.errors import InvalidRequest

BLOCK = 100
MIN_MS, MAX_MS = 500, 30_000
# The first line is due 300-800 ms after the start.
FIRST_MS, FIRST_SPREAD_MS = 300, 500
VIEWERS = (5, 15, 60, 200)
DEFAULT_VIEWERS = 60
# Natural pace: 60 viewers write 12 lines a minute, about one each 5 minutes, as in small channels.
LINES_PER_VIEWER_MINUTE = 0.2
# No two lines closer than this, so that each can be seen to arrive.
NATURAL_MIN_MS = 150
# A block is this many stretches, each livelier or quieter than the next.
STRETCHES = 8


# No pause within a block is longer than this many average ones, or than 20 s where that is more: a chat that is mute
# for a minute looks broken.
LULL, LULL_MS = 8, 20_000
# A show opens with people saying hello: after none of its first lines is there a longer pause than this.
OPENING_LINES, OPENING_MS = 3, 4_000
# The last RUSH_LINES lines in this share of their usual time are a rush.
RUSH, RUSH_LINES = 0.34, 4


class Crowd(NamedTuple):
    """How an audience writes: `alone` is the share of lines that no other called forth, `answer_ms` the mean time after
    which one line follows another, `swing` the spread (of the logarithm) between lively and quiet stretches."""

    alone: float
    answer_ms: int
    swing: float


# Fitted, each audience by itself, to the pauses of real small channels: burstiness 0.15-0.25, memory 0.1-0.28,
# branching 0.35-0.8, distance from a Poisson process 0.1-0.2.
CROWDS = {
    5: Crowd(0.72, 16_000, 0.68),
    15: Crowd(0.65, 13_500, 0.68),
    60: Crowd(0.44, 7_000, 0.65),
    200: Crowd(0.3, 5_200, 0.8),
}


class Pace(NamedTuple):
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
    """Due times of a show's lines from `first_k` on, epoch ms. A line's place in its block is the same in a show that
    goes on from another, so that lively moments stay lively."""

    def __init__(self, seed: int, pace: Pace, started_at: int, first_k: int = 0) -> None:
        self._seed, self._pace, self._first_k = seed, pace, first_k
        self._block_ms = pace.block_ms
        first = started_at + FIRST_MS + between(chance(seed, "first", started_at), 0, pace.first_spread_ms)
        self._zero = first - self._since_zero(first_k)

    def due(self, k: int) -> int:
        return self._zero + self._since_zero(k)

    def dues(self, block: int) -> list[int]:
        """When each of a block's lines is due."""
        start = self._zero + block * self._block_ms
        return [start + offset for offset in offsets(self._seed, self._pace, block)]

    def number_at(self, time_ms: int) -> int:
        """The first line due at this time or later."""
        block, rest = divmod(max(0, time_ms - self._zero), self._block_ms)
        k = block * BLOCK + bisect_left(offsets(self._seed, self._pace, block), rest)
        return max(k, self._first_k)

    def _since_zero(self, k: int) -> int:
        block, place = divmod(k, BLOCK)
        return block * self._block_ms + offsets(self._seed, self._pace, block)[place]


@lru_cache(maxsize=256)
def offsets(seed: int, pace: Pace, block: int) -> tuple[int, ...]:
    """Milliseconds from the start of a block to each of its BLOCK lines."""
    rng = chance(seed, "pauses", block)
    return _natural(rng, pace, block) if pace.kind == "natural" else _fixed(rng, pace)


@lru_cache(maxsize=64)
def rush(seed: int, pace: Pace, block: int) -> frozenset[int]:
    """The places of a block where lines come thick: the last four in a third of their usual time."""
    if pace.kind == "fixed":
        return frozenset()
    times, quick = offsets(seed, pace, block), RUSH * RUSH_LINES * pace.block_ms // BLOCK
    took = map(sub, times[RUSH_LINES:], times)
    return frozenset([i for i, pause in enumerate(took, RUSH_LINES) if pause < quick])


def _fixed(rng: Random, pace: Pace) -> tuple[int, ...]:
    half = [between(rng, pace.min_ms, pace.max_ms) for _ in range(BLOCK // 2)]
    pauses = half + [pace.min_ms + pace.max_ms - pause for pause in half]
    shuffle(rng, pauses)
    return (0, *accumulate(pauses[:-1]))


def _natural(rng: Random, pace: Pace, block: int) -> tuple[int, ...]:
    """Lines of their own accord first, then each further one in answer to any line there is; what would come after the
    block's end comes at its beginning, in answer to the block before."""
    crowd = CROWDS[pace.viewers]
    free = pace.block_ms - BLOCK * NATURAL_MIN_MS
    luck, answer_ms = rng.random, crowd.answer_ms
    spread = sqrt(BLOCK * crowd.alone * (1 - crowd.alone))
    own = min(BLOCK, max(1, round(BLOCK * crowd.alone + spread * _normal(rng))))
    times = _of_their_own(rng, crowd, own, free)
    for count in range(own, BLOCK):
        called_by = times[int(luck() * count)]
        times.append((called_by - answer_ms * log(1 - luck())) % free)
    times.sort()
    pauses = list(map(sub, times, (0.0, *times)))
    # What a pause has over the longest goes to all that come after the opening.
    opening = OPENING_LINES + 1 if block == 0 else 0
    longest = max(LULL * pace.block_ms / BLOCK, LULL_MS)
    if opening or max(pauses) > longest:
        hello = [min(pause, OPENING_MS - NATURAL_MIN_MS) for pause in pauses[:opening]]
        rest = [min(pause, longest) for pause in pauses[opening:]]
        over = (fsum(pauses) - fsum(hello) - fsum(rest)) / len(rest)
        times = list(accumulate((*hello, *(pause + over for pause in rest))))
    apart = range(0, BLOCK * NATURAL_MIN_MS, NATURAL_MIN_MS)
    return tuple([int(time) + least for time, least in zip(times, apart, strict=True)])


def _of_their_own(rng: Random, crowd: Crowd, count: int, free: int) -> list[float]:
    """Times of lines that come at any time of the block, more of them in its livelier stretches."""
    levels = [exp(crowd.swing * _normal(rng)) for _ in range(STRETCHES)]
    ends = list(accumulate(levels))
    luck, length, whole, last = rng.random, free / STRETCHES, ends[-1], STRETCHES - 1
    times = []
    for _ in range(count):
        level = luck() * whole
        stretch = bisect(ends, level, 0, last)
        times.append(length * (stretch + 1 - (ends[stretch] - level) / levels[stretch]))
    return times


def _normal(rng: Random) -> float:
    """Mean 0, spread 1: a sum of six uniform numbers is normal enough for a chat, and never beyond 4.3."""
    luck = rng.random
    return sqrt(2) * (luck() + luck() + luck() + luck() + luck() + luck() - 3)
