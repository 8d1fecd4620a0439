import pytest
from chatsim import builtin, stage, unlisted
from chatsim.cursor import Cursor, parse
from chatsim.errors import InvalidRequest
from chatsim.packs import Pack, PackRef, key
from chatsim.records import LONGEST_MS
from chatsim.shelf import Shelf
from chatsim.show import Script
from chatsim.stage import due_of
from chatsim.store.memory import MemoryStore

from tests.unit.core.make import NOW, PACE, game

NAME = game("Dark Souls III")
PACK = builtin.find(NAME, "es")


def show_of(at=None, now=NOW, user="ana", lang="es", pack=PACK):
    return unlisted.show_of(user, NAME, lang, PACE, pack, at, now)


def test_it_begins_now():
    show = show_of()
    assert (show.started_at, show.number, show.pack) == (NOW, 0, PACK.ref)
    assert show.id == f"u{NOW}-{PACK.ref.version}"


def test_its_cursor_brings_the_same_show_back():
    show = show_of()
    cursor = parse(str(Cursor(show.id, 9, due_of(show, 9))))
    again = show_of(cursor, NOW + 60_000)
    assert again == show
    assert stage.agrees(again, cursor)
    assert Script(again, PACK).line(10) == Script(show, PACK).line(10)


def write(store, pack, stale_until):
    fence = store.lead(pack.ref.id, "me", NOW, NOW + 1)
    store.put_pack(pack.ref.id, pack, fence, fresh_until=NOW, stale_until=stale_until)


def pack_of(store, at, now):
    return unlisted.pack_of(Shelf(store), NAME, "es", at, now)


def test_it_speaks_from_the_version_it_began_with_whatever_is_written_meanwhile():
    """A better pack, and that one's going out of date, are for shows that begin after them."""
    store = MemoryStore()
    began_built_in = pack_of(store, None, NOW)
    stored = Pack(PackRef(key("game", "es", NAME.key), "5t0red", "ai", "soulslike"), PACK.phrases)
    write(store, stored, stale_until=NOW + 1000)
    began_stored = pack_of(store, None, NOW)
    assert (began_built_in.ref, began_stored.ref.version) == (PACK.ref, "5t0red")
    for pack in (began_built_in, began_stored):
        at = Cursor(show_of(pack=pack).id, 3, NOW)
        for now in (NOW + 500, NOW + 5000):
            assert pack_of(store, at, now).ref.version == pack.ref.version
    assert pack_of(store, None, NOW + 5000).ref == PACK.ref


def test_a_version_that_is_gone_is_not_replaced():
    assert pack_of(MemoryStore(), Cursor(f"u{NOW}-0ld", 1, NOW), NOW + 1) is None


def test_each_user_language_and_start_is_another_show():
    shows = [show_of(), show_of(user="luis"), show_of(lang="es-MX"), show_of(now=NOW + 1)]
    assert len({show.seed for show in shows}) == 4


@pytest.mark.parametrize(
    "show",
    [
        "0a1b2c3d4e",
        f"u{NOW + 1}-1f2e",
        f"u{NOW - LONGEST_MS}-1f2e",
        f"u{NOW}",
        f"u{NOW}-",
        "u-1f2e",
        f"u{NOW}-1f-2e",
        "u0-a",
    ],
)
def test_no_other_cursor_begins_one(show):
    with pytest.raises(InvalidRequest):
        show_of(Cursor(show, 1, NOW))


def test_it_lives_12_hours():
    assert show_of(Cursor(f"u{NOW - LONGEST_MS + 1}-1f2e", 1, NOW)).started_at == NOW - LONGEST_MS + 1
