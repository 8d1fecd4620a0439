"""One contract over every store: in memory, in DynamoDB through the doors' own client, and through boto3.

The fourth store sends each write twice, as the client does when an answer is lost: its effects must be the same.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from chatsim import builtin, games, keys, packs, popular
from chatsim.errors import InvalidName, InvalidRequest, LimitReached, NotFound, Unauthenticated
from chatsim.games import Found, Wanted
from chatsim.names import Name
from chatsim.packs import Pack, PackRef
from chatsim.records import Account, Asked, Head, Slot, StreamKey
from chatsim.store import Store
from chatsim.store.dynamo import DynamoStore
from chatsim.store.memory import MemoryStore
from chatsim.ticket import TicketKeys
from chatsim.waves import Wave

from tests.unit.core.make import NOW, a_show

MAX = 4
WRITES = {"put_item", "update_item", "delete_item"}


class Twice:
    """A client whose every write arrives twice; the answer of the first one got lost."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.exceptions = client.exceptions

    def __getattr__(self, verb: str) -> Any:
        call = getattr(self._client, verb)
        if verb not in WRITES:
            return call

        def again(**request: Any) -> Any:
            with suppress(self.exceptions.ConditionalCheckFailedException):
                call(**request)
            return call(**request)

        return again


@pytest.fixture(params=["memory", "dynamo", "boto3", "writes sent twice"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def kept_table(new_table: Callable[[], str]) -> str:
    return new_table()


@pytest.fixture
def table(kept_table: str, dynamo_client: Any) -> Iterator[str]:
    """An empty table for each test: what stands under CONFIG is there once a table. To make one takes longer than to
    empty it."""
    yield kept_table
    for page in dynamo_client.get_paginator("scan").paginate(TableName=kept_table, ProjectionExpression="pk, sk"):
        for key in page["Items"]:
            dynamo_client.delete_item(TableName=kept_table, Key=key)


@pytest.fixture
def store(kind: str, request: pytest.FixtureRequest) -> Store:
    if kind == "memory":
        return MemoryStore()
    client = request.getfixturevalue("dynamo_client" if kind == "boto3" else "signed_client")
    table = request.getfixturevalue("table")
    return DynamoStore(Twice(client) if kind == "writes sent twice" else client, table)


@pytest.fixture
def account(store: Store, user: str) -> Callable[[], Account]:
    return lambda: store.account(user, consistent=True)


def slot(game: str, at: int = NOW, mode: Any = "game") -> Slot:
    return Slot(mode, game, game.title(), "es-MX", "genre", "soulslike", at)


# ── Slots ──


def test_nobody_has_nothing(account):
    assert account() == Account()


def test_a_slot_comes_back_as_it_was_given(store, user, account):
    store.reserve_slot(user, slot("elden ring"), MAX)
    assert account().slots == (slot("elden ring"),)


def test_the_genre_a_streamer_named_stays_with_the_slot(store, user, account):
    name = builtin.named("Mi Prototipo", "game")
    for genre in ("shooter", ""):
        wanted, found = Wanted(name, "es", genre=genre), Found(builtin.find(name, "es"))
        added = games.add(store, user, wanted, lambda found=found: found, max_slots=MAX, now_ms=NOW)
        assert added.found.pack.ref.genre == "shooter"
        assert [(kept.source, kept.genre) for kept in account().slots] == [("genre", "shooter")]


def test_the_same_game_costs_one_slot_and_stays_as_it_was_kept(store, user, account):
    for n in range(MAX + 1):
        later = slot("elden ring", NOW + n)._replace(lang="en", source="ai") if n else slot("elden ring")
        assert store.reserve_slot(user, later, MAX) == (slot("elden ring"),)
    assert account().slots == (slot("elden ring"),)


def test_what_is_known_of_a_game_is_said_anew(store, user, account):
    for i, game in enumerate(("elden ring", "hades")):
        store.reserve_slot(user, slot(game, NOW + i), MAX)
    better = slot("elden ring")._replace(lang="en", source="ai", genre="rpg")
    assert store.update_slot(user, better) == account().slots == (better, slot("hades", NOW + 1))


def test_a_game_that_was_given_up_meanwhile_stays_given_up(store, user, account):
    assert store.update_slot(user, slot("elden ring")) == account().slots == ()
    store.reserve_slot(user, slot("hades"), MAX)
    assert store.update_slot(user, slot("elden ring")) == account().slots == (slot("hades"),)


def test_each_change_tells_all_slots(store, user, account):
    for change in (
        lambda: store.reserve_slot(user, slot("tunic", NOW + 1), MAX),
        lambda: store.reserve_slot(user, slot("abzu", NOW), MAX),
        lambda: store.swap_slot(user, "game#tunic", slot("stray", NOW - 1)),
        lambda: store.swap_slot(user, "game#abzu", slot("hades"), account().slots),
        lambda: store.free_slot(user, "game#hades"),
        lambda: store.free_slot(user, "game#hades"),
        lambda: store.free_slot(user, "game#stray"),
    ):
        assert change() == account().slots
    assert account().slots == ()


def test_a_swap_counts_with_what_is_there_and_not_with_what_was_seen(store, user, account):
    seen = store.reserve_slot(user, slot("hades"), MAX)
    store.reserve_slot(user, slot("tunic", NOW + 1), MAX)
    assert store.swap_slot(user, "game#hades", slot("stray", NOW + 2), seen)
    assert account().games == ["tunic", "stray"]
    assert store.swap_slot(user, "game#hades", slot("abzu"), seen) is None
    assert account().games == ["tunic", "stray"]


def test_a_game_and_a_topic_of_one_name_are_two(store, user, account):
    store.reserve_slot(user, slot("chess"), MAX)
    store.reserve_slot(user, slot("chess", NOW + 1, "justchatting"), MAX)
    assert [kept.member for kept in account().slots] == ["game#chess", "justchatting#chess"]


def test_the_limit_names_what_is_kept(store, user, account):
    for i in range(MAX):
        store.reserve_slot(user, slot(f"game {i}", NOW + i), MAX)
    with pytest.raises(LimitReached) as refused:
        store.reserve_slot(user, slot("one more"), MAX)
    assert refused.value.games == ["game 0", "game 1", "game 2", "game 3"]
    store.reserve_slot(user, slot("game 2", NOW + 2), MAX)  # known: still free of charge
    assert account().games == ["game 0", "game 1", "game 2", "game 3"]


def test_slots_stand_by_age(store, user, account):
    for game, at in (("zelda", 1), ("abzu", 3), ("minecraft", 2)):
        store.reserve_slot(user, slot(game, at), MAX)
    assert account().games == ["zelda", "minecraft", "abzu"]


@pytest.mark.parametrize(
    "game",
    ["1942", "ゼルダの伝説", "baldur's gate 3", "a b  c", "ñandú & co: ¡ya!", "x" * 50, "pk", "slots", "select", "null",
     "size", "game#game", ".", "a.b[0]", "#n", ":one"],
)  # fmt: skip
def test_any_name_keeps_and_frees_a_slot(store, user, account, game):
    store.reserve_slot(user, slot(game), MAX)
    store.reserve_slot(user, slot("other", NOW + 1), MAX)
    assert account().slots == (slot(game), slot("other", NOW + 1))
    store.free_slot(user, slot(game).member)
    assert account().games == ["other"]
    assert store.swap_slot(user, "game#other", slot(game))
    assert account().slots == (slot(game),)


def test_free_twice_and_use_the_emptied_set_again(store, user, account):
    store.free_slot(user, "game#never there")
    assert account().slots == ()
    store.reserve_slot(user, slot("elden ring"), 1)
    store.free_slot(user, "game#elden ring")
    store.free_slot(user, "game#elden ring")
    assert account().slots == ()
    store.reserve_slot(user, slot("hades"), 1)
    assert account().games == ["hades"]


def test_swap_puts_one_in_the_place_of_another(store, user, account):
    for i, game in enumerate(("elden ring", "hades", "celeste", "stray")):
        store.reserve_slot(user, slot(game, NOW + i), MAX)
    assert store.swap_slot(user, "game#hades", slot("tunic", NOW + 9))
    assert account().games == ["elden ring", "celeste", "stray", "tunic"]


def test_swap_to_the_same_game_keeps_it(store, user, account):
    store.reserve_slot(user, slot("elden ring"), MAX)
    assert store.swap_slot(user, "game#elden ring", slot("elden ring"))
    assert account().slots == (slot("elden ring"),)


def test_swap_to_a_game_that_is_kept_already_frees_the_other(store, user, account):
    store.reserve_slot(user, slot("elden ring"), MAX)
    store.reserve_slot(user, slot("hades", NOW + 1), MAX)
    assert store.swap_slot(user, "game#elden ring", slot("hades", NOW + 2))
    assert account().slots == (slot("hades", NOW + 2),)


def test_swap_repeated_says_it_is_done(store, user, account):
    store.reserve_slot(user, slot("elden ring"), MAX)
    for _ in range(2):
        assert store.swap_slot(user, "game#elden ring", slot("hades"))
    assert account().games == ["hades"]


def test_swap_of_an_absent_game_is_refused(store, user, account):
    assert not store.swap_slot(user, "game#hades", slot("tunic"))
    store.reserve_slot(user, slot("elden ring"), MAX)
    assert not store.swap_slot(user, "game#hades", slot("tunic"))
    assert account().games == ["elden ring"]


@pytest.mark.parametrize("kind", ["memory", "boto3"], indirect=True)  # the doors' client is for one thread
def test_parallel_reservations_never_pass_the_limit(store, user, account):
    def reserve(i: int) -> bool:
        try:
            store.reserve_slot(user, slot(f"game {i}", NOW + i), MAX)
        except LimitReached:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        kept = sum(pool.map(reserve, range(16)))
    assert (kept, len(account().slots)) == (MAX, MAX)


# ── The show ──


def test_a_show_comes_back_as_it_was_given(store, user, account):
    show = store.start_show(user, a_show(first_k=7), NOW + 900_000)
    current = account().current
    assert current.show == show == a_show(first_k=7, number=1)
    assert (current.state, current.until, current.waves) == ("live", NOW + 900_000, ())


def test_shows_are_counted(store, user, account):
    numbers = [store.start_show(user, a_show(id=f"s{i}"), NOW).number for i in range(3)]
    assert numbers == [1, 2, 3]
    assert account().current.show == a_show(id="s2", number=3)


def test_a_retried_start_keeps_number_and_show(store, user, account):
    store.start_show(user, a_show(id="before"), NOW)
    first = store.start_show(user, a_show(id="same"), NOW + 1)
    assert store.start_show(user, a_show(id="same"), NOW + 1) == first
    assert account().current.show == first
    assert first.number == 2


def test_a_new_show_is_live_and_has_no_moments(store, user, account):
    store.start_show(user, a_show(id="old"), NOW)
    store.set_waves(user, "old", (Wave(1, "a", "laugh", NOW),))
    store.set_state(user, "old", "stopped")
    store.start_show(user, a_show(id="new"), NOW + 5)
    current = account().current
    assert (current.state, current.until, current.waves) == ("live", NOW + 5, ())
    store.set_waves(user, "new", (Wave(1, "b", "hype", NOW),))
    assert account().current.waves == (Wave(1, "b", "hype", NOW),)


def test_only_the_show_that_is_meant_is_changed(store, user, account):
    assert store.keep_show(user, NOW, NOW + 1) is None
    assert store.set_state(user, "none", "stopped") is None
    store.set_waves(user, "none", (Wave(1, "a", "laugh", NOW),))
    assert account().current is None
    store.start_show(user, a_show(id="new"), NOW)
    assert store.set_state(user, "old", "stopped") is None
    assert store.set_state(user, "old", "paused") is None
    current = account().current
    assert (current.state, current.until) == ("live", NOW)


def test_its_end_is_pushed_while_it_lives_or_pauses(store, user, account):
    store.start_show(user, a_show(id="s"), NOW + 5)
    store.set_waves(user, "s", (Wave(1, "a", "laugh", NOW),))
    assert store.keep_show(user, NOW + 4, NOW + 6) == account().current
    assert (account().current.until, len(account().current.waves)) == (NOW + 6, 1)
    assert store.set_state(user, "s", "paused") == account().current
    assert store.keep_show(user, NOW + 5, NOW + 7) == account().current
    assert (account().current.state, account().current.until) == ("paused", NOW + 7)


def test_a_show_that_has_ended_by_itself_is_not_pushed(store, user, account):
    store.start_show(user, a_show(id="s"), NOW + 5)
    assert store.keep_show(user, NOW + 5, NOW + 9) is None
    assert account().current.until == NOW + 5


def test_a_stopped_show_is_never_revived(store, user, account):
    store.start_show(user, a_show(id="s"), NOW)
    store.set_state(user, "s", "stopped")
    assert store.keep_show(user, NOW - 1, NOW + 1) is None
    assert store.set_state(user, "s", "paused") is None
    store.set_waves(user, "s", (Wave(1, "a", "laugh", NOW),))
    store.start_show(user, a_show(id="s"), NOW + 1)
    current = account().current
    assert (current.state, current.until, current.waves, current.show.number) == ("stopped", NOW, (), 1)


def test_a_paused_show_may_be_stopped(store, user, account):
    store.start_show(user, a_show(id="s"), NOW)
    for _ in range(2):
        assert store.set_state(user, "s", "paused") == account().current
        assert account().current.state == "paused"
    assert store.set_state(user, "s", "stopped") == account().current
    assert account().current.state == "stopped"


def test_moments_come_one_after_the_other(store, user, account):
    waves = tuple(Wave(no, f"press-{no}", "fear", NOW + no) for no in range(1, 4))
    store.start_show(user, a_show(id="s"), NOW)
    store.set_waves(user, "s", waves[:2][:1])
    store.set_waves(user, "s", waves[:2])
    store.set_waves(user, "s", (waves[2], waves[2]._replace(no=4)))  # leaves one out
    store.set_waves(user, "s", (Wave(2, "another page's", "omg", NOW),))  # somebody was quicker
    assert account().current.waves == waves[:2]
    store.set_waves(user, "s", waves[1:])  # the oldest may go
    assert account().current.waves == waves[1:]


def test_a_moment_says_whether_it_was_taken(store, user):
    store.start_show(user, a_show(id="s"), NOW)
    first, third = Wave(1, "a", "laugh", NOW), Wave(3, "c", "laugh", NOW)
    assert store.set_waves(user, "s", (first,))
    assert store.set_waves(user, "s", (first,)), "sent again"
    assert not store.set_waves(user, "s", (first._replace(id="b"),))
    assert not store.set_waves(user, "s", (first, third))
    assert not store.set_waves(user, "other", (first, Wave(2, "b", "laugh", NOW)))
    store.set_state(user, "s", "paused")
    assert not store.set_waves(user, "s", (first, Wave(2, "b", "laugh", NOW)))


# ── Stream keys ──


def test_a_key_finds_its_owner(store, user, account):
    key = keys.create(store, user, NOW)
    owner, found, opened = keys.owner(store, key)
    assert owner == user
    assert found.key == opened == account().key
    assert key not in repr(account())


def replace_key(store: Store, user: str) -> None:
    keys.create(store, user, NOW)


def drop_key(store: Store, user: str) -> None:
    store.drop_key(user)


@pytest.mark.parametrize("end", [replace_key, drop_key])
def test_an_old_key_opens_nothing(store, user, account, end):
    key = keys.create(store, user, NOW)
    end(store, user)
    with pytest.raises(Unauthenticated):
        keys.owner(store, key)
    assert account().key is None or account().key.generation


def test_dropping_no_key_is_no_error(store, user, account):
    store.drop_key(user)
    assert account().key is None


@pytest.mark.parametrize("key", ["", "unknown", "x" * 101, "ñ\ud800"])
def test_an_unknown_key_opens_nothing(store, key):
    with pytest.raises(Unauthenticated):
        keys.owner(store, key)


def test_look_and_test_message_belong_to_a_generation(store, user, account):
    store.put_key(user, StreamKey("h" * 64, "g1", {"size": 20}))
    assert store.set_look(user, "g1", look={"size": 30, "label": True}, test=None)
    assert store.set_look(user, "g1", look=None, test={"id": "t", "at": NOW})
    expected = StreamKey("h" * 64, "g1", {"size": 30, "label": True}, {"id": "t", "at": NOW})
    assert account().key == expected
    assert not store.set_look(user, "g0", look={}, test=None)
    assert not store.set_look(user, "g0", look=None, test={"id": "u", "at": NOW})
    assert account().key == expected


def test_no_look_without_a_key(store, user, account):
    assert not store.set_look(user, "g1", look={}, test=None)
    assert account().key is None
    with pytest.raises(NotFound):
        keys.save_look(store, user, {"size": 20})


def test_a_new_key_keeps_the_look_but_not_the_test_message(store, user, account):
    keys.create(store, user, NOW)
    keys.save_look(store, user, {"size": 20})
    keys.send_test(store, user, NOW)
    before = account().key
    keys.create(store, user, NOW)
    after = account().key
    assert (after.look, after.test, after.seen_at) == ({"size": 20}, {}, 0)
    assert after.generation != before.generation


def test_an_overlay_is_noted_once_a_minute_and_only_by_the_key_it_came_with(store, user, account):
    keys.create(store, user, NOW)
    made = account().key
    assert (made.created_at, made.seen_at) == (NOW, 0)
    noted = []
    for after_ms in (1, 59_000, 60_001, 61_000):
        keys.note_seen(store, user, account().key, NOW + after_ms)
        noted.append(account().key.seen_at - NOW)
    assert noted == [1, 1, 60_001, 60_001]
    keys.create(store, user, NOW)
    keys.note_seen(store, user, made, NOW + 200_000)
    assert account().key.seen_at == 0
    store.drop_key(user)
    keys.note_seen(store, user, made, NOW + 300_000)
    assert account().key is None


def test_slots_show_and_key_live_side_by_side(store, user, account):
    store.reserve_slot(user, slot("hades"), MAX)
    store.start_show(user, a_show(id="s"), NOW)
    store.put_key(user, StreamKey("h" * 64, "g1"))
    found = account()
    assert (found.games, found.current.show.id, found.key.generation) == (["hades"], "s", "g1")


# ── Packs ──


@pytest.fixture
def pack_key() -> str:
    return packs.key("game", "es", f"año {uuid4().hex}")


def a_pack(pack_key: str, version: str, word: str = "¿qué? 😂") -> Pack:
    phrases = dict.fromkeys(packs.GAME_CATEGORIES, (word, f"{word} {{game}}"))
    return Pack(PackRef(pack_key, version, "ai", "rpg"), phrases)


def put(store, pack_key: str, pack: Pack, *, fresh_until: int, stale_until: int) -> None:
    fence = store.lead(pack_key, "me", NOW, NOW + 1)
    assert fence
    assert store.put_pack(pack_key, pack, fence, fresh_until=fresh_until, stale_until=stale_until)


def test_a_pack_comes_back_as_it_was_given(store, pack_key):
    pack = a_pack(pack_key, "1")
    put(store, pack_key, pack, fresh_until=NOW + 1, stale_until=NOW + 2)
    ref = store.head(pack_key).at_hand(NOW)
    assert ref == PackRef(pack_key, "1", "cache", "rpg")
    assert store.pack(ref) == Pack(ref, pack.phrases)


def test_nothing_is_made_up(store, pack_key):
    assert store.head(pack_key).at_hand(NOW) is None
    assert store.pack(PackRef(pack_key, "1", "ai")) is None


def test_out_of_date_is_judged_by_the_clock_passed_in(store, pack_key):
    put(store, pack_key, a_pack(pack_key, "1"), fresh_until=NOW, stale_until=NOW + 100)
    assert store.head(pack_key).at_hand(NOW + 99)
    assert store.head(pack_key).at_hand(NOW + 100) is None
    assert store.pack(PackRef(pack_key, "1", "cache"))


def test_a_pinned_version_survives_a_newer_one(store, pack_key):
    for version in ("1", "2"):
        pack = a_pack(pack_key, version, f"version {version}")
        put(store, pack_key, pack, fresh_until=NOW, stale_until=NOW + 1)
    assert store.head(pack_key).at_hand(NOW).version == "2"
    assert store.pack(PackRef(pack_key, "1", "cache")).phrases["gameplay"][0] == "version 1"
    assert store.pack(PackRef(pack_key, "2", "cache")).phrases["gameplay"][0] == "version 2"


def test_one_leads_at_a_time(store, pack_key):
    first = store.lead(pack_key, "a", NOW, NOW + 100)
    assert store.lead(pack_key, "b", NOW + 99, NOW + 200) is None
    assert store.head(pack_key, consistent=True).lease_until == NOW + 100
    again = store.lead(pack_key, "a", NOW + 50, NOW + 150)
    later = store.lead(pack_key, "b", NOW + 150, NOW + 300)
    assert first < again < later


def test_who_led_too_long_writes_nothing(store, pack_key):
    late = store.lead(pack_key, "a", NOW, NOW + 100)
    fence = store.lead(pack_key, "b", NOW + 100, NOW + 200)
    times = {"fresh_until": NOW + 1000, "stale_until": NOW + 2000}
    assert not store.put_pack(pack_key, a_pack(pack_key, "late"), late, **times)
    assert store.head(pack_key) == Head(lease_until=NOW + 200)
    store.rest_pack(pack_key, late, NOW + 9999, 1, refused=True)
    assert store.put_pack(pack_key, a_pack(pack_key, "good"), fence, **times)
    assert not store.put_pack(pack_key, a_pack(pack_key, "late"), late, **times)
    assert store.head(pack_key) == Head(PackRef(pack_key, "good", "cache", "rpg"), NOW + 1000, NOW + 2000)


def test_nobody_leads_while_a_pack_is_fresh(store, pack_key):
    put(store, pack_key, a_pack(pack_key, "1"), fresh_until=NOW + 100, stale_until=NOW + 200)
    assert store.lead(pack_key, "b", NOW + 99, NOW + 150) is None
    assert store.lead(pack_key, "b", NOW + 100, NOW + 150)
    assert store.head(pack_key, consistent=True).at_hand(NOW + 100), "the stale one is there meanwhile"


def test_who_is_early_leads_by_the_time_it_names_and_only_once(store, pack_key):
    put(store, pack_key, a_pack(pack_key, "1"), fresh_until=NOW + 100, stale_until=NOW + 200)
    assert store.lead(pack_key, "b", NOW, NOW + 50, due_ms=NOW + 99) is None
    fence = store.lead(pack_key, "b", NOW, NOW + 50, due_ms=NOW + 100)
    assert fence
    assert store.lead(pack_key, "c", NOW, NOW + 50, due_ms=NOW + 100) is None, "somebody is at it"
    assert store.put_pack(pack_key, a_pack(pack_key, "2"), fence, fresh_until=NOW + 1100, stale_until=NOW + 1200)
    assert store.lead(pack_key, "c", NOW, NOW + 50, due_ms=NOW + 100) is None, "it is done"


def test_a_rest_is_kept_and_told(store, pack_key):
    fence = store.lead(pack_key, "a", NOW, NOW + 100)
    store.rest_pack(pack_key, fence, NOW + 500, 2, refused=True)
    assert store.head(pack_key, consistent=True) == Head(rest_until=NOW + 500, failures=2, refused=True)
    assert store.lead(pack_key, "b", NOW + 499, NOW + 600) is None
    put_after = store.lead(pack_key, "b", NOW + 500, NOW + 600)
    assert store.put_pack(pack_key, a_pack(pack_key, "1"), put_after, fresh_until=NOW + 700, stale_until=NOW + 800)
    head = store.head(pack_key, consistent=True)
    assert (head.rest_until, head.failures, head.refused) == (0, 0, False)


def test_the_pack_there_is_stays_while_it_rests(store, pack_key):
    put(store, pack_key, a_pack(pack_key, "1"), fresh_until=NOW + 100, stale_until=NOW + 200)
    fence = store.lead(pack_key, "a", NOW + 100, NOW + 150)
    store.rest_pack(pack_key, fence, NOW + 500, 1, refused=False)
    kept = Head(PackRef(pack_key, "1", "cache", "rpg"), NOW + 100, NOW + 200, rest_until=NOW + 500, failures=1)
    assert store.head(pack_key, consistent=True) == kept


def test_a_lease_by_name(store, user):
    assert store.take(user, "a", NOW, NOW + 100)
    assert store.take(user, "a", NOW + 50, NOW + 150), "said again"
    assert not store.take(user, "b", NOW + 149, NOW + 300)
    store.give_back(user, "b")
    assert not store.take(user, "b", NOW + 149, NOW + 300)
    store.give_back(user, "a")
    assert store.take(user, "b", NOW + 149, NOW + 300)
    assert store.take(user, "c", NOW + 300, NOW + 400)


def test_a_pack_leaves_the_table_when_the_last_show_that_may_play_it_is_over(dynamo_client, table, pack_key):
    stale_until = NOW + 86_400_000
    put(DynamoStore(dynamo_client, table), pack_key, a_pack(pack_key, "1"), fresh_until=NOW, stale_until=stale_until)
    for sk in ("HEAD", "V#1"):
        item = dynamo_client.get_item(TableName=table, Key={"pk": {"S": pack_key}, "sk": {"S": sk}})["Item"]
        assert stale_until + 12 * 3_600_000 < int(item["ttl"]["N"]) * 1000 <= stale_until + 2 * 86_400_000


def test_a_lease_that_nobody_gave_back_leaves_the_table(dynamo_client, table, user):
    DynamoStore(dynamo_client, table).take(user, "a", NOW, NOW + 1000)
    key = {"pk": {"S": f"LEASE#{user}"}, "sk": {"S": "LEASE"}}
    item = dynamo_client.get_item(TableName=table, Key=key)["Item"]
    assert NOW + 1000 < int(item["ttl"]["N"]) * 1000 <= NOW + 86_400_000


# ── What is asked for ──


@pytest.mark.parametrize("kind", ["memory", "dynamo"], indirect=True)
def test_what_is_asked_for_is_counted_by_week_and_language(store):
    game, topic = Name("game", "game#1: ゼルダ", "Game#1: ゼルダ"), Name("justchatting", "mi año", "Mi año")
    for name, lang in ((game, "es"), (game, "es-MX"), (game, "es"), (topic, "en")):
        store.note_asked(2_900, name, lang)
    store.note_asked(2_901, topic, "en")
    assert sorted(store.asked(2_900), key=repr) == [
        Asked("game", "es", game.key, game.display, 2),
        Asked("game", "es-MX", game.key, game.display, 1),
        Asked("justchatting", "en", topic.key, topic.display, 1),
    ]
    assert store.asked(2_901) == (Asked("justchatting", "en", topic.key, topic.display, 1),)
    assert store.asked(2_902) == ()


@pytest.mark.parametrize("kind", ["memory", "dynamo"], indirect=True)
def test_the_most_asked_of_two_weeks_come_first(store):
    names = [Name("game", f"game {n}", f"Game {n}") for n in range(4)]
    for weeks_ago, asked in ((2, names[3:] * 9), (1, names[1:2] * 2 + names[2:3]), (0, names[:2] + names[2:3] * 3)):
        for name in asked:
            popular.note(store, name, "es", NOW - weeks_ago * popular.WEEK_MS)
    assert popular.most_asked(store, NOW) == [(names[2], "es"), (names[1], "es"), (names[0], "es")]
    assert popular.most_asked(store, NOW + 3 * popular.WEEK_MS) == []


@pytest.mark.parametrize("kind", ["memory", "dynamo"], indirect=True)
@pytest.mark.parametrize(
    ("asked", "given_up"), [("Doom", None), ("Doom", "Tetris"), ("Tetris", None), ("Tetris", "Hades")]
)
def test_a_name_that_is_none_leaves_the_slots_as_they_were(store, user, asked, given_up):
    kept = [builtin.named(title, "game") for title in ("Hades", "Tetris", "Celeste")]
    for at, each in enumerate(kept):
        store.reserve_slot(user, Slot("game", each.key, each.display, "es", "genre", "", at), MAX)
    before, name = store.account(user, consistent=True).slots, builtin.named(asked, "game")

    def refused() -> Found:
        reserved = store.account(user, consistent=True).games
        assert name.key in reserved
        assert given_up is None or given_up.casefold() not in reserved
        raise InvalidName("game")

    found = Found(builtin.find(name, "es"), make=refused)
    with pytest.raises(InvalidName):
        games.add(store, user, Wanted(name, "es", given_up), lambda: found, max_slots=MAX, now_ms=NOW)
    assert store.account(user, consistent=True).slots == before


@pytest.mark.parametrize("kind", ["memory", "dynamo"], indirect=True)
def test_a_better_pack_is_told_by_its_slot(store, user):
    name = builtin.named("Mi Prototipo", "game")
    pack = builtin.find(name, "es")
    better = Found(pack._replace(ref=pack.ref._replace(source="ai", genre="rpg")))
    for make, now in ((None, NOW), (lambda: better, NOW + 1)):
        at_hand = Found(pack, pending=True, make=make)
        added = games.add(store, user, Wanted(name, "es"), lambda at_hand=at_hand: at_hand, max_slots=MAX, now_ms=now)
        (kept,) = added.slots
        assert store.account(user, consistent=True).slots == (kept,)
        told = (added.found.pack.ref.source, added.found.pending, kept.source, kept.genre, kept.at)
        assert told == (("ai", False, "ai", "rpg", NOW) if make else ("generic", True, "generic", "", NOW))


@pytest.mark.parametrize("kind", ["memory", "dynamo"], indirect=True)
def test_a_game_asked_for_again_keeps_its_place(store, user):
    for title, now in (("Hades", NOW), ("Tetris", NOW + 1), ("Hades", NOW + 2)):
        wanted = Wanted(builtin.named(title, "game"), "es")
        found = Found(builtin.find(wanted.name, "es"))
        added = games.add(store, user, wanted, lambda found=found: found, max_slots=MAX, now_ms=now)
    assert [kept.game for kept in added.slots] == ["hades", "tetris"]


@pytest.mark.parametrize("kind", ["memory", "dynamo"], indirect=True)
def test_a_game_that_is_not_there_is_not_replaced(store, user):
    wanted = Wanted(builtin.named("Doom", "game"), "es", "Tetris")
    found = Found(builtin.find(wanted.name, "es"), make=lambda: pytest.fail("it was made"))
    with pytest.raises(InvalidRequest) as refused:
        games.add(store, user, wanted, lambda: found, max_slots=MAX, now_ms=NOW)
    assert refused.value.reason == "replace_missing"
    assert store.account(user, consistent=True).games == []


@pytest.mark.parametrize("kind", ["memory", "dynamo"], indirect=True)
def test_nothing_is_made_without_a_slot(store, user):
    for at in range(MAX):
        store.reserve_slot(user, Slot("game", f"game {at}", f"Game {at}", "es", "genre", "", at), MAX)
    wanted = Wanted(builtin.named("Doom", "game"), "es")
    found = Found(builtin.find(wanted.name, "es"), make=lambda: pytest.fail("it was made"))
    with pytest.raises(LimitReached):
        games.add(store, user, wanted, lambda: found, max_slots=MAX, now_ms=NOW)


@pytest.mark.parametrize("kind", ["memory", "dynamo"], indirect=True)
def test_a_game_counts_when_it_newly_takes_a_slot(store, user):
    name = builtin.named("Mi Prototipo", "game")
    found, times = Found(builtin.find(name, "es")), iter(range(NOW, NOW + 9))

    def add(found: Found = found) -> None:
        games.add(store, user, Wanted(name, "es"), lambda: found, max_slots=MAX, now_ms=next(times))

    def refused() -> Found:
        raise InvalidName("game")

    with pytest.raises(InvalidName):
        add(found._replace(make=refused))
    assert store.asked(NOW // popular.WEEK_MS) == ()
    add()
    add()
    (asked,) = store.asked(NOW // popular.WEEK_MS)
    assert (asked.game, asked.times) == (name.key, 1)
    games.remove(store, user, name)
    add()
    (asked,) = store.asked(NOW // popular.WEEK_MS)
    assert asked.times == 2


def test_counts_of_a_week_go_when_nobody_reads_them_any_more(dynamo_client, table):
    week = NOW // popular.WEEK_MS
    popular.note(DynamoStore(dynamo_client, table), Name("game", "hades", "Hades"), "es", NOW)
    key = {"pk": {"S": f"POPULAR#{week}"}, "sk": {"S": "game#es#hades"}}
    item = dynamo_client.get_item(TableName=table, Key=key)["Item"]
    last_read_ms = (week + 2) * popular.WEEK_MS
    assert last_read_ms < int(item["ttl"]["N"]) * 1000 <= last_read_ms + 2 * 86_400_000


# ── Settings in the table, counters ──


def test_the_first_ticket_keys_stay(store):
    first = TicketKeys("k1", {"k1": b"\x00\xff" * 16, "k0": b"old"})
    later = TicketKeys("k2", {"k2": b"late" * 8})
    assert store.ticket_keys() is None
    assert store.add_ticket_keys(first) == first
    assert store.add_ticket_keys(later) == first
    assert store.ticket_keys() == first


def test_origins_are_what_the_deployment_wrote_last(store):
    assert store.origins() == ()
    for origins in ({"https://a.example", "https://b.example"}, {"https://c.example"}):
        store.set_origins(tuple(sorted(origins)))
        assert set(store.origins()) == origins


@pytest.mark.parametrize("kind", ["memory", "dynamo"], indirect=True)
def test_counters_count_each_caller_and_minute(store, user):
    assert [store.count(user, 29_000_000, 60) for _ in range(3)] == [1, 2, 3]
    assert store.count(user, 29_000_001, 60) == 1
    assert store.count(f"{user}#other", 29_000_000, 60) == 1


def test_counters_are_exact_under_threads(dynamo_client, table, user):
    for store in (MemoryStore(), DynamoStore(dynamo_client, table)):
        with ThreadPoolExecutor(8) as pool:
            counted = list(pool.map(store.count, [user] * 24, [1] * 24, [60] * 24))
        assert sorted(counted) == list(range(1, 25))


@pytest.mark.parametrize("kind", ["memory", "dynamo"], indirect=True)
def test_a_game_with_a_pack_of_its_own_is_not_counted(store, user):
    """Nobody makes it another."""
    own = Wanted(builtin.named("rdr2", "game"), "es")
    games.add(store, user, own, lambda: Found(builtin.find(own.name, "es")), max_slots=MAX, now_ms=NOW)
    assert store.asked(NOW // popular.WEEK_MS) == ()


@pytest.mark.parametrize("kind", ["memory", "dynamo"], indirect=True)
@pytest.mark.parametrize(("wanted", "given_up"), [("game", "justchatting"), ("justchatting", "game")])
def test_a_game_may_take_the_place_of_a_topic_of_that_name_its_own_kind_first(store, user, wanted, given_up):
    store.reserve_slot(user, slot("chess", NOW, given_up), MAX)
    asked = builtin.named("Tetris", wanted)

    def swap(name: Name, old: str) -> list[str]:
        found = Found(builtin.find(name, "es"))
        added = games.add(store, user, Wanted(name, "es", old), lambda: found, max_slots=MAX, now_ms=NOW + 1)
        return [kept.member for kept in added.slots]

    assert swap(asked, "Chess") == [asked.slot]
    store.reserve_slot(user, slot("chess", NOW, given_up), MAX)
    store.reserve_slot(user, slot("chess", NOW, wanted), MAX)
    assert swap(builtin.named("Doom", wanted), "chess") == [f"{given_up}#chess", f"{wanted}#doom", asked.slot]
