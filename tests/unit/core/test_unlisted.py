import pytest
from chatsim import builtin, stage, unlisted
from chatsim.cursor import Cursor, parse
from chatsim.errors import InvalidRequest
from chatsim.show import Script
from chatsim.stage import LONGEST_MS, due_of

from tests.unit.core.make import NOW, PACE, game

NAME = game("Elden Ring")
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


def test_the_version_it_began_with_is_pinned():
    again = show_of(Cursor(f"u{NOW}-0ld", 1, NOW), NOW + 1)
    assert again.pack.version == "0ld"
    assert builtin.pinned(again.pack) is None


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
