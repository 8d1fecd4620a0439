"""What the stream door says: a show, a reader's place and a stretch of time turned into events.

A reader's place moves along two tracks, base lines and moments, each in its own order; a batch merges them by due time.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any, NamedTuple

from chatsim import sse, waves
from chatsim.cursor import Cursor
from chatsim.errors import InvalidRequest
from chatsim.messages import text
from chatsim.records import Account, Current, StreamKey
from chatsim.shelf import Shelf
from chatsim.show import ENGINE, Line, Script, script_of
from chatsim.stage import agrees, due_of
from chatsim.ticket import Ticket
from chatsim.waves import Wave

# Who missed a line this long ago at most still gets every one; who was away for longer goes on from now.
CATCH_UP_MS = 120_000
# Who joins gets this many of the lines before too: in a lull the chat would be empty for up to 40 s, and look broken.
LEAD_IN = 3
TEST_LIFE_MS = 60_000
MEND_MS = 1_000
ASK_AGAIN_MS = 15_000
MAX_HORIZON_S = 120


class Scene(NamedTuple):
    """What a reader follows: the script of a show and the moments pressed in it."""

    script: Script
    waves: tuple[Wave, ...] = ()


class Farewell(NamedTuple):
    """Why there are no lines: idle, stopped, replaced, revoked, reset. `retry_ms` is when asking again makes sense."""

    name: str
    data: dict[str, Any]
    retry_ms: int = ASK_AGAIN_MS

    def event(self) -> bytes:
        return sse.event(self.data | {"again": self.retry_ms}, name=self.name, retry_ms=self.retry_ms)


def behind(account: Account, ticket: Ticket) -> bool:
    """Whether this reading of the store is older than the ticket itself, so that it is worth a consistent one."""
    if ticket.purpose == "overlay":
        return opened_by(account, ticket) is None
    return account.current is None or account.current.show.number < ticket.number


def opened_by(account: Account, ticket: Ticket) -> StreamKey | None:
    """The stream key an overlay's ticket was made with; None for a page's ticket and for a key that is gone."""
    key = account.key
    return key if key and ticket.purpose == "overlay" and key.generation == ticket.generation else None


def follow(account: Account, ticket: Ticket, at: Cursor | None, shelf: Shelf, now_ms: int) -> Scene | Farewell:
    """The scene a ticket opens now, or why there is none."""
    current = account.current
    if ticket.purpose == "overlay":
        if not opened_by(account, ticket):
            return Farewell("revoked", {})
        if not current or (current.state_at(now_ms) == "stopped" and not (at and at.show == current.show.id)):
            return Farewell("idle", {})
    elif current and current.show.number > ticket.number:
        return Farewell("replaced", {"show": current.show.id})
    if not current or current.show.number < ticket.number:
        return Farewell("stopped", {"reason": "stop"})
    return _scene(current, shelf, now_ms)


def _scene(current: Current, shelf: Shelf, now_ms: int) -> Scene | Farewell:
    state = current.state_at(now_ms)
    if state != "live":
        return Farewell("stopped", {"reason": "pause" if state == "paused" else "stop", "show": current.show.id})
    pack = shelf.get(current.show.pack) if current.show.engine == ENGINE else None
    return Scene(script_of(current.show, pack), current.waves) if pack else Farewell("reset", {}, MEND_MS)


def place(scene: Scene, at: Cursor | None, now_ms: int) -> tuple[Cursor, int]:
    """Where reading begins, and how many lines were missed for good. Raises InvalidRequest for a cursor made up."""
    if at and at.show == scene.script.show.id:
        if not agrees(scene.script.show, at):
            raise InvalidRequest("cursor")
        if now_ms - scene.script.due(at.k + 1) <= CATCH_UP_MS:
            return at, 0
        here = _here(scene, now_ms)
        return here, here.k - at.k
    return _here(scene, now_ms, LEAD_IN), 0


def _here(scene: Scene, now_ms: int, lead_in: int = 0) -> Cursor:
    """The place after the last line that was due before now, or some base lines sooner; moments included."""
    show = scene.script.show
    k = max(show.first_k, scene.script.k_at(now_ms) - lead_in) - 1
    joined = Cursor(show.id, k, due_of(show, k))
    for wave in scene.waves:
        lines = waves.moment(scene.script, wave).whole
        past = sum(line.due < now_ms for line in lines)
        joined = joined.in_wave(wave.no, past)
        if past < len(lines):
            break  # who is told the rest of this one is told all of the next
    return joined


def sent(scene: Scene, at: Cursor, until_ms: int) -> Iterator[tuple[int, Line, Cursor]]:
    """Every line from a place on that is due before `until_ms`, each with the place after it; moments whole.

    The first of three is the time at which a reader has to have the line: when it is due, or sooner.
    """
    late = _moments(scene, at)
    base = scene.script.lines(at.k + 1)
    line, moment = next(base), next(late, None)
    while line.due < until_ms or moment:
        if moment and (moment[3] <= line.due or line.due >= until_ms):
            wave, spoken, i, send_ms = moment
            at = at.in_wave(wave.no, i + 1)
            yield send_ms, spoken, at
            moment = next(late, None)
        else:
            at = at.after_line(line.due)
            yield line.due, line, at
            line = next(base)


def _moments(scene: Scene, at: Cursor) -> Iterator[tuple[Wave, Line, int, int]]:
    """What is left of the moments: each whole before the next, so that a place in them is two numbers.

    What of a moment's tail is due after the next one was pressed is sent before that.
    """
    for wave, following in zip_longest(scene.waves, scene.waves[1:]):
        if wave.no < at.wave:
            continue
        for i, line in enumerate(waves.moment(scene.script, wave).whole):
            if wave.no > at.wave or i >= at.i:
                yield wave, line, i, min(line.due, following.at) if following else line.due


def events(scene: Scene, start: Cursor, missed: int, now_ms: int, horizon_s: int, again_ms: int) -> Iterator[bytes]:
    """The lines of a batch and the `end` that says it is whole."""
    last, count = start, 0
    for _, line, last in sent(scene, start, now_ms + horizon_s * 1000):
        count += 1
        yield sse.line(line, last)
    yield end(last, count, missed, again_ms)


def end(last: Cursor, count: int, missed: int, again_ms: int) -> bytes:
    data = {"next": str(last), "count": count, "missed": missed, "again": again_ms}
    return sse.event(data, name="end", retry_ms=again_ms)


def hello(now_ms: int, scene: Scene | None, key: StreamKey | None, overlay: StreamKey | None = None) -> bytes:
    """The server's clock and the show; for an overlay its look, for a page how the user's own `overlay` stands."""
    data: dict[str, Any] = {"now": now_ms, "show": scene.script.show.id if scene else None}
    if key:
        data["look"] = key.look
    if overlay:
        data["overlay"] = {"createdAt": overlay.created_at, "seenAt": overlay.seen_at or None}
    return sse.event(data, name="hello")


def test_line(key: StreamKey | None, now_ms: int) -> dict[str, Any] | None:
    """The test message of the last minute, if there is one: shown once, whatever runs. Pages drop an id they have."""
    if not key or not key.test or now_ms - key.test["at"] > TEST_LIFE_MS:
        return None
    words = text("test_message", key.look.get("lang", "es"))
    return {
        "id": f"test.{key.test['id']}", "username": "ChatSim", "content": words,
        "timestamp": key.test["at"], "category": "reactions", "color": "#c79bff", "badges": ["moderator"],
    }  # fmt: skip


def test_message(key: StreamKey | None, now_ms: int) -> bytes:
    line = test_line(key, now_ms)
    return sse.event(line) if line else b""


def again_ms(horizon_s: int, jitter: float) -> int:
    """When to come back: after nine tenths of the batch, a little sooner for some, so that readers do not march."""
    return round(horizon_s * 1000 * (0.9 - 0.02 * jitter))


def horizon_of(value: str | None, default: int) -> int:
    """Raises InvalidRequest unless 1 to 120 whole seconds."""
    if value is None:
        return default
    if not (value.isascii() and value.isdigit() and len(value) <= 3 and 1 <= int(value) <= MAX_HORIZON_S):
        raise InvalidRequest("horizon", max=MAX_HORIZON_S)
    return int(value)
