from dataclasses import replace

from chatsim import builtin
from chatsim.packs import Pack, PackRef
from chatsim.shelf import KEPT, Shelf, best_pack
from chatsim.store.memory import MemoryStore

from tests.unit.core.make import NOW, PHRASES, game


class Counting(MemoryStore):
    reads = 0

    def pack(self, ref):
        self.reads += 1
        return super().pack(ref)


def stored(store, version="1"):
    pack = Pack(PackRef("PACK#game#es#hades", version, "ai"), PHRASES)
    fence = store.lead(pack.ref.id, "me", NOW, NOW + 1)
    store.put_pack(pack.ref.id, pack, fence, fresh_until=NOW, stale_until=NOW + 1)
    return pack.ref


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
    assert Shelf(store).get(replace(ref, version="0ld")) is None
    assert store.reads == 0


def test_the_best_pack_is_the_stored_one_while_it_is_there():
    store = Counting()
    stored(store)
    found = [best_pack(store, Shelf(store), game("Hades"), "es", now).ref.source for now in (NOW, NOW + 1)]
    assert found == ["cache", builtin.find(game("Hades"), "es").ref.source]
