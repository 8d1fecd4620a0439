import json

import pytest
from chatsim import sse
from chatsim.cursor import Cursor
from chatsim.show import Line
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.core.make import a_chatter


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (sse.event({}), "data: {}\n\n"),
        (sse.event({"a": 1, "b": [True, None]}), 'data: {"a":1,"b":[true,null]}\n\n'),
        (sse.event({"a": "ñ 😂 ゼ"}), 'data: {"a":"ñ 😂 ゼ"}\n\n'),
        (sse.event({"a": "x\ny\r\nz\r"}), 'data: {"a":"x\\ny\\r\\nz\\r"}\n\n'),
        (sse.event({"a": "data: no\n\nevent: no"}), 'data: {"a":"data: no\\n\\nevent: no"}\n\n'),
        (sse.event({"a": '"\\'}), 'data: {"a":"\\"\\\\"}\n\n'),
        (sse.event({}, name="end"), "event: end\ndata: {}\n\n"),
        (sse.event({}, id="s.1.2.0.0"), "id: s.1.2.0.0\ndata: {}\n\n"),
        (sse.event({}, retry_ms=54_000), "retry: 54000\ndata: {}\n\n"),
        (sse.event({}, retry_ms=0), "retry: 0\ndata: {}\n\n"),
        (sse.event({"n": 1}, name="end", id="c", retry_ms=250), 'id: c\nevent: end\nretry: 250\ndata: {"n":1}\n\n'),
        (sse.retry(1000), "retry: 1000\n\n"),
        (sse.PING, ": ping\n\n"),
    ],
)
def test_bytes_of_an_event(made, expected):
    assert made == expected.encode()


def test_a_line_over_the_wire():
    line = Line("s.7", 1_795_334_821_416, a_chatter("pipe_98", "vip"), "¿qué?\n¡ya!", "questions")
    assert sse.message(line) == {
        "id": "s.7",
        "username": "pipe_98",
        "content": "¿qué?\n¡ya!",
        "timestamp": 1_795_334_821_416,
        "category": "questions",
        "color": "#ff7b7b",
        "badges": ["vip"],
    }


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_no_text_ends_an_event_early(text):
    made = sse.event({"content": text}, name="x").decode()
    assert made.endswith("\n\n")
    assert made.count("\n") == 3
    assert "\r" not in made
    assert json.loads(made.removeprefix("event: x\ndata: ")) == {"content": text}


ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(ANY_TEXT, ANY_TEXT, st.lists(st.sampled_from(["vip", "moderator", "subscriber"])), st.integers(0, 10**14))
def test_a_line_has_the_bytes_that_json_makes_of_it(username, content, badges, due):
    line = Line("s.7", due, a_chatter(username, *badges), content, "questions")
    place = Cursor("s", 7, due, 1, 2)
    assert sse.line(line, place) == sse.event(sse.message(line), id=str(place))


@given(st.lists(st.binary(min_size=1, max_size=sse.CHUNK_BYTES * 2), max_size=20))
def test_joined_events_are_the_same_bytes_in_few_chunks(events):
    chunks = list(sse.joined(iter(events)))
    assert b"".join(chunks) == b"".join(events)
    assert chunks[:1] == events[:1]
    assert all(chunks)
    assert all(len(chunk) >= sse.CHUNK_BYTES for chunk in chunks[1:-1])


def test_the_first_event_leaves_before_the_second_is_made():
    def events():
        yield b"first"
        raise AssertionError

    assert next(sse.joined(events())) == b"first"


def test_lines_are_counted_by_their_id():
    line = Line("s.7", 7, a_chatter("ana"), "\nid: 7", "reactions")
    one = sse.line(line, Cursor("s", 7, 7))
    assert sse.lines_in(one) == 1
    assert sse.lines_in(one + one + sse.event({"id": "s.7"}, name="end")) == 2
    assert sse.lines_in(sse.PING + sse.retry(1000)) == 0
