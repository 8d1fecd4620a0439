from chatsim import builtin
from chatsim.packs import Pack, PackRef
from chatsim.remembered import KEPT, LIFE_MS
from chatsim.shelf import Shelf, best_pack
from chatsim.store.memory import MemoryStore

from tests.unit.core.make import NOW, PHRASES, game

KEY = "PACK#game#es#hades"


class Counting(MemoryStore):
    reads = heads = 0

    def pack(self, ref):
        self.reads += 1
        return super().pack(ref)

    def head(self, pack_key, **how):
        self.heads += 1
        return super().head(pack_key, **how)


def stored(store, version="1", key=KEY, now=NOW, fresh_until=NOW, stale_until=NOW + 1):
    pack = Pack(PackRef(key, version, "ai"), PHRASES)
    fence = store.lead(key, "me", now, now + 1, due_ms=max(now, fresh_until))
    store.put_pack(key, pack, fence, fresh_until=fresh_until, stale_until=stale_until)
    return pack.ref


def asked(store, shelf, now, key=KEY):
    """The head, and whether the store was asked for it."""
    before = store.heads
    return shelf.head(key, now), store.heads > before


def test_a_stored_pack_is_read_once():
    store = Counting()
    shelf, ref = Shelf(store), stored(store)
    assert shelf.get(ref) == shelf.get(ref)
    assert store.reads == 1


def test_what_is_gone_is_asked_for_again():
    store = Counting()
    shelf, ref = Shelf(store), PackRef("PACK#game#es#hades", "1", "ai")
    assert shelf.get(ref) is None
    stored(store)
    assert shelf.get(ref)


def test_versions_are_kept_apart_and_the_first_make_room():
    store = Counting()
    shelf = Shelf(store)
    refs = [stored(store, str(version)) for version in range(KEPT + 1)]
    for ref in refs:
        assert shelf.get(ref).ref == ref
    shelf.get(refs[-1])
    assert store.reads == KEPT + 1
    shelf.get(refs[0])
    assert store.reads == KEPT + 2


def test_built_in_packs_ask_no_store():
    store = Counting()
    ref = builtin.find(game("Minecraft"), "es").ref
    assert Shelf(store).get(ref).ref == ref
    assert Shelf(store).get(ref._replace(version="0ld")) is None
    assert store.reads == 0


def test_the_best_pack_is_the_stored_one_while_it_is_there():
    store = Counting()
    stored(store)
    found = [best_pack(Shelf(store), game("Hades"), "es", now).ref.source for now in (NOW, NOW + 1)]
    assert found == ["cache", builtin.find(game("Hades"), "es").ref.source]


def test_a_game_with_a_pack_of_its_own_asks_no_store():
    store = Counting()
    stored(store, key="PACK#game#es#minecraft", stale_until=NOW + 9)
    stored(store, key="PACK#game#en#hollow knight: silksong", stale_until=NOW + 9)
    store.heads = 0
    assert best_pack(Shelf(store), game("Minecraft"), "es-MX", NOW).ref.source == "builtin"
    assert store.heads == 0
    assert best_pack(Shelf(store), game("Hollow Knight: Silksong"), "en", NOW).ref.source == "cache", (
        "it has one in Spanish alone"
    )


def test_the_head_of_a_fresh_pack_is_read_once_in_a_minute():
    store = Counting()
    shelf, ref = Shelf(store), stored(store, fresh_until=NOW + 2 * LIFE_MS, stale_until=NOW + 9 * LIFE_MS)
    for now, read in ((NOW, True), (NOW + LIFE_MS - 1, False), (NOW + LIFE_MS, True), (NOW + LIFE_MS + 1, False)):
        head, was_read = asked(store, shelf, now)
        assert (head.ref.version, was_read) == (ref.version, read)


def test_a_pack_that_was_renewed_is_known_after_a_minute():
    store = Counting()
    shelf, long = Shelf(store), {"fresh_until": NOW + 2 * LIFE_MS, "stale_until": NOW + 9 * LIFE_MS}
    stored(store, "old", **long)
    assert asked(store, shelf, NOW)[0].ref.version == "old"
    stored(store, "new", now=NOW + 1, **long)
    assert asked(store, shelf, NOW + LIFE_MS)[0].ref.version == "new"


def test_a_pack_is_not_remembered_as_fresh_when_it_is_old():
    store = Counting()
    shelf = Shelf(store)
    stored(store, fresh_until=NOW + 5, stale_until=NOW + 10)
    reads = [asked(store, shelf, now)[1] for now in (NOW, NOW + 4, NOW + 5, NOW + 6, NOW + 10, NOW + 10)]
    assert reads == [True, False, True, True, True, True]


def test_no_pack_a_lease_and_a_rest_are_asked_about_each_time():
    store = Counting()
    shelf = Shelf(store)
    assert [asked(store, shelf, NOW)[1] for _ in range(2)] == [True, True]
    fence = store.lead(KEY, "me", NOW, NOW + 9)
    assert [asked(store, shelf, NOW)[1] for _ in range(2)] == [True, True]
    store.rest_pack(KEY, fence, NOW + LIFE_MS, 1, refused=True)
    assert [asked(store, shelf, NOW + 1) for _ in range(2)] == [(store.head(KEY), True)] * 2
    stored(store, now=NOW + LIFE_MS, fresh_until=NOW + 2 * LIFE_MS, stale_until=NOW + 3 * LIFE_MS)
    assert asked(store, shelf, NOW + LIFE_MS)[0].ref


def test_heads_are_kept_apart_and_the_first_make_room():
    store = Counting()
    shelf, places = Shelf(store), [f"PACK#game#es#game {n}" for n in range(KEPT + 1)]
    for place in places:
        stored(store, key=place, fresh_until=NOW + 9, stale_until=NOW + 10)
        assert asked(store, shelf, NOW, place)[0].ref.id == place
    assert not asked(store, shelf, NOW, places[-1])[1]
    assert asked(store, shelf, NOW, places[0])[1]
