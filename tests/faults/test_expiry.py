"""What has expired may lie in the table for days before it is swept: no new show pins it, running ones keep theirs.

The clock is moved; nothing is swept here, and what is in the table stands there long after its time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from chatsim import builtin, packs, stage, stream, unlisted
from chatsim.pace import Pace
from chatsim.packs import Pack, PackRef
from chatsim.records import LONGEST_MS, Account
from chatsim.shelf import Shelf
from chatsim.show import Script, Show
from chatsim.stage import UNATTENDED_MS, Wish
from chatsim.store.dynamo import DynamoStore
from chatsim.stream import Scene
from chatsim.ticket import Ticket
from chatsim_ai.generator import Allowance, Generator
from chatsim_ai.writer import AiUnavailable

from tests.faults.conftest import Table
from tests.figures import Figure

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
WRITTEN = 1_800_000_000_000
FRESH_UNTIL, STALE_UNTIL = WRITTEN + 30 * DAY_MS, WRITTEN + 90 * DAY_MS
NAME = builtin.named("Un Juego Viejo", "game")
KEY = packs.key("game", "es", NAME.key)
PACE = Pace("fixed", 3000, 7000)
ALLOWANCE = Allowance(at_once=99, per_user_day=99, per_day=9999, fresh_days=30, stale_days=90)
# Each edge and its neighbours, hours and days away too: DynamoDB sweeps within two days.
AROUND = [-DAY_MS, -HOUR_MS, -1, 0, 1, HOUR_MS, DAY_MS - 1, DAY_MS, DAY_MS + 1, 2 * DAY_MS, 3 * DAY_MS]
MOMENTS = sorted({edge + by for edge in (FRESH_UNTIL, STALE_UNTIL) for by in AROUND})


def a_pack(version: str) -> Pack:
    words = {name: tuple(f"{name} {version} {n}" for n in range(40)) for name in packs.GAME_CATEGORIES}
    return Pack(PackRef(KEY, version, "ai", "rpg"), words)


def write(store: DynamoStore, version: str, now: int) -> None:
    fence = store.lead(KEY, "me", now, now + 1)
    assert fence
    later = now - WRITTEN
    assert store.put_pack(KEY, a_pack(version), fence, fresh_until=FRESH_UNTIL + later, stale_until=STALE_UNTIL + later)


class Silent:
    def write(self, *_: Any) -> Any:
        raise AiUnavailable({"fake": "timeout"})


@dataclass(frozen=True)
class Visit:
    """Somebody who comes for a show at a moment, through a door whose memory is `shelf`."""

    store: DynamoStore
    shelf: Shelf
    user: str
    now: int

    def play(self) -> PackRef:
        return self.begin().pack

    def begin(self) -> Show:
        return stage.start(self.store, self.shelf, self.user, Wish(NAME, "es", PACE), self.now)

    def go_on(self) -> PackRef:
        """Another show after one that began while the pack was good."""
        early = Visit(self.store, self.shelf, self.user, WRITTEN).begin()
        wish = Wish(NAME, "es", PACE, after=stage.opening(early))
        return stage.start(self.store, self.shelf, self.user, wish, self.now).pack

    def play_unlisted(self) -> PackRef:
        pack = unlisted.pack_of(self.shelf, NAME, "es", None, self.now)
        assert pack
        return pack.ref

    def ask_for_phrases(self) -> PackRef:
        """While no provider answers, and the best at hand is what there is."""
        generator = Generator(self.store, self.shelf, Silent, ALLOWANCE, lambda: self.now)
        return generator.pack_for(self.user, NAME, "es").made().pack.ref


WAYS: list[Callable[[Visit], PackRef]] = [Visit.play, Visit.go_on, Visit.play_unlisted, Visit.ask_for_phrases]


@pytest.fixture
def store(quick_table: Table) -> DynamoStore:
    store = DynamoStore(quick_table.client, quick_table.name)
    write(store, "old", WRITTEN)
    return store


def test_nothing_expired_is_pinned_by_a_new_show(store: DynamoStore, figure: Figure) -> None:
    warm = Shelf(store)
    assert warm.get(PackRef(KEY, "old", "cache"))
    pinned, asked, wrongly_refused = [], 0, []
    for now in MOMENTS:
        for shelf in (warm, Shelf(store)):
            for way in WAYS:
                ref = way(Visit(store, shelf, f"{way.__name__} {asked}", now))
                asked += 1
                if ref.stored and now >= STALE_UNTIL:
                    pinned.append((way.__name__, now - STALE_UNTIL))
                if not ref.stored and now < STALE_UNTIL:
                    wrongly_refused.append((way.__name__, now - STALE_UNTIL))
    figure(
        8, "new shows that pinned what had expired", f"{len(pinned)} of {asked} asked for, at {len(MOMENTS)} moments"
    )
    assert pinned == []
    assert wrongly_refused == []
    assert store.pack(PackRef(KEY, "old", "cache")), "it lay there all the time"


def test_a_running_show_keeps_its_pack_to_its_end(store: DynamoStore, quick_table: Table, figure: Figure) -> None:
    last = STALE_UNTIL - 1
    shows = [Visit(store, Shelf(store), f"running {began}", began).begin() for began in (FRESH_UNTIL, last)]
    item = quick_table.client.get_item(
        TableName=quick_table.name, Key={"pk": {"S": KEY}, "sk": {"S": "V#old"}}, ConsistentRead=True
    )["Item"]
    swept_ms, kept, looked = int(item["ttl"]["N"]) * 1000, 0, 0
    write(store, "new", STALE_UNTIL)
    for show in shows:
        user, now = f"running {show.started_at}", show.started_at
        while (account := store.account(user, consistent=True)).current.state_at(now) == "live":  # type: ignore[union-attr]
            kept += seen(store, account, user, show, now)
            looked += 1
            now += UNATTENDED_MS - 1
            if now < show.started_at + LONGEST_MS:
                stage.join(store, user, now)
        assert now > show.started_at + LONGEST_MS - UNATTENDED_MS
        assert now <= swept_ms, "it is over before the pack may go"
    figure(
        8,
        "running shows that keep what they pinned",
        f"{100 * kept / looked:.0f} % of {looked} looks in {len(shows)} shows",
    )
    assert kept == looked > 90
    assert Visit(store, Shelf(store), "late", STALE_UNTIL).play().version == "new"


def seen(store: DynamoStore, account: Account, user: str, show: Show, now: int) -> bool:
    """Whether a door that remembers nothing shows the very lines of the pack that was pinned."""
    found = stream.follow(account, Ticket(user, "show", now + 1, show.id, show.number), None, Shelf(store), now)
    if not isinstance(found, Scene):
        return False
    k = found.script.k_at(now)
    return found.script.line(k) == Script(show, a_pack("old")).line(k)


def test_an_expired_lease_or_counter_that_was_not_swept_holds_nobody_up(store: DynamoStore) -> None:
    for later in (0, 1, HOUR_MS, 3 * DAY_MS):
        now = WRITTEN + later * 2
        assert store.take(f"turn {later}", "gone", now, now + 1)
        assert not store.take(f"turn {later}", "next", now, now + 1)
        assert store.take(f"turn {later}", "next", now + 1 + later, now + 2 + later)
        assert store.count(f"ana {later}", now // 60_000, 60) == 1
