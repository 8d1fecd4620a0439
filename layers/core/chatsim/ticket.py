"""Tickets: what the stream door takes in place of a session. `<key id>.<payload>.<HMAC-SHA256>`, base64url.

The payload says whose it is, what for, and until when; the key that signed it is named, so that keys can be changed
while tickets of the previous one live on.
"""

from __future__ import annotations

import hmac
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Literal, NamedTuple

from chatsim.errors import Unauthenticated

LIFE_MS = 12 * 3600 * 1000
MAX_LENGTH = 1024
# A door asks the store for the keys again this often; sooner for a ticket of a key it does not know.
KEYS_LIFE_MS = 5 * 60_000
_FORM = re.compile(r"([A-Za-z0-9_-]{1,32})\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}")


class TicketKeys(NamedTuple):
    """The secret by key id; `current` is the id that signs."""

    current: str
    secrets: dict[str, bytes]


class Ticket(NamedTuple):
    """`purpose` show: one show of the user, by number. `purpose` overlay: whichever is current, by key generation."""

    user: str
    purpose: Literal["show", "overlay"]
    expires_at: int
    show: str = ""
    number: int = 0
    generation: str = ""


def sign(ticket: Ticket, keys: TicketKeys) -> str:
    fields = [ticket.user, ticket.purpose, ticket.expires_at, ticket.show, ticket.number, ticket.generation]
    body = f"{keys.current}.{_encode(json.dumps(fields, separators=(',', ':'), ensure_ascii=False).encode())}"
    return f"{body}.{_encode(_mac(body, keys.secrets[keys.current]))}"


def key_id(text: str) -> str:
    """The key a ticket names. Raises Unauthenticated for what has not even a ticket's form."""
    form = _FORM.fullmatch(text) if len(text) <= MAX_LENGTH else None
    if not form:
        raise Unauthenticated("ticket_invalid")
    return form[1]


def verify(text: str, keys: TicketKeys, now_ms: int) -> Ticket:
    """Raises Unauthenticated for anything but a ticket of ours that still lives."""
    secret = keys.secrets.get(key_id(text))
    body, _, mac = text.rpartition(".")
    if not secret or not hmac.compare_digest(_encode(_mac(body, secret)), mac):
        raise Unauthenticated("ticket_invalid")
    ticket = Ticket(*json.loads(_decode(body.partition(".")[2])))
    if ticket.expires_at <= now_ms:
        raise Unauthenticated("ticket_expired")
    return ticket


def _mac(body: str, secret: bytes) -> bytes:
    return hmac.digest(secret, body.encode(), sha256)


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
