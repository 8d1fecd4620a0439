"""Reads server-sent events as a browser does: only whole events count."""

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Event:
    name: str
    id: str
    data: dict[str, Any]
    raw: bytes


def parse(stream: bytes) -> list[Event]:
    """The whole events of what arrived; a last one without its blank line was cut and is dropped."""
    return [event for block in stream.split(b"\n\n")[:-1] if (event := _event(block))]


def _event(block: bytes) -> Event | None:
    fields: dict[str, str] = {}
    for line in block.decode().split("\n"):
        name, _, value = line.partition(":")
        fields[name] = value.removeprefix(" ")
    if "data" not in fields:
        return None
    return Event(fields.get("event", "message"), fields.get("id", ""), json.loads(fields["data"]), block)


def lines(events: list[Event]) -> list[Event]:
    return [event for event in events if event.name == "message"]
