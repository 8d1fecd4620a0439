"""Stream keys: 256 random bits in an overlay's URL fragment. The store keeps their SHA-256 only; one per user."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import Any

from chatsim.errors import InvalidRequest, NotFound, Unauthenticated
from chatsim.records import Account, StreamKey
from chatsim.store import Store

MAX_KEY = 100
# What an overlay's look may say, by the type of its value.
LOOK: dict[str, type] = {
    "platform": str, "max": int, "size": int, "font": str, "stroke": int, "fade": int, "badges": bool, "emotes": bool,
    "timestamps": bool, "bg": str, "block": str, "lang": str, "label": bool,
}  # fmt: skip
MAX_LOOK_TEXT = 200


def create(store: Store, user: str) -> str:
    """A new key, told this once; the one before opens nothing from now on. The look is kept."""
    key = secrets.token_urlsafe(32)
    before = store.account(user, consistent=True).key
    store.put_key(user, StreamKey(_hash(key), secrets.token_hex(8), before.look if before else {}))
    return key


def owner(store: Store, key: str) -> tuple[str, Account]:
    """Whose key this is. Raises Unauthenticated for one that is unknown, replaced or revoked."""
    user = store.key_owner(_hash(key)) if 0 < len(key) <= MAX_KEY else None
    account = store.account(user, consistent=True) if user else Account()
    if not user or not account.key or account.key.hash != _hash(key):
        raise Unauthenticated("stream_key")
    return user, account


def save_look(store: Store, user: str, look: object) -> dict[str, Any]:
    """Raises InvalidRequest when a member is unknown or of the wrong type, NotFound when there is no key."""
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
    for name, member in value.items():
        if name not in LOOK or type(member) is not LOOK[name] or (type(member) is str and len(member) > MAX_LOOK_TEXT):
            raise InvalidRequest("look")
        if type(member) is int and not 0 <= member <= 1000:
            raise InvalidRequest("look")
    return value


def _hash(key: str) -> str:
    return sha256(key.encode(errors="replace")).hexdigest()
