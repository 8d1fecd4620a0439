"""The stream door: a ticket (or a session) and a place in, the lines of the next stretch of time out.

It only reads. Its way is kept light: no boto3, no Powertools, and PyJWT only when a session token comes.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from random import random
from typing import Any

from chatsim import builtin, cursor, live, messages, names, pace, sse, stream, ticket, unlisted
from chatsim.cursor import Cursor
from chatsim.errors import ApiError, InvalidRequest, MethodNotAllowed, Unauthenticated
from chatsim.pace import Pace
from chatsim.records import StreamKey
from chatsim.remembered import Remembered
from chatsim.shelf import Shelf, best_pack
from chatsim.show import Script
from chatsim.store.dynamo import DynamoReader
from chatsim.store.signed_client import SignedClient
from chatsim.stream import Farewell, Scene
from chatsim.ticket import TicketKeys
from chatsim_streaming import StreamingResponse

DEFAULT_HORIZON_S = 60
PACE_DEFAULTS = (("min", "DEFAULT_MIN_MS"), ("max", "DEFAULT_MAX_MS"))
HEADERS = {"Content-Type": sse.CONTENT_TYPE, "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
JSON_HEADERS = {"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store"}


@dataclass(frozen=True)
class Request:
    """What the door reads of a function URL's event."""

    method: str
    headers: dict[str, str]
    query: dict[str, str]
    cookies: list[str]

    @classmethod
    def of(cls, event: dict[str, Any]) -> Request:
        headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        query = event.get("queryStringParameters") or {}
        return cls(event["requestContext"]["http"]["method"], headers, query, event.get("cookies") or [])

    def place(self) -> Cursor | None:
        """Where the reader is; the header of a reconnecting EventSource is newer than its address."""
        last = self.headers.get("last-event-id") or self.query.get("last")
        return cursor.parse(last) if last else None


def handler(event: dict[str, Any], context: Any) -> StreamingResponse:
    request = Request.of(event)
    try:
        return StreamingResponse(200, HEADERS, answer(request))
    except ApiError as error:
        body = messages.error_body(
            error, messages.language(request.headers.get("accept-language")), context.aws_request_id
        )
        content = json.dumps(body, ensure_ascii=False).encode()
        return StreamingResponse(error.status, {**JSON_HEADERS, **error.headers()}, iter((content,)))


def answer(request: Request) -> Iterator[bytes]:
    """Everything that may be refused is settled here, before the first byte."""
    if request.method != "GET":
        raise MethodNotAllowed(("GET",))
    horizon = stream.horizon_of(request.query.get("horizon"), DEFAULT_HORIZON_S)
    delivery = delivery_of(request)
    look = ticket_look(request) or session_look(request)
    return deliver(look, request.place(), horizon, delivery)


@dataclass(frozen=True)
class View:
    """What the reader may see now; `key` is the stream key of an overlay, with its look and test message."""

    found: Scene | Farewell
    key: StreamKey | None = None


Look = Callable[[], View]


def deliver(look: Look, at: Cursor | None, horizon_s: int, delivery: str) -> Iterator[bytes]:
    now, view = now_ms(), look()
    head = sse.retry(stream.MEND_MS)
    if isinstance(view.found, Farewell):
        greeting = stream.hello(now, None, view.key) + stream.test_message(view.key, now)
        return iter((head + greeting + view.found.event(),))
    greeting = stream.hello(now, view.found, view.key) + stream.test_message(view.key, now)
    start, missed = stream.place(view.found, at, now)
    if delivery == "live":
        lines = live.events(
            view.found, start, missed, look=lambda: look().found, now_ms=now_ms, sleep_until=sleep_until
        )
    else:
        again = stream.again_ms(horizon_s, random())
        lines = stream.events(view.found, start, missed, now, horizon_s, again)
    return chain((head + greeting,), lines)


def ticket_look(request: Request) -> Look | None:
    """One eventually consistent read each look; a consistent one when that lags behind the ticket."""
    signed = request.headers.get("x-ticket") or request.query.get("ticket")
    if not signed:
        return None
    opened, at = ticket.verify(signed, ticket_keys()(), now_ms()), request.place()

    def look() -> View:
        account = reader().account(opened.user)
        if stream.behind(account, opened):
            account = reader().account(opened.user, consistent=True)
        found = stream.follow(account, opened, at, shelf(), now_ms())
        return View(found, account.key if opened.purpose == "overlay" else None)

    return look


def session_look(request: Request) -> Look:
    """An unlisted show: the same at every look."""
    user, now, query = session_user(request), now_ms(), request.query
    mode, lang = names.mode_of(query.get("mode")), names.lang_of(query.get("lang"))
    name = builtin.named(query.get("game"), mode)
    pack = best_pack(reader(), shelf(), name, lang, now)
    show = unlisted.show_of(user, name, lang, pace_of(query), pack, request.place(), now)
    pinned = shelf().get(show.pack)
    return lambda: View(Scene(Script(show, pinned)) if pinned else Farewell("reset", {}, stream.MEND_MS))


def session_user(request: Request) -> str:
    # PyJWT and cryptography cost a cold start 100 ms: only who comes with a session pays for them.
    from chatsim_auth import session_token

    token = session_token(request.headers, request.cookies, cookie_allowed=True)
    if not token:
        raise Unauthenticated
    user: str = verifier().verify(token)
    return user


def pace_of(query: dict[str, str]) -> Pace:
    if query.get("pace") == "natural":
        return pace.natural(whole(query["viewers"], "viewers") if "viewers" in query else None)
    if query.get("pace") not in (None, "fixed"):
        raise InvalidRequest("pace")
    low, high = (query.get(name, os.environ[default]) for name, default in PACE_DEFAULTS)
    return pace.fixed(whole(low, "pace_type"), whole(high, "pace_type"))


def whole(text: str, reason: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise InvalidRequest(reason)
    return int(text)


def delivery_of(request: Request) -> str:
    delivery = request.query.get("delivery", "batch")
    if delivery not in ("batch", "live"):
        raise InvalidRequest("delivery")
    if delivery == "live" and os.environ["ALLOW_LIVE"] != "true":
        raise InvalidRequest("live_off")
    return delivery


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def sleep_until(due_ms: int) -> None:
    time.sleep(max(0, due_ms - now_ms()) / 1000)


# ── Clients: one each for the life of the environment ──
@cache
def reader() -> DynamoReader:
    return DynamoReader(SignedClient(os.environ), os.environ["TABLE_NAME"])


@cache
def shelf() -> Shelf:
    return Shelf(reader())


@cache
def ticket_keys() -> Remembered[TicketKeys]:
    return Remembered(lambda: reader().ticket_keys() or TicketKeys("", {}), now_ms)


@cache
def verifier() -> Any:
    from chatsim_auth import AuthSettings, SessionVerifier

    origins = Remembered(lambda: reader().origins(), now_ms)
    return SessionVerifier(AuthSettings.from_env(os.environ), extra_origins=origins)


# Made at init, where the processor is at its fastest, not at the first request.
reader()
