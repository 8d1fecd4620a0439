"""Which memory suits a function: what one waits and what it costs at each size, from measured processor time.

Lambda gives processor by memory. What a request computes costs the same at every size, and what it waits for costs more
the larger it is: so the cheapest is the least memory that makes nobody wait too long.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from statistics import median

from bench import cost
from bench.doors import Taken
from bench.programs import Start
from bench.table import BySize
from bench.writing import Pack

SIZES_MB = (128, 192, 256, 512, 1024)
# Beside the function's own process: Lambda's part of the sandbox, and X-Ray's daemon.
ROOM_MB = 32


@dataclass(frozen=True)
class Door:
    """`wish_s`: what a cold start may take. `warm`: what it answers then, and how often in an hour on air.

    `starts`: cold starts in that hour; `ai_s`: what the AI takes of the first request.
    """

    name: str
    wish_s: float
    starts: float
    answers: str
    unit: str
    warm: list[tuple[Taken, float]]
    ai_s: float = 0


def doors(taken: Mapping[str, Taken], packs: list[Pack]) -> Iterator[Door]:
    """The functions that somebody waits for.

    Behind Play are api and stream, both cold at the worst: with the network and the page between them, the first line
    is to be there within two seconds. Who adds a game waits for generate, while its show may run. A show begins with a
    cold start of api and stream, a game new to everybody with one of generate.
    """
    asked, shows, games = cost.asked_an_hour(), 1 / cost.SHOW_HOURS, cost.NEW_GAMES / cost.HOURS
    batches = [(taken[name], times) for name, times in asked.items() if name.endswith("batch")]
    others = [(taken[name], times) for name, times in asked.items() if not name.endswith("batch")]
    pack = replace(packs[0].taken, cpu_ms=median(pack.taken.cpu_ms for pack in packs))
    ai_s = median(pack.ai_whole_s for pack in packs)
    yield Door("stream", 0.75, shows, "a batch", "ms", batches)
    yield Door("api", 0.75, shows, "a ticket", "ms", others)
    yield Door("generate", 2, games, "a new pack", "s", [(pack, games)], ai_s)


def found(cold: Mapping[str, list[Start]], doors: Iterable[Door]) -> list[BySize]:
    """Three rows a function. `cold`: starts by its name."""
    return [row for door in doors for row in _rows(door, cold[door.name])]


def _rows(door: Door, starts: list[Start]) -> Iterator[BySize]:
    cpu_ms, peak_mb = median(start.cpu_ms for start in starts), median(start.peak_mb for start in starts)
    start_s = {mb: cpu_ms / 1000 * cost.VCPU_MB / mb for mb in SIZES_MB if mb >= peak_mb + ROOM_MB}
    first, scale = door.warm[0][0], 1000 if door.unit == "ms" else 1
    best_mb = min((mb for mb, cold_s in start_s.items() if cold_s <= door.wish_s), default=None)
    for what, unit, figures in (
        ("cold start", "s", start_s),
        (door.answers, door.unit, {mb: _answer_s(first, mb, door.ai_s) * scale for mb in start_s}),
        ("an hour on air", "cents", {mb: _hour_cents(door, start_s[mb], mb) for mb in start_s}),
    ):
        yield BySize(door.name, what, unit, {str(mb): figures.get(mb) for mb in SIZES_MB}, first.memory_mb, best_mb)


def _answer_s(taken: Taken, mb: int, ai_s: float) -> float:
    """What a warm answer takes and is billed for. While the AI speaks is time to compute, as much as that is."""
    cpu_s = taken.cpu_ms / 1000 * cost.VCPU_MB / mb
    return max(cpu_s, ai_s) + taken.calls * cost.STORE_MS / 1000


def _hour_cents(door: Door, start_s: float, mb: int) -> float:
    billed_s = sum(times * _answer_s(taken, mb, door.ai_s) for taken, times in door.warm) + door.starts * start_s
    return billed_s * mb / 1024 * cost.PRICES["Lambda, time"].dollars * 100
