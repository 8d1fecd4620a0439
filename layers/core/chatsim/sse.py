"""The bytes of a server-sent event. https://html.spec.whatwg.org/multipage/server-sent-events.html"""

from __future__ import annotations

import json
from typing import Any

from chatsim.show import Line

CONTENT_TYPE = "text/event-stream; charset=utf-8"
PING = b": ping\n\n"


def event(data: dict[str, Any], *, name: str = "", id: str = "", retry_ms: int | None = None) -> bytes:
    """One event. JSON has no line break of its own, so `data` is one line."""
    head = f"id: {id}\n" if id else ""
    head += f"event: {name}\n" if name else ""
    head += f"retry: {retry_ms}\n" if retry_ms is not None else ""
    return f"{head}data: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()


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
