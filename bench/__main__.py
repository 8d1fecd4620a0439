"""`make bench`: every figure beside its peer, printed, and written to bench/results.json and docs/performance.md.

python -m bench [--quick]: fewer rounds, printed only
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import re
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from bench import counted, lines, memory, page, race, results, stack, table
from bench.programs import Start
from bench.race import Course
from bench.table import BySize, Row, Taken, Weights
from local import store

T = TypeVar("T")


@dataclass(frozen=True)
class Size:
    """How often each thing is done, and what else the table holds when reads are counted."""

    starts: int
    lines: int
    rounds: int
    reads: int
    batches: int
    asked: int
    written: int
    visits: int
    packs: int
    shows: int


WHOLE = Size(
    starts=25, lines=4, rounds=15, reads=6_000, batches=500, asked=100, written=5, visits=9, packs=100_000, shows=10_000
)
QUICK = Size(starts=3, lines=1, rounds=2, reads=1_500, batches=100, asked=10, written=1, visits=1, packs=100, shows=100)

# The emulator collects its garbage in one batch of 60 as it comes, for 5 ms and more: with this in one of 500.
FEWER_PAUSES = ("--min-semi-space-size=64", "--max-semi-space-size=64")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Every figure beside its peer.")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, printed only")
    quick = parser.parse_args().quick
    kept = results.read().get("first")
    size, before = QUICK if quick else WHOLE, os.getloadavg()[0]
    rows, sizes, weights, first = measured(size, kept)
    print(table.text(rows))
    print(table.text_of_sizes(sizes))
    print(table.text_of_weights(weights))
    if not quick:
        results.keep(table.found(taken(size.starts, before), first, rows, sizes, weights))


def measured(size: Size, kept: dict[str, Any] | None) -> tuple[list[Row], list[BySize], Weights, dict[str, Any]]:
    """All rows, what each size of memory would cost, what each page weighs, and the first cold starts.

    Those are `kept`, or this run's.
    """
    before = os.getloadavg()[0]

    def run(course: Course) -> tuple[list[Row], dict[str, list[Start]], dict[str, Any]]:
        course.check()
        say("cold starts")
        cold = course.cold(size.starts)
        reading.read(size.lines)
        say("warm batches")
        warm = course.warm(size.rounds, size.batches, size.reads)
        reading.read(size.lines)
        first = kept or race.first_of(cold, course.profiles(), asdict(taken(size.starts, before)))
        return list(race.rows(cold, warm, first)), {door: cold[name] for name, door in race.DOORS.items()}, first

    # Shows are read between the others, so that it is not one minute's figure.
    reading = lines.Reading()
    reading.read(size.lines)
    rows, cold, first = asyncio.run(over_a_store(lambda endpoint, folder: run(Course(endpoint, folder))))
    say("what is counted")
    found = counted.measured(size.asked, size.written, size.packs, size.shows)
    sizes = memory.found(cold, memory.doors(found.taken, found.packs))
    reading.read(size.lines)
    say("pages")
    paged, weights = page.measured(size.visits)
    reading.read(size.lines)
    say("make dev")
    rows = [*rows, *reading.rows(), *found.rows, *paged, *stack.rows(size.rounds)]
    return sorted(rows, key=lambda row: row.number), sizes, weights, first


async def over_a_store(work: Callable[[str, Path], T]) -> T:
    """`work` with the address of a store of its own and a folder."""
    with tempfile.TemporaryDirectory() as name, (Path(name) / "lock").open("w") as lock:
        async with store.running(Path(name) / "store", lock.fileno(), FEWER_PAUSES) as database:
            return await asyncio.to_thread(work, database.endpoint, Path(name))


def taken(rounds: int, load_before: float) -> Taken:
    today = datetime.now(UTC).date().isoformat()
    load = load_before, os.getloadavg()[0]
    return Taken(today, machine(), platform.python_version(), os.cpu_count() or 1, load, rounds)


def machine() -> str:
    """The processor and how many of it, the kernel's family, nothing that names this very machine."""
    found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    return f"{os.cpu_count()} x {found[1] if found else platform.machine()}, {platform.system()}"


def say(what: str) -> None:
    print(f"{what}…", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
