"""The door's clients, each made once and kept while the environment lives."""

from __future__ import annotations

import gc
import os
import secrets
import time
from collections.abc import Callable
from functools import cache

from chatsim import keys, limits
from chatsim.errors import Unauthenticated
from chatsim.records import Account, StreamKey
from chatsim.remembered import Remembered
from chatsim.shelf import Shelf
from chatsim.store.dynamo import DynamoStore
from chatsim.store.signed_client import SignedClient
from chatsim.ticket import KEYS_LIFE_MS, TicketKeys
from chatsim_auth import AuthSettings, SessionVerifier, session_token

from chatsim_web.settings import Settings


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@cache
def settings() -> Settings:
    return Settings.from_env(os.environ)


@cache
def auth_settings() -> AuthSettings:
    return AuthSettings.from_env(os.environ)


@cache
def store() -> DynamoStore:
    return DynamoStore(SignedClient(os.environ), os.environ["TABLE_NAME"])


@cache
def shelf() -> Shelf:
    return Shelf(store())


@cache
def ticket_keys() -> Remembered[TicketKeys]:
    return Remembered(lambda: store().ticket_keys() or _new_ticket_keys(), now_ms, KEYS_LIFE_MS)


@cache
def origins() -> Remembered[tuple[str, ...]]:
    return Remembered(lambda: store().origins(), now_ms)


@cache
def verifier() -> SessionVerifier:
    return SessionVerifier(auth_settings(), extra_origins=origins())


def warm(*makers: Callable[[], object]) -> None:
    """Make at init, where the processor is at its fastest, what every request needs, and what else a door does.

    The garbage collector waits: it would look through all that is loaded again and again, for a twentieth of a cold
    start of `generate`. What is there then stays while the environment lives, so it is not looked at later either.
    """
    gc.disable()
    try:
        store()
        verifier()
        for make in makers:
            make()
        gc.freeze()
    finally:
        gc.enable()


@cache
def strangers() -> limits.Strangers:
    return limits.Strangers()


def caller(headers: dict[str, str], address: str) -> str:
    """The signed-in user, this request counted. Raises Unauthenticated, Forbidden, RateLimited.

    Who is nobody is counted by address, in memory. Who is somebody is let in whatever came from there.
    """
    try:
        user = _signed_in(headers)
    except Unauthenticated:
        strangers().count(address, now_ms())
        raise
    limits.check(store(), user, settings().requests_per_minute, now_ms())
    return user


def overlay(key: str, address: str) -> tuple[str, Account, StreamKey]:
    """Whose stream key this is. Raises Unauthenticated, RateLimited.

    Only the store tells a good key, so an address that brought too many wrong ones is refused without asking it.
    """
    strangers().check(address, now_ms())
    try:
        return keys.owner(store(), key)
    except Unauthenticated:
        strangers().count(address, now_ms())
        raise


def _signed_in(headers: dict[str, str]) -> str:
    token = session_token(headers, (), cookie_allowed=False)
    if not token:
        raise Unauthenticated
    return verifier().verify(token)


def _new_ticket_keys() -> TicketKeys:
    key_id = secrets.token_hex(4)
    return store().add_ticket_keys(TicketKeys(key_id, {key_id: secrets.token_bytes(32)}))
