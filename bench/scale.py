"""Ten to a million streamers, walked through a day: `python -m bench.scale`.

counted, measured   what an hour on air asks for, and what each request takes (bench.cost, bench.doors)
walked              who begins when and with which game, drawn in the same way each time; who waits for a pack
                    (bench.scale_packs)
limits              ours by the template; others' by their documentation, or from memory where that is said
assumed             what stands in capitals below

It writes its part of bench/results.json and docs/performance.md, and docs/scale.svg.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from math import ceil, exp, log
from random import Random
from typing import Any

from chatsim import builtin, packs, remembered

from bench import cost, counted, results, scale_page
from bench.doors import Taken, measured
from bench.programs import ROOT
from bench.scale_packs import ALLOWANCE, DAY_S, POPULAR, Catalogue, Day, Kept, walk

SIZES = (10, 100, 1_000, 10_000, 100_000, 1_000_000)
SEED = 8
# Where streamers live, by hours from UTC in winter, and when they begin, by the hour there: most after supper, evenly
# within an hour. A guess, as everything about people here.
ZONES = {1: 0.40, -3: 0.25, -6: 0.35}  # Spain, Argentina, Mexico
STARTS = (3, 2, 1, 1, 0, 0, 0, 1, 1, 2, 3, 3, 3, 3, 4, 6, 7, 8, 10, 12, 12, 9, 6, 4)
SHOW_S = cost.SHOW_HOURS * 3600
# Of the shows: those with a game that is new to its streamer.
NEW = cost.NEW_GAMES * cost.SHOW_HOURS / cost.HOURS
# A stored pack is as large as a built-in one; its read may lag, half a unit for 4 KB.
PACK_UNITS = ceil(len(packs.dump(builtin.find(builtin.named("Minecraft", "game"), "es"))) / 4096) / 2


@dataclass(frozen=True)
class Size:
    """What so many streamers need; `_s`: a second, at the day's peak. Each Day with pre-warming, and unwarmed.

    `at_once`: invocations in the day's worst second. `forgotten_s`: reads of packs that an environment had before.
    `hottest_s`: writes of the partition that has most of them. Dollars are of a month; `ai`: for the packs made.
    """

    streamers: int
    on_air: int
    at_once: int
    invocations_s: float
    api_s: float
    reads_s: float
    forgotten_s: float
    writes_s: float
    hottest: str
    hottest_s: float
    needed_first: int
    needed_steady: float
    tokens_day: float
    first: Day
    first_unwarmed: Day
    steady: Day
    steady_unwarmed: Day
    listed: float
    paid: float
    ai: float


@dataclass(frozen=True)
class Limit:
    """`of`: the figure of a Size that meets it at `most`."""

    name: str
    most: float
    of: str
    do: str


def limits() -> list[Limit]:
    return [
        # Lambda's documentation; of a new account's ten docs/deploy.md tells.
        Limit("Lambda at once, new account", 10, "at_once", "ask AWS for 1,000, which costs nothing"),
        Limit("Lambda at once", 1000, "at_once", "ask AWS for more"),
        Limit("`ApiRequestsPerSecond`", parameter("ApiRequestsPerSecond"), "api_s", "raise it"),
        Limit("`TableReadsPerSecond`", parameter("TableReadsPerSecond"), "reads_s", "raise it"),
        Limit("`TableWritesPerSecond`", parameter("TableWritesPerSecond"), "writes_s", "raise it"),
        Limit("`PacksPerDay`, a steady day", ALLOWANCE.per_day, "needed_steady", "raise it"),
        Limit("`PacksPerDay`, the first day", ALLOWANCE.per_day, "needed_first", "raise it for the first weeks"),
        # DynamoDB's documentation.
        Limit("One partition's writes a second", 1_000, "hottest_s", "spread its key over several"),
        # Groq's page of limits, gpt-oss-120b. What Cerebras gives for nothing is said to its users alone.
        Limit("Groq's free tokens a day", 200_000, "tokens_day", "pay for tokens"),
        # From memory: an account's HTTP APIs; a distribution; what a new on-demand table takes, until it has grown.
        Limit("HTTP API a second", 10_000, "api_s", "ask AWS for more"),
        Limit("CloudFront a second", 250_000, "invocations_s", "ask AWS for more"),
        Limit("A new table's reads a second", 12_000, "reads_s", "set its warm throughput before"),
        Limit("A new table's writes a second", 4_000, "writes_s", "set its warm throughput before"),
        # From memory, and prices change.
        Limit("Clerk's users without charge", 50_000, "streamers", "pay Clerk some 2 cents a user and month"),
    ]


def main() -> None:
    results.keep({"scale": walked(measured(cost.requests))})
    print("\n".join(scale_page.section(results.read()["scale"])))


def walked(taken: Mapping[str, Taken], sizes: Sequence[int] = SIZES) -> dict[str, Any]:
    """What each size needs; and the limits in the order in which they are met, `at` so many streamers or None."""
    asked, catalogue = cost.asked_an_hour(), Catalogue.made()
    found = [asdict(size(streamers, asked, taken, catalogue)) for streamers in sizes]
    met = [asdict(limit) | {"at": met_at(limit, found)} for limit in limits()]
    return {"sizes": found, "limits": sorted(met, key=lambda limit: limit["at"] or float("inf"))}


def size(streamers: int, asked: Mapping[str, float], taken: Mapping[str, Taken], catalogue: Catalogue) -> Size:
    chance = Random(SEED)
    shows = begun(streamers, catalogue, chance)
    adds = [show for show in shows if chance.random() < NEW]
    on_air = at_each_minute([at for at, _ in shows])
    peak, hour = max(on_air), cost.hour(asked, taken)

    new_a_day = streamers * cost.NEW_GAMES / cost.DAYS
    needed = catalogue.needed(new_a_day)
    kept, kept_unwarmed = (Kept.after_months(catalogue, new_a_day, most, Random(SEED)) for most in (POPULAR.most, 0))
    first = walk(shows, catalogue, Kept(), POPULAR.most)
    batches = sum(times for name, times in asked.items() if name.endswith("batch"))
    forgotten = batches * PACK_UNITS * missed(at_peak(shows, on_air), catalogue, kept)
    used = cost.month(streamers, sum(map(bool, on_air)) / 60 * cost.DAYS, asked, taken)
    used["DynamoDB, reads"] += forgotten * streamers * cost.HOURS
    busy = peak * sum(asked[name] * cost.lambda_ms(taken[name]) for name in asked) / 3_600_000
    hottest, hottest_s = hot(shows, first)
    tokens = counted.tokens()
    pack = sum(count * dollars for count, dollars in zip(tokens, counted.DOLLARS_A_MILLION, strict=True)) / 1e6
    return Size(
        streamers=streamers,
        on_air=peak,
        at_once=worst(busy) + min(first.calls, ALLOWANCE.at_once),
        invocations_s=peak * hour["Lambda, requests"] / 3600,
        api_s=peak * hour["HTTP API"] / 3600,
        reads_s=peak * (hour["DynamoDB, reads"] + forgotten) / 3600,
        forgotten_s=peak * forgotten / 3600,
        writes_s=peak * hour["DynamoDB, writes"] / 3600,
        hottest=hottest,
        hottest_s=hottest_s,
        needed_first=len({game for _, game in shows} - catalogue.built_in),
        needed_steady=needed,
        tokens_day=needed * sum(tokens),
        first=first,
        first_unwarmed=walk(shows, catalogue, Kept(), 0),
        steady=walk(adds, catalogue, kept, POPULAR.most),
        steady_unwarmed=walk(adds, catalogue, kept_unwarmed, 0),
        listed=cost.bill(used),
        paid=cost.bill(used, free=True),
        ai=(min(needed, ALLOWANCE.per_day) * cost.DAYS + cost.PACKS_A_MONTH) * pack,
    )


def begun(streamers: int, catalogue: Catalogue, chance: Random) -> list[tuple[float, int]]:
    """The shows of a day: the second in UTC, and the game."""
    shows = max(1, round(streamers * cost.HOURS / cost.DAYS / cost.SHOW_HOURS))
    weights = [sum(part * STARTS[(hour + zone) % 24] for zone, part in ZONES.items()) for hour in range(24)]
    starts = sorted((hour + chance.random()) * 3600 for hour in chance.choices(range(24), weights, k=shows))
    return list(zip(starts, catalogue.drawn(shows, chance), strict=True))


def at_each_minute(starts: Sequence[float]) -> list[int]:
    """How many shows run, those of an evening before it like this one too."""
    both = [at - DAY_S for at in starts] + list(starts)
    return [bisect_right(both, at) - bisect_right(both, at - SHOW_S) for at in range(0, DAY_S, 60)]


def at_peak(shows: Sequence[tuple[float, int]], on_air: Sequence[int]) -> Counter[int]:
    """How many play each game when most are on air."""
    at = on_air.index(max(on_air)) * 60
    return Counter(game for begun, game in shows if (at - begun) % DAY_S < SHOW_S)


def missed(playing: Counter[int], catalogue: Catalogue, kept: Kept) -> float:
    """The part of all batches for which an environment reads a pack again that it had before.

    Its shelf drops what it took in first. So a pack that n shows play is there for n t / (1 + n t) of the time, and
    these add up to what the shelf holds (Gelenbe, 1973); t is found by halving.
    """
    stored = [
        n
        for game, n in playing.items()
        if game not in catalogue.built_in and (game in kept.fresh_until or game in kept.old)
    ]
    if len(stored) <= remembered.KEPT:
        return 0.0
    low, high = 0.0, float(remembered.KEPT * len(stored))
    for _ in range(50):
        t = (low + high) / 2
        low, high = (t, high) if sum(n * t / (1 + n * t) for n in stored) < remembered.KEPT else (low, t)
    return sum(n / (1 + n * low) for n in stored) / playing.total()


def hot(shows: Sequence[tuple[float, int]], first: Day) -> tuple[str, float]:
    """Of the partitions that all share, the one with the most writes in a second of the first day's worst minute."""
    added = max(Counter(int(at // 60) for at, _ in shows).values())
    # A lease is asked for, and given back.
    writes = {"POPULAR#<week>": added / 60, "LEASE#generation#0": 2 * first.tries / 60}
    return max(writes.items(), key=lambda partition: partition[1])


def worst(mean: float) -> int:
    """How many are there in the worst second of a day, if each comes by itself: Poisson."""
    count, likely = 0, exp(-mean)
    left = 1 - likely
    while left > 1 / DAY_S:
        count += 1
        likely *= mean / count
        left -= likely
    return count


def met_at(limit: Limit, sizes: Sequence[Mapping[str, float]]) -> float | None:
    """Streamers, between two sizes in proportion to their logarithms."""
    if sizes[0][limit.of] >= limit.most:
        return sizes[0]["streamers"]
    for below, above in pairwise(sizes):
        if above[limit.of] >= limit.most:
            part = log(limit.most / below[limit.of]) / log(above[limit.of] / below[limit.of])
            return float(below["streamers"] * (above["streamers"] / below["streamers"]) ** part)
    return None


def parameter(name: str) -> int:
    """The default of a number in the template."""
    found = re.search(
        rf"^  {name}:\n    Type: Number\n    Default: (\d+)$", (ROOT / "template.yaml").read_text("utf-8"), re.M
    )
    if not found:
        raise ValueError(f"template.yaml has no {name}")
    return int(found[1])


if __name__ == "__main__":
    main()
