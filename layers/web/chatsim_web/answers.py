"""The JSON of the contract, from the domain's records."""

from __future__ import annotations

from typing import Any

from chatsim.games import Added
from chatsim.records import Slot, State, StreamKey
from chatsim.show import Show
from chatsim.sse import message
from chatsim.stage import opening
from chatsim.waves import Moment

from chatsim_web.settings import Settings


def slots(kept: tuple[Slot, ...], settings: Settings) -> dict[str, Any]:
    """The user's games, and the pace a show has that asks for none, so that the page can name it."""
    max_slots = settings.slots_per_user
    return {
        "authenticated": True,
        "games": [slot.game for slot in kept],
        "remainingSlots": max(0, max_slots - len(kept)),
        "maxGames": max_slots,
        "slots": [_slot(slot) for slot in kept],
        "defaultPace": {"min": settings.default_min_ms, "max": settings.default_max_ms},
    }


def added(found: Added, max_slots: int) -> dict[str, Any]:
    pack = found.found.pack
    return {
        "success": True,
        "gameName": found.name.key,
        "displayName": found.name.display,
        "mode": found.name.mode,
        "lang": found.lang,
        "source": pack.ref.source,
        "genre": pack.ref.genre,
        "pending": found.found.pending,
        **({"retryAfterMs": found.found.retry_after_ms} if found.found.pending else {}),
        "phrases": pack.filled(found.name.display),
        "currentGames": [slot.game for slot in found.slots],
        "remainingSlots": max(0, max_slots - len(found.slots)),
    }


def show(found: Show, state: State) -> dict[str, Any]:
    pace = {"min": found.pace.min_ms, "max": found.pace.max_ms} if found.pace.kind == "fixed" else {}
    return {
        "id": found.id,
        "gameName": found.game,
        "displayName": found.display_name,
        "mode": found.mode,
        "lang": found.lang,
        "pace": found.pace.kind,
        **pace,
        "viewers": found.pace.viewers,
        "startedAt": found.started_at,
        "state": state,
        "source": found.pack.source,
        "genre": found.pack.genre,
        "first": str(opening(found)),
    }


def ticket(signed: str, expires_at: int, now_ms: int, shown: dict[str, Any] | None) -> dict[str, Any]:
    return {"success": True, "ticket": signed, "expiresAt": expires_at, "serverNow": now_ms, "show": shown}


def stream_key(key: StreamKey | None, now_ms: int) -> dict[str, Any]:
    """`seenAt`: when an overlay last came with it, to the minute. Times by `serverNow`, epoch ms; null for never."""
    return {
        "success": True,
        "exists": key is not None,
        "createdAt": key.created_at if key else None,
        "seenAt": (key.seen_at or None) if key else None,
        "look": key.look if key else {},
        "serverNow": now_ms,
    }


def burst(moment: Moment) -> dict[str, Any]:
    """`lines` are the burst itself, `tail` those in which it fades."""
    return {"success": True, "lines": [*map(message, moment.lines)], "tail": [*map(message, moment.tail)]}


def _slot(slot: Slot) -> dict[str, Any]:
    return {
        "game": slot.game,
        "displayName": slot.display_name,
        "mode": slot.mode,
        "lang": slot.lang,
        "source": slot.source,
        "genre": slot.genre,
    }
