import json

import pytest
from chatsim import sse
from chatsim.cast import Chatter
from chatsim.show import Line
from hypothesis import given
from hypothesis import strategies as st


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
    line = Line("s.7", 1_795_334_821_416, Chatter("pipe_98", "#ff7b7b", ("vip",)), "¿qué?\n¡ya!", "questions")
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
