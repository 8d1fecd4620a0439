"""One AI call per game, however many ask: who may make the next pack, and what the others get meanwhile.

the game's own built-in pack, or a fresh stored one     that
somebody else generates, or too many do                 the best at hand, `pending`
it failed or was refused not long ago                    the best at hand, or the refusal again
no provider has a key                                    the best at hand
else                                                     a lease, one AI call, the pack with the lease's fence

Through the same lease a pack is renewed for nobody in particular before it is old.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, Protocol

from chatsim import builtin, limits, packs
from chatsim.chance import chance
from chatsim.errors import InvalidName, RateLimited
from chatsim.games import Found
from chatsim.names import Lang, Name
from chatsim.packs import Pack, PackRef
from chatsim.records import Head
from chatsim.shelf import Shelf, at_hand
from chatsim.store import Store

from chatsim_ai.writer import AiUnavailable, Written

# The writer ends within 12 s; a leader that is gone is replaced this long after it began.
LEASE_MS = 20_000
ASK_AGAIN_MS = 3_000
# After a failure a game rests a minute, twice as long each time; a refused name is not asked about for a day.
REST_MS, LONGEST_REST_MS = 60_000, 3_600_000
REFUSED_MS = 86_400_000
DAY_MS = 86_400_000
# A pack may be renewed when 80 to 90 % of its fresh life are over: well before a user would wait for it, and each at
# a time of its own, so that packs made in one night do not fall due in one night.
RENEW_AFTER = (0.8, 0.9)

Renewal = Literal["made", "fresh", "skipped", "failed", "left"]


@dataclass(frozen=True)
class Allowance:
    """How much may be generated, from settings: at once and per day, by one user and by all; life of a pack in days."""

    at_once: int
    per_user_day: int
    per_day: int
    fresh_days: int
    stale_days: int

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Allowance:
        """Raises KeyError, naming it, for a setting that is missing."""
        return cls(
            at_once=int(env["GENERATIONS_AT_ONCE"]),
            per_user_day=int(env["PACKS_PER_USER_DAY"]),
            per_day=int(env["PACKS_PER_DAY"]),
            fresh_days=int(env["PACK_FRESH_DAYS"]),
            stale_days=int(env["PACK_STALE_DAYS"]),
        )


class PackWriter(Protocol):
    def write(self, name: Name, lang: Lang, fallback: Pack) -> Written: ...


class Generator:
    """`writer` gives None while no provider has a key: then built-in and stored packs are all there is. It is asked
    when a pack is to be written and not before, since it may have to fetch the keys.

    `on_written` hears of every pack that an AI wrote.
    """

    def __init__(
        self,
        store: Store,
        shelf: Shelf,
        writer: Callable[[], PackWriter | None],
        allowance: Allowance,
        now_ms: Callable[[], int],
        on_written: Callable[[Written], None] = lambda written: None,
    ) -> None:
        self._store, self._shelf, self._writer = store, shelf, writer
        self._allowance, self._now_ms, self._on_written = allowance, now_ms, on_written

    def pack_for(self, user: str, name: Name, lang: Lang) -> Found:
        """The best pack at hand for a game, and how to make a better one if nobody has.

        Raises InvalidName when the AI refused the name, now or not long ago.
        """
        if builtin.speaks_for_itself(name, lang):
            return Found(builtin.find(name, lang))
        now, key = self._now_ms(), packs.key(name.mode, lang, name.key)
        head = self._shelf.head(key, now)
        best = at_hand(head, self._shelf, name, lang, now)
        if now < head.fresh_until:
            return Found(best)
        if now < head.rest_until:
            return _resting(head, name, best)
        if now < head.lease_until:
            return Found(best, pending=True, retry_after_ms=ASK_AGAIN_MS)
        return Found(best, make=lambda: self._generate(user, name, lang, key, head, best))

    def can_write(self) -> bool:
        return self._writer() is not None

    def renew(self, name: Name, lang: Lang) -> Renewal:
        """A new pack for a game whose own is missing or nearly old; it counts for the day, and for no user.

        `fresh`: it has one that is good for a while yet. `skipped`: nobody is to write it now: its built-in pack speaks
        for it, the name was refused, it rests after a failure, another writes it, there is no AI. `failed`: no provider
        gave a pack. `left`: no more packs today.
        """
        now, key = self._now_ms(), packs.key(name.mode, lang, name.key)
        writer, head = self._writer(), self._store.head(key)
        if not writer or builtin.speaks_for_itself(name, lang):
            return "skipped"
        due = now + self._early_ms(head)
        if due < head.fresh_until:
            return "fresh"
        best, until = at_hand(head, self._shelf, name, lang, now), now + LEASE_MS
        fence = self._store.lead(key, secrets.token_hex(8), now, until, due_ms=due)
        if fence is None:
            return "skipped"
        if not self._within(self._of_the_day()):
            self._store.rest_pack(key, fence, now, head.failures, refused=False)
            return "left"
        try:
            return "made" if self._lead(writer, name, lang, key, fence, head, best) else "failed"
        except InvalidName:
            return "skipped"

    def _generate(self, user: str, name: Name, lang: Lang, key: str, head: Head, best: Pack) -> Found:
        writer, owner = self._writer(), secrets.token_hex(8)
        if not writer:
            return Found(best)
        with self._turn(user, owner) as free:
            fence = self._store.lead(key, owner, self._now_ms(), self._now_ms() + LEASE_MS) if free else None
            if not free or fence is None:
                return Found(best, pending=True, retry_after_ms=ASK_AGAIN_MS)
            if not self._within((f"packs#{user}", self._allowance.per_user_day), self._of_the_day()):
                self._store.rest_pack(key, fence, self._now_ms(), head.failures, refused=False)
                return Found(best)
            return Found(self._lead(writer, name, lang, key, fence, head, best) or best)

    def _lead(
        self, writer: PackWriter, name: Name, lang: Lang, key: str, fence: int, head: Head, best: Pack
    ) -> Pack | None:
        """The new pack, kept; None when no provider gave any, or when this came too late."""
        try:
            written = writer.write(name, lang, best)
        except InvalidName:
            self._store.rest_pack(key, fence, self._now_ms() + REFUSED_MS, 0, refused=True)
            raise
        except AiUnavailable:
            rest = min(REST_MS * 2**head.failures, LONGEST_REST_MS)
            self._store.rest_pack(key, fence, self._now_ms() + rest, head.failures + 1, refused=False)
            return None
        self._on_written(written)
        pack = packs.versioned(Pack(PackRef(key, "", "ai", best.ref.genre), written.phrases, written.names))
        fresh, stale = (
            self._now_ms() + days * DAY_MS for days in (self._allowance.fresh_days, self._allowance.stale_days)
        )
        kept = self._store.put_pack(key, pack, fence, fresh_until=fresh, stale_until=stale)
        return pack if kept else None

    @contextmanager
    def _turn(self, user: str, owner: str) -> Iterator[bool]:
        """One generation at once a user, a few in all: whether this one may begin."""
        now = self._now_ms()
        taken: list[str] = []
        wanted = [[f"generation#user#{user}"], [f"generation#{n}" for n in range(self._allowance.at_once)]]
        for names in wanted:
            won = next((lease for lease in names if self._store.take(lease, owner, now, now + LEASE_MS)), None)
            if won is None:
                break
            taken.append(won)
        try:
            yield len(taken) == len(wanted)
        finally:
            for lease in taken:
                self._store.give_back(lease, owner)

    def _of_the_day(self) -> tuple[str, int]:
        return "packs", self._allowance.per_day

    def _within(self, *quotas: tuple[str, int]) -> bool:
        """Whether each of these (who, packs a day) has one more; it is counted."""
        try:
            for who, most in quotas:
                limits.check(self._store, who, most, self._now_ms(), limits.DAY_S)
        except RateLimited:
            return False
        return True

    def _early_ms(self, head: Head) -> int:
        """How long before a pack is old it may be renewed: always the same for a version of it."""
        if not head.ref:
            return 0
        low, high = RENEW_AFTER
        share = high - (high - low) * chance(head.ref.id, head.ref.version).random()
        return int((1 - share) * self._allowance.fresh_days * DAY_MS)


def _resting(head: Head, name: Name, at_hand: Pack) -> Found:
    if head.refused:
        raise InvalidName(name.mode)
    return Found(at_hand)
