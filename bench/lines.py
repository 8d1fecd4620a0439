"""What a line costs: microseconds of CPU in steady reading, and milliseconds to join a show twelve hours old.

    python -m bench.lines

The lowest of several shows stands for the code, the median for the machine that day.
"""

from __future__ import annotations

import time
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from statistics import median

from chatsim.pace import Pace, fixed, natural

from local.simulate import script

SHOWS, LINES = 9, 2_000
TWELVE_HOURS_MS = 12 * 3_600_000
PACES = {"3-7 s": fixed(3_000, 7_000), "natural, 60": natural(60), "natural, 200": natural(200)}


def main() -> None:
    print(f"{'pace':14} {'µs a line':>18} {'ms to join at hour 12':>24}")
    for name, shows in measured().items():
        line_us, join_ms = zip(*shows, strict=True)
        print(f"{name:14} {spread(line_us):>18} {spread(join_ms):>24}")


def measured() -> dict[str, list[tuple[float, float]]]:
    """Microseconds a line and milliseconds to join, of each show of each pace.

    In a process of its own, which holds no more than the stream door's: a large one pays for its size at every line.
    """
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        return process.submit(_measured).result()


def _measured() -> dict[str, list[tuple[float, float]]]:
    rounds = [{name: _show(pace, seed) for name, pace in PACES.items()} for seed in range(SHOWS)]
    return {name: [shows[name] for shows in rounds] for name in PACES}


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
