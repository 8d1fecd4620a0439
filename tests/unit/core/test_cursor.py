import pytest
from chatsim.cursor import Cursor, parse
from chatsim.errors import InvalidRequest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.core.make import NOW

cursors = st.builds(
    Cursor,
    st.text("0123456789abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=64),
    st.integers(-1, 999_999_999),
    st.integers(0, 10**14 - 1),
    st.integers(0, 999_999),
    st.integers(0, 999),
)


@given(cursors)
def test_a_cursor_comes_back_from_its_text(cursor):
    assert parse(str(cursor)) == cursor


@given(st.one_of(st.text(max_size=200), st.none(), st.integers(), st.binary(), st.lists(st.text()), st.booleans()))
def test_anything_else_is_an_invalid_request(text):
    with pytest.raises(InvalidRequest):
        parse(text)


@given(cursors, st.integers(0, 200), st.characters(exclude_characters="0123456789abcdefghijklmnopqrstuvwxyz-"))
def test_a_strange_character_anywhere_is_refused(cursor, place, char):
    text = str(cursor)
    place %= len(text) + 1
    if char == ".":
        char = ".."
    with pytest.raises(InvalidRequest):
        parse(text[:place] + char + text[place:])


@pytest.mark.parametrize(
    "text",
    ["", ".", "....", "a.1.2.3", "a.1.2.3.4.5", "a.-2.1.0.0", "a.+1.1.0.0", "a.1.1.0.0\n", " a.1.1.0.0", "a.١.1.0.0",
     "a.1.1.0.0x", "A.1.1.0.0", "a.1e3.1.0.0", f"a.{'9' * 10}.1.0.0", f"{'a' * 65}.1.1.0.0", "a.1.1.0.-1", "a.1.-1.0.0",
     "../../etc.1.1.0.0"],
)  # fmt: skip
def test_near_misses(text):
    with pytest.raises(InvalidRequest) as refused:
        parse(text)
    assert refused.value.reason == "cursor"


def test_its_form():
    assert str(Cursor("0a1b", 12, NOW, 2, 5)) == f"0a1b.12.{NOW}.2.5"
    assert parse(f"u{NOW}-1f2e.-1.{NOW}.0.0") == Cursor(f"u{NOW}-1f2e", -1, NOW)
