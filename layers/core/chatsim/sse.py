"""The bytes of a server-sent event. https://html.spec.whatwg.org/multipage/server-sent-events.html"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import islice
from json import JSONEncoder
from typing import Any

from chatsim.cursor import Cursor
from chatsim.show import Line

CONTENT_TYPE = "text/event-stream; charset=utf-8"
PING = b": ping\n\n"
# Most batches are one chunk of this size or two. Each chunk is a write of its own, which costs as much as a line.
CHUNK_BYTES = 32_768
_json = JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_badges = cache(_json)


def event(data: dict[str, Any], *, name: str = "", id: str = "", retry_ms: int | None = None) -> bytes:
    """One event. JSON has no line break of its own, so `data` is one line."""
    head = f"id: {id}\n" if id else ""
    head += f"event: {name}\n" if name else ""
    head += f"retry: {retry_ms}\n" if retry_ms is not None else ""
    return f"{head}data: {_json(data)}\n\n".encode()


def retry(ms: int) -> bytes:
    """How soon an EventSource mends a cut."""
    return f"retry: {ms}\n\n".encode()


def message(line: Line) -> dict[str, Any]:
    """A chat line as it goes over the wire."""
    return {
        "id": line.id,
        "username": line.chatter.username,
        "content": line.text,
        "timestamp": line.due,
        "category": line.category,
        "color": line.chatter.color,
        "badges": list(line.chatter.badges),
    }


def line(said: Line, place: Cursor) -> bytes:
    """The event of a chat line, and the place after it. The same as `event` makes of its `message`, in a fraction of
    the time: only who speaks and what is said can need escaping."""
    chatter = said.chatter
    return (
        f'id: {place}\ndata: {{"id":"{said.id}","username":{_json(chatter.username)},"content":{_json(said.text)},'
        f'"timestamp":{said.due},"category":"{said.category}","color":"{chatter.color}",'
        f'"badges":{_badges(chatter.badges)}}}\n\n'
    ).encode()


def joined(events: Iterator[bytes]) -> Iterator[bytes]:
    """The first event as it is made, so that the reader has the clock; the others in chunks of CHUNK_BYTES or more."""
    yield from islice(events, 1)
    chunk = bytearray()
    for made in events:
        chunk += made
        if len(chunk) >= CHUNK_BYTES:
            yield bytes(chunk)
            chunk.clear()
    if chunk:
        yield bytes(chunk)


def lines_in(chunk: bytes) -> int:
    """How many chat lines there are in a chunk: they alone have an id."""
    return (b"\n" + chunk).count(b"\nid: ")
