"""Who speaks: regulars who stay, visitors who come and go, each with a name, a colour, badges and a way of writing.

A show's lines are divided into whiles, as many lines each as its audience writes in ten minutes. Who is there in a
while follows from its number alone: the regulars who are there now, and the visitors who came in it or in one of the
few before. So the people at hour 12 are found without those of hour 11.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import accumulate
from random import Random
from typing import NamedTuple, TypeAlias
from zlib import crc32

from chatsim import data
from chatsim.chance import chance, shuffled
from chatsim.pace import LINES_PER_VIEWER_MINUTE, VIEWERS, Pace
from chatsim.voice import HANDS, Hand, hand_of

# Each at least 5:1 on the chat's own panel (#18181b, #14111d): six of the usual fifteen colours are not readable there.
COLORS = (
    "#ff7b7b", "#ff9f5a", "#ffc93c", "#e4e36a", "#a8e05f", "#5fe08a", "#4fe3c1", "#57d7f2",
    "#7fb8ff", "#a5a8ff", "#c79bff", "#ec8fff", "#ff8fcf", "#ff9aa8", "#d8b98a", "#b8c7d9",
)  # fmt: skip
WHILE_MINUTES = 10
# Regulars are here or away for three whiles, half an hour; the first two always are.
SITTING = 3
ALWAYS = 2
MODERATOR = 1
# Numbers of visitors begin here, so that those who were there before the show have one too.
VISITORS = 10_000


class Turnout(NamedTuple):
    """How many people an audience is, and how unevenly they write.

    Shares of `regulars` fall as 1 / rank ** `fall`; each is here with probability `here`. `arrivals` visitors come in a
    while, `passing` of them for that while only and with a line or two, the others for up to `stay` more, with `share`
    of what the first regular writes.
    """

    regulars: int
    fall: float
    here: float
    arrivals: float
    passing: float
    stay: int
    share: float


# Fitted to small channels: who writes at all writes 2.4-3.0 lines in ten minutes; over 500 lines the first tenth writes
# 36-55 %, Gini 0.52-0.67, and 26-56 % write once.
TURNOUTS = {
    5: Turnout(2, 0.5, 1.0, 0.9, 0.45, 6, 1.2),
    15: Turnout(9, 0.7, 0.6, 3.6, 0.55, 5, 0.3),
    60: Turnout(34, 0.8, 0.8, 21.0, 0.6, 3, 0.075),
    200: Turnout(100, 0.86, 0.8, 75.0, 0.57, 3, 0.036),
}
PASSING_SHARE = 0.3

# Steps of the golden ratio spread habits evenly: among the few who write most each crowd has its share of every kind.
GOLDEN = 0.6180339887498949

# What a name is put together from: a text, or parts of which one is drawn.
Part: TypeAlias = "str | tuple[Part, ...]"
_PART = re.compile(r"\{(\w+)\}")

FIRST_TIMER = "first-timer"
ROLES = ("fan", "", "backseat", "joker", "sceptic")


class Chatter:
    """One of a cast. `number` finds them there; `side`, 0 or 1, is all that the ends of a block need to know of them.

    `role` is fan, backseat, joker, sceptic or none; `new` who is here for the first time.
    """

    def __init__(
        self, username: str, color: str, badges: tuple[str, ...], number: int, side: int, role: str, hand: Hand
    ) -> None:
        self.username, self.color, self.badges = username, color, badges
        self.number, self.side, self.role, self.hand = number, side, role, hand
        self.new = FIRST_TIMER in badges

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Chatter) and vars(self) == vars(other)


class Roster:
    """Who is there in a while, by their shares of the talk. `newcomers` are the numbers of those who came in it."""

    def __init__(self, numbers: list[int], shares: list[float], newcomers: frozenset[int], cast: Cast) -> None:
        self._numbers, self.newcomers = numbers, newcomers
        self._ends = list(accumulate(shares))
        self._all = self._ends[-1]
        self._people: list[Chatter | None] = [None] * len(numbers)
        self._cast = cast

    def picked(self, rng: Random) -> Iterator[Chatter]:
        """One after the other, without end; who writes more comes more often."""
        luck, ends, whole, people = rng.random, self._ends, self._all, self._people
        while True:
            at = bisect(ends, luck() * whole)
            yield people[at] or self._meet(at)

    def everybody(self) -> Iterator[Chatter]:
        return (found or self._meet(at) for at, found in enumerate(self._people))

    def _meet(self, at: int) -> Chatter:
        found = self._people[at] = self._cast.chatter(self._numbers[at])
        return found


class Cast:
    """The people of a show. `names` are those a pack brings; visitors take some of them."""

    def __init__(self, seed: int, speech: str, audience: int, names: tuple[str, ...]) -> None:
        self.turnout = TURNOUTS[audience]
        self._seed, self._speech, self._pack_names = seed, speech, names
        self.while_lines = round(audience * LINES_PER_VIEWER_MINUTE * WHILE_MINUTES)
        self._listed = shuffled(chance(seed, "names", speech), _listed(speech))
        self._turn = chance(seed, "turn").random()
        self._known: dict[int, Chatter] = {}
        self._rosters: dict[int, Roster] = {}
        self._visits: dict[int, list[tuple[int, int, float]]] = {}

    def roster(self, k: int) -> Roster:
        """Who is there at line k."""
        no = k // self.while_lines
        found = self._rosters.get(no)
        if not found:
            if len(self._rosters) > 16:
                self._rosters.clear()
            found = self._rosters[no] = self._assemble(no)
        return found

    def chatter(self, number: int) -> Chatter:
        found = self._known.get(number)
        if not found:
            if len(self._known) > 2_000:
                self._known.clear()
            found = self._known[number] = self._meet(number)
        return found

    def _assemble(self, no: int) -> Roster:
        turnout = self.turnout
        sitting = chance(self._seed, "sitting", no // SITTING)
        here = [i for i in range(turnout.regulars) if sitting.random() < turnout.here or i < ALWAYS]
        shares = [(i + 1) ** -turnout.fall for i in here]
        for came in range(no - turnout.stay, no + 1):
            for number, until, share in self._visits_of(came):
                if until >= no:
                    here.append(number)
                    shares.append(share)
        newcomers = frozenset(number for number, _, _ in self._visits_of(no))
        return Roster(here, shares, newcomers, self)

    def _visits_of(self, came: int) -> list[tuple[int, int, float]]:
        """Who came in a while: their numbers, the while until which they stay, and their shares."""
        found = self._visits.get(came)
        if found is None:
            if len(self._visits) > 64:
                self._visits.clear()
            rng, turnout = chance(self._seed, "visits", came), self.turnout
            first, end = (int((came + step) * turnout.arrivals + VISITORS) for step in (0, 1))
            found = self._visits[came] = [_visit(rng, turnout, came, number) for number in range(first, end)]
        return found

    def _meet(self, number: int) -> Chatter:
        # All of a visitor follows from the name: who comes back under it is the same, and so are two who made it up.
        # Each trait has bits of its own; the lowest four are the colour's again, as checksums are.
        name = self._name(number) or self._built(number)
        luck = crc32(f"{self._seed}/{name}".encode())
        color = COLORS[crc32(name.encode()) % len(COLORS)]
        if number < VISITORS // 2:
            badges, side = _badges(number, luck / 2**32), number % 2
            turn = int((self._turn + number * GOLDEN) % 1 * HANDS)
        else:
            badges, side = _visitor_badges(luck / 2**32), luck >> 20 & 1
            turn = (luck >> 4) % HANDS
        role = ROLES[number] if number < len(ROLES) else _role(luck >> 14)
        return Chatter(name, color, badges, number, side, role, hand_of(self._speech, turn))

    def _name(self, number: int) -> str:
        """Regulars have listed names. Every third visitor has one too, or comes back under it; empty for the others,
        whose names are made up."""
        regulars = TURNOUTS[VIEWERS[-1]].regulars
        if number < regulars:
            return self._listed[number]
        turn, kind = divmod(number, 3)
        if kind == 0:
            return self._listed[regulars + turn % (len(self._listed) - regulars)]
        if kind == 1 and self._pack_names and turn % 2:
            name = self._pack_names[turn // 2 % len(self._pack_names)]
            return name if name not in _taken(self._speech) else f"{name}_"
        return ""

    def _built(self, number: int) -> str:
        name = built_name(crc32(f"{self._seed}/name/{number}".encode()), self._speech)
        return name if name not in _taken(self._speech) else f"{name}_"


def _visit(rng: Random, turnout: Turnout, came: int, number: int) -> tuple[int, int, float]:
    passing, luck, length = rng.random(), rng.random(), rng.random()
    if passing < turnout.passing:
        return number, came, turnout.share * PASSING_SHARE
    return number, came + 1 + int(length * turnout.stay), turnout.share * (0.5 + 2 * luck * luck)


def cast_of(cast_seed: int, speech: str, pace: Pace, names: tuple[str, ...] = ()) -> Cast:
    """The people of a show; a larger audience keeps the regulars of the smaller one."""
    return _cast(cast_seed, speech, audience_of(pace), names)


@lru_cache(maxsize=64)
def _cast(seed: int, speech: str, audience: int, names: tuple[str, ...]) -> Cast:
    return Cast(seed, speech, audience, names)


def audience_of(pace: Pace) -> int:
    """The viewers who would write at about this rate."""
    if pace.kind == "natural":
        return pace.viewers
    viewers = 2 * 60_000 / (pace.min_ms + pace.max_ms) / LINES_PER_VIEWER_MINUTE
    return min(VIEWERS, key=lambda offered: max(viewers / offered, offered / viewers))


def built_name(which: int, speech: str) -> str:
    """A name as people choose one: a pattern and its parts, of millions the one with this number."""
    patterns = _patterns(speech)
    while True:
        rest, at = divmod(which, len(patterns))
        name = ""
        for part in patterns[at]:
            while not isinstance(part, str):
                rest, at = divmod(rest, len(part))
                part = part[at]
            name += part
        if 4 <= len(name) <= 20:
            return name
        which += 1


def _role(luck: int) -> str:
    at = luck % 16
    return ROLES[at] if at < len(ROLES) else ""


def _badges(rank: int, luck: float) -> tuple[str, ...]:
    """One moderator, the second most present person; who talks more has more often subscribed."""
    if rank == MODERATOR:
        return ("moderator", "subscriber")
    if luck < (0.5 if rank < 8 else 0.2):
        return ("subscriber",)
    return ("vip",) if rank < 14 and luck > 0.8 else ()


def _visitor_badges(luck: float) -> tuple[str, ...]:
    if luck < 0.12:
        return ("subscriber",)
    return (FIRST_TIMER,) if luck > 0.7 else ()


@cache
def _listed(speech: str) -> tuple[str, ...]:
    _, lists = data.sections(data.read(f"names/{speech}.txt"))
    return lists["names"]


@cache
def _taken(speech: str) -> frozenset[str]:
    return frozenset(_listed(speech))


@cache
def _patterns(speech: str) -> tuple[tuple[Part, ...], ...]:
    """The patterns of names, each with its parts in order."""
    _, lists = data.sections(data.read(f"names/{speech}-parts.txt"))
    parts: dict[str, Part] = {**lists, **_numbers()}
    for name, words in lists.items():
        parts[name.capitalize()] = tuple(word[0].upper() + word[1:] for word in words)
        parts[f"{name}2"] = words
    return tuple(
        tuple(parts[piece] if at % 2 else piece for at, piece in enumerate(_PART.split(pattern)) if piece)
        for pattern in lists["patterns"]
    )


def _numbers() -> dict[str, Part]:
    """What people put behind a name: a year of birth, a jersey, digits that were free."""
    born = tuple(f"{year % 100:02}" for year in range(84, 110))
    jersey, two, three = (tuple(map(str, range(*ends))) for ends in ((2, 24), (10, 100), (100, 1000)))
    return {"n": tuple("123456789"), "nn": (born, jersey, two, three), "year": tuple(map(str, range(1984, 2010)))}
