"""Live delivery: each line leaves when it is due. It holds its connection, and on AWS an execution, for up to 55 s."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from chatsim import sse
from chatsim.cursor import Cursor
from chatsim.stream import Farewell, Scene, batch, end

CONNECTION_MS = 55_000
# How often the store is asked for moments, a pause or a newer show.
LOOK_MS = 2_000
PING_MS = 15_000
# A held connection comes back at once; 0 would make an EventSource loop.
AGAIN_MS = 250


def events(
    scene: Scene,
    at: Cursor,
    missed: int,
    *,
    look: Callable[[], Scene | Farewell],
    now_ms: Callable[[], int],
    sleep_until: Callable[[int], None],
) -> Iterator[bytes]:
    """Lines as they fall due, then `end`, or the farewell that `look` brings."""
    until, ping_at, count = now_ms() + CONNECTION_MS, now_ms() + PING_MS, 0
    found: Scene | Farewell = scene
    while (now := now_ms()) < until:
        if isinstance(found, Farewell):
            yield found.event()
            return
        window = min(now + LOOK_MS, ping_at, until)
        for line, place in batch(found, at, window):
            if line.due >= window:  # the tail of a moment, which a batch brings whole: other lines come before it
                break
            sleep_until(line.due)
            yield sse.event(sse.message(line), id=str(place))
            at, count = place, count + 1
        sleep_until(window)
        if now_ms() >= ping_at:
            yield sse.PING
            ping_at += PING_MS
        found = look()
    yield end(at, count, missed, AGAIN_MS)
