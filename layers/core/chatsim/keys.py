"""Stream keys: 256 random bits in an overlay's URL fragment. The store keeps their SHA-256 only; one per user."""

from __future__ import annotations

import re
import secrets
from hashlib import sha256
from typing import Any

from chatsim.errors import InvalidRequest, NotFound, Unauthenticated
from chatsim.records import Account, StreamKey
from chatsim.store import Store

# What secrets.token_urlsafe(32) makes; what has another form is refused without a read.
_FORM = re.compile(r"[A-Za-z0-9_-]{43}")
# An overlay comes with its key every four minutes; several of them need not be noted each.
SEEN_EVERY_MS = 60_000

# What an overlay's look may say: one of these words, a whole number from 1 to 50, yes or no, a text of this form.
# frontend/src/overlay/look.ts knows the same; docs/overlay.md shows both, and tests hold it to each.
LOOK: dict[str, tuple[str, ...] | range | type[bool] | re.Pattern[str]] = {
    "platform": ("twitch", "kick", "youtube"),
    "max": range(1, 50 + 1),
    "size": range(12, 72 + 1),
    "font": re.compile(r"[\w '-]{0,60}"),
    "stroke": range(10 + 1),
    "fade": range(120 + 1),
    "badges": bool,
    "emotes": bool,
    "timestamps": bool,
    "bg": re.compile(r"([0-9a-f]{6}([0-9a-f]{2})?)?"),
    "block": re.compile(r".{0,400}"),
    "lang": ("es", "en"),
    "label": bool,
}


def create(store: Store, user: str, now_ms: int) -> str:
    """A new key, told this once; the one before opens nothing from now on. The look is kept."""
    key = secrets.token_urlsafe(32)
    before = store.account(user, consistent=True).key
    look = before.look if before else {}
    store.put_key(user, StreamKey(_hash(key), secrets.token_hex(8), look, created_at=now_ms))
    return key


def owner(store: Store, key: str) -> tuple[str, Account, StreamKey]:
    """Whose key this is. Raises Unauthenticated for one that is unknown, replaced or revoked."""
    user = store.key_owner(_hash(key)) if _FORM.fullmatch(key) else None
    account = store.account(user, consistent=True) if user else Account()
    if not user or not account.key or account.key.hash != _hash(key):
        raise Unauthenticated("stream_key")
    return user, account, account.key


def note_seen(store: Store, user: str, key: StreamKey, now_ms: int) -> None:
    """An overlay came with this key: kept to the minute, so that the dashboard can say whether OBS is connected."""
    if now_ms - key.seen_at >= SEEN_EVERY_MS:
        store.set_seen(user, key.generation, now_ms)


def save_look(store: Store, user: str, look: object) -> dict[str, Any]:
    """Raises InvalidRequest when a member is unknown or has a value it cannot have, NotFound when there is no key."""
    kept = _look_of(look)
    _change(store, user, look=kept, test=None)
    return kept


def send_test(store: Store, user: str, now_ms: int) -> None:
    """A test message for the overlay, due now. Raises NotFound when there is no key."""
    _change(store, user, look=None, test={"id": secrets.token_hex(4), "at": now_ms})


def _change(store: Store, user: str, *, look: dict[str, Any] | None, test: dict[str, Any] | None) -> None:
    key = store.account(user, consistent=True).key
    if not key or not store.set_look(user, key.generation, look=look, test=test):
        raise NotFound("no_key")


def _look_of(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidRequest("look")
    if not all(name in LOOK and _may_be(LOOK[name], member) for name, member in value.items()):
        raise InvalidRequest("look")
    return value


def _may_be(rule: tuple[str, ...] | range | type[bool] | re.Pattern[str], member: object) -> bool:
    match rule:
        case tuple():
            return isinstance(member, str) and member in rule
        case range():
            return type(member) is int and member in rule
        case re.Pattern():
            return isinstance(member, str) and rule.fullmatch(member) is not None
        case _:
            return type(member) is bool


def _hash(key: str) -> str:
    return sha256(key.encode()).hexdigest()
