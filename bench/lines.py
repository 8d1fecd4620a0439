"""What a line costs: microseconds of CPU in steady reading, and milliseconds to join a show twelve hours old.

    python -m bench.lines

The lowest of several shows stands for the code, the median for the machine that day; `make bench` holds the median.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import count, islice
from multiprocessing import get_context
from statistics import median

from chatsim.pace import Pace, fixed, natural

from bench.table import Goal, Row, alone
from local.simulate import script

SHOWS, LINES = 9, 2_000
TWELVE_HOURS_MS = 12 * 3_600_000
PACES = {"3-7 s": fixed(3_000, 7_000), "natural, 60": natural(60), "natural, 200": natural(200)}


class Reading:
    """Shows read one after the other: `shows` has the microseconds a line and the milliseconds to join."""

    def __init__(self) -> None:
        self.shows: dict[str, list[tuple[float, float]]] = defaultdict(list)
        # No two shows are of one seed, which would have people in common.
        self._seeds = count()

    def read(self, shows: int) -> None:
        """So many of each pace, in turn, after one that is not counted.

        In a process of their own, which holds no more than the stream door's: a large one pays for its size.
        """
        with ProcessPoolExecutor(1, get_context("spawn")) as process:
            for counted in [False, *[True] * shows]:
                for name, pace in PACES.items():
                    found = process.submit(_show, pace, next(self._seeds)).result()
                    if counted:
                        self.shows[name].append(found)

    def rows(self) -> Iterator[Row]:
        for name, shows in self.shows.items():
            line_us, join_ms = zip(*shows, strict=True)
            yield alone(5, f"a line, {name}", "µs", line_us, Goal("at most", 15))
            yield alone(5, f"joining at hour 12, {name}", "ms", join_ms, Goal("at most", 5))


def main() -> None:
    reading = Reading()
    reading.read(SHOWS)
    print(f"{'pace':14} {'µs a line':>18} {'ms to join at hour 12':>24}")
    for name, shows in reading.shows.items():
        line_us, join_ms = zip(*shows, strict=True)
        print(f"{name:14} {spread(line_us):>18} {spread(join_ms):>24}")


def _show(pace: Pace, seed: int) -> tuple[float, float]:
    show = script("Elden Ring", "game", "es", pace, seed)
    show.line(0)
    begun = time.process_time()
    for _ in islice(show.lines(0), LINES):
        pass
    line_us = (time.process_time() - begun) / LINES * 1e6
    begun = time.process_time()
    late = script("Elden Ring", "game", "es", pace, seed)
    late.line(late.k_at(TWELVE_HOURS_MS))
    return line_us, (time.process_time() - begun) * 1e3


def spread(values: tuple[float, ...]) -> str:
    return f"{min(values):.1f} (median {median(values):.1f})"


if __name__ == "__main__":
    main()
