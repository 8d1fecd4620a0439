"""Live delivery: each line leaves when it is due. It holds its connection, and on AWS an execution, for up to 55 s."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from chatsim import sse
from chatsim.cursor import Cursor
from chatsim.errors import ApiError
from chatsim.stage import opening
from chatsim.stream import MEND_MS, Farewell, Scene, end, sent

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
    end_ms: int,
    look: Callable[[], Scene | Farewell],
    now_ms: Callable[[], int],
    sleep_until: Callable[[int], None],
) -> Iterator[bytes]:
    """Lines as they fall due, then `end`, or the farewell that `look` brings. A newer show ends it, and is `next`.

    It ends before `end_ms` (epoch ms), when its caller must have; an error of `look` is told as an event.
    """
    until, ping_at, count = min(now_ms() + CONNECTION_MS, end_ms), now_ms() + PING_MS, 0
    found: Scene | Farewell = scene
    while (now := now_ms()) < until:
        if isinstance(found, Farewell):
            yield found.event()
            return
        window = min(now + LOOK_MS, ping_at, until)
        for send_ms, line, place in sent(found, at, window):
            if send_ms >= window:  # the tail of a moment, which a batch brings whole: other lines come before it
                break
            sleep_until(send_ms)
            yield sse.line(line, place)
            at, count = place, count + 1
        sleep_until(window)
        if now_ms() >= ping_at:
            yield sse.PING
            ping_at += PING_MS
        found = _looked(look)
        if isinstance(found, Scene) and found.script.show.id != at.show:
            at = opening(found.script.show)  # which is told with a hello of its own
            break
    yield end(at, count, missed, AGAIN_MS)


def _looked(look: Callable[[], Scene | Farewell]) -> Scene | Farewell:
    """A store that fails meanwhile is told to the reader, who comes back."""
    try:
        return look()
    except ApiError as error:
        return Farewell("error", {"error": error.code}, MEND_MS)
