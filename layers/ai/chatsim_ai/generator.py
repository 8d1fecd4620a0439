"""One AI call per game, however many ask: who may make the next pack, and what the others get meanwhile.

a fresh stored pack, or the game's own built-in one     that
somebody else generates, or too many do                 the best at hand, `pending`
it failed or was refused not long ago                    the best at hand, or the refusal again
else                                                     a lease, one AI call, the pack with the lease's fence
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from chatsim import limits, packs
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
    """`writer` is None where no provider has a key: then built-in and stored packs are all there is.

    `on_written` hears of every pack that an AI wrote.
    """

    def __init__(
        self,
        store: Store,
        shelf: Shelf,
        writer: PackWriter | None,
        allowance: Allowance,
        now_ms: Callable[[], int],
        on_written: Callable[[Written], None] = lambda written: None,
    ) -> None:
        self._store, self._shelf, self._writer = store, shelf, writer
        self._allowance, self._now_ms, self._on_written = allowance, now_ms, on_written

    def pack_for(self, user: str, name: Name, lang: Lang) -> Found:
        """The best pack for a game, made now if nobody has. Raises InvalidName when the AI refused the name."""
        now, key = self._now_ms(), packs.key(name.mode, lang, name.key)
        head = self._store.head(key)
        best = at_hand(head, self._shelf, name, lang, now)
        if not self._writer or now < head.fresh_until or _speaks_for_itself(name, best):
            return Found(best)
        if now < head.rest_until:
            return _resting(head, name, best)
        if now < head.lease_until:
            return Found(best, pending=True, retry_after_ms=ASK_AGAIN_MS)
        return self._generate(self._writer, user, name, lang, key, head, best)

    def _generate(
        self, writer: PackWriter, user: str, name: Name, lang: Lang, key: str, head: Head, best: Pack
    ) -> Found:
        owner = secrets.token_hex(8)
        with self._turn(user, owner) as free:
            fence = self._store.lead(key, owner, self._now_ms(), self._now_ms() + LEASE_MS) if free else None
            if not free or fence is None:
                return Found(best, pending=True, retry_after_ms=ASK_AGAIN_MS)
            if not self._within_quota(user):
                self._store.rest_pack(key, fence, self._now_ms(), head.failures, refused=False)
                return Found(best)
            return Found(self._lead(writer, name, lang, key, fence, head, best))

    def _lead(self, writer: PackWriter, name: Name, lang: Lang, key: str, fence: int, head: Head, best: Pack) -> Pack:
        """The new pack, kept; the one at hand when no provider gave any, or when this came too late."""
        try:
            written = writer.write(name, lang, best)
        except InvalidName:
            self._store.rest_pack(key, fence, self._now_ms() + REFUSED_MS, 0, refused=True)
            raise
        except AiUnavailable:
            rest = min(REST_MS * 2**head.failures, LONGEST_REST_MS)
            self._store.rest_pack(key, fence, self._now_ms() + rest, head.failures + 1, refused=False)
            return best
        self._on_written(written)
        pack = packs.versioned(Pack(PackRef(key, "", "ai", best.ref.genre), written.phrases, written.names))
        fresh, stale = (
            self._now_ms() + days * DAY_MS for days in (self._allowance.fresh_days, self._allowance.stale_days)
        )
        kept = self._store.put_pack(key, pack, fence, fresh_until=fresh, stale_until=stale)
        return pack if kept else best

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

    def _within_quota(self, user: str) -> bool:
        now, day = self._now_ms(), limits.DAY_S
        try:
            limits.check(self._store, f"packs#{user}", self._allowance.per_user_day, now, day)
            limits.check(self._store, "packs", self._allowance.per_day, now, day)
        except RateLimited:
            return False
        return True


def _speaks_for_itself(name: Name, pack: Pack) -> bool:
    """A game's own built-in pack knows it as well as an AI would, and costs nothing."""
    return name.mode == "game" and pack.ref.source == "builtin"


def _resting(head: Head, name: Name, at_hand: Pack) -> Found:
    if head.refused:
        raise InvalidName(name.mode)
    return Found(at_hand)
