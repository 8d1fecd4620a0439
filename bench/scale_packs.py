"""A day of packs: who adds which game, how many calls of an AI that makes, and who waits for one.

Games are drawn by Zipf from a long tail, in each language that an AI writes in. A pack is written as the doors do it:
one lead a game, a few at once, so many a day, and who cannot lead asks again; the scheduler writes ahead.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from random import Random

from chatsim import builtin
from chatsim.names import Lang
from chatsim_ai.generator import ASK_AGAIN_MS, RENEW_AFTER, Allowance
from chatsim_ai.prewarm import PACK_MS, Popular

from bench.cost import DAYS, PACK_S, RUNS, constant
from bench.programs import ROOT
from local import template

# Titles that somebody streams within a month, how much the next is less popular (by 1: the tenth has a tenth of the
# first one's streamers), and the languages of those who add them. From memory of what Twitch shows.
GAMES, ZIPF = 40_000, 1.0
SPEECHES: dict[Lang, float] = {"es": 0.8, "en": 0.2}

DAY_S = 86_400
RUN_EVERY_S = DAYS * DAY_S / RUNS
# The weeks whose asking pre-warming looks at; and how many of these asks tell the most popular games well enough.
WEEKS_D, ENOUGH_ASKS = 14, 20_000
MOST_ASKS = constant("dashboard/games.ts", "MOST_ASKS")
PLAN = {function.name: function for function in template.read(ROOT / "template.yaml").functions}
ALLOWANCE = Allowance.from_env(PLAN["Generate"].environment)
POPULAR = Popular.from_env(PLAN["Prewarm"].environment)


@dataclass(frozen=True)
class Catalogue:
    """Each game in each language, by number: how likely it is the next one to be added, and which need no AI or are
    named by the owner. Those built in are taken to be the most popular, and those named the next ones."""

    share: Sequence[float]
    built_in: frozenset[int]
    named: tuple[int, ...]

    @classmethod
    def made(cls) -> Catalogue:
        ranks = [(speech, rank) for speech in SPEECHES for rank in range(GAMES)]
        own = {speech: _built_in(speech) for speech in SPEECHES}
        whole = sum((rank + 1) ** -ZIPF for rank in range(GAMES))
        return cls(
            [SPEECHES[speech] * (rank + 1) ** -ZIPF / whole for speech, rank in ranks],
            frozenset(game for game, (speech, rank) in enumerate(ranks) if rank < own[speech]),
            tuple(g for g, (speech, rank) in enumerate(ranks) if 0 <= rank - own[speech] < len(POPULAR.games)),
        )

    def drawn(self, times: int, chance: Random) -> list[int]:
        return chance.choices(range(len(self.share)), cum_weights=list(accumulate(self.share)), k=times)

    def needed(self, adds_a_day: float, reached: float = 1.0) -> float:
        """Packs a day, in the long run, when each is written anew by the first who adds its game after its fresh life.

        `reached`: the part of those who find none for whom one is written.
        """
        asks = (reached * adds_a_day * each for game, each in enumerate(self.share) if game not in self.built_in)
        return sum(each / (1 + each * ALLOWANCE.fresh_days) for each in asks)

    def ahead(self, asked: Counter[int], most: int) -> list[int]:
        """What pre-warming looks after, `most` in all: what the owner named, then what was added most."""
        added = (game for game, _ in asked.most_common(most + len(self.built_in)) if game not in self.built_in)
        return list(dict.fromkeys((*self.named, *added)))[:most]


@dataclass
class Kept:
    """What the table holds: until which second of the day a game's pack is fresh, who has an old one, what was added
    this week and the last; and how many packs are renewed today before they are old."""

    fresh_until: dict[int, float] = field(default_factory=dict)
    old: set[int] = field(default_factory=set)
    asked: Counter[int] = field(default_factory=Counter)
    renewed: int = 0

    @classmethod
    def after_months(cls, catalogue: Catalogue, adds_a_day: float, most: int, chance: Random) -> Kept:
        """Of days with as many adds, `most` packs of which are kept ready: who is added often has a pack."""
        kept = cls(asked=Counter(catalogue.drawn(min(round(adds_a_day * WEEKS_D), ENOUGH_ASKS), chance)))
        ready = set(catalogue.ahead(kept.asked, most))
        asks_a_share = adds_a_day * _reached(catalogue, adds_a_day)
        for game, share in enumerate(catalogue.share):
            asks = asks_a_share * share
            life, old_life = asks * ALLOWANCE.fresh_days, asks * (ALLOWANCE.stale_days - ALLOWANCE.fresh_days)
            # Drawn for each, so that pre-warming changes no other's.
            is_fresh, left_d = chance.random() < life / (1 + life), chance.random() * ALLOWANCE.fresh_days
            is_old = chance.expovariate(1) < old_life
            if game in catalogue.built_in:
                continue
            if game in ready or is_fresh:
                kept.fresh_until[game] = DAY_S * (2 if game in ready else left_d)
            elif is_old:
                kept.old.add(game)
        age_d = ALLOWANCE.fresh_days * sum(RENEW_AFTER) / len(RENEW_AFTER)
        kept.renewed = sum(chance.random() < 1 / age_d for _ in ready)
        return kept


@dataclass
class Day:
    """`waited`: users who began with the pack at hand and had their game's own within the minute; `without`: who had to
    stay with it. `tries`: to begin a pack, in the worst minute."""

    calls: int = 0
    waited: int = 0
    without: int = 0
    tries: int = 0


def walk(adds: Sequence[tuple[float, int]], catalogue: Catalogue, kept: Kept, most: int) -> Day:
    """A day on which these are added, each (second of the day, game), with `most` kept ready; `kept` is as it ends."""
    day, tries = Day(calls=kept.renewed), Counter[int]()
    ready_at: dict[int, float] = {}
    turns = [0.0] * ALLOWANCE.at_once  # until when each is taken
    queue = [(at, game, 0) for at, game in adds]
    heapq.heapify(queue)

    def written(game: int, at: float) -> bool:
        if day.calls >= ALLOWANCE.per_day:
            return False
        day.calls += 1
        ready_at[game], kept.fresh_until[game] = at + PACK_S, at + ALLOWANCE.fresh_days * DAY_S
        return True

    def led(game: int, at: float) -> bool | None:
        """Whether a pack is on its way for who asks; None when they are to ask again."""
        if ready_at.get(game, 0) > at:
            return None
        tries[int(at // 60)] += 1
        if turns[0] > at:
            return None
        begun = written(game, at)
        if begun:
            heapq.heapreplace(turns, at + PACK_S)
        return begun

    run_at = 0.0 if most else float("inf")
    while queue:
        at, game, asked = heapq.heappop(queue)
        while run_at <= at:
            _prewarm(catalogue.ahead(kept.asked, most), kept, run_at, written)
            run_at += RUN_EVERY_S
        kept.asked[game] += not asked
        has = game in catalogue.built_in or (kept.fresh_until.get(game, 0) > at and ready_at.get(game, 0) <= at)
        got = True if has else led(game, at)
        if got is None and asked < MOST_ASKS:
            heapq.heappush(queue, (at + ASK_AGAIN_MS / 1000, game, asked + 1))
        elif game not in kept.old and (asked or not has):
            day.waited += bool(got)
            day.without += not got
    day.tries = max(tries.values(), default=0)
    return day


def _prewarm(games: Sequence[int], kept: Kept, run_at: float, written: Callable[[int, float], bool]) -> None:
    at = run_at
    for game in games:
        in_time = at - run_at + PACK_MS / 1000 <= PLAN["Prewarm"].timeout_s
        if in_time and kept.fresh_until.get(game, 0) <= at and written(game, at):
            at += PACK_S


def _reached(catalogue: Catalogue, adds_a_day: float) -> float:
    """The part of those without a pack whom the day's packs reach, in the long run."""
    if catalogue.needed(adds_a_day) <= ALLOWANCE.per_day:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (middle, high) if catalogue.needed(adds_a_day, middle) < ALLOWANCE.per_day else (low, middle)
    return low


def _built_in(speech: Lang) -> int:
    names = {game.name for game in builtin.games().values()}
    return sum(builtin.find(builtin.named(name, "game"), speech).ref.source == "builtin" for name in names)
