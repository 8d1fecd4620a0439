"""The stream door: a ticket (or a session) and a place in, the lines of the next stretch of time out.

It only reads. Its way is kept light: no boto3, no Powertools, and PyJWT only when a session token comes.
"""

from __future__ import annotations

import json
import os
import time
import traceback
from collections.abc import Callable, Iterator
from functools import cache
from itertools import chain
from random import random
from typing import Any, NamedTuple

from chatsim import builtin, cursor, live, messages, metrics, names, pace, sse, stream, ticket, unlisted
from chatsim.cursor import Cursor
from chatsim.errors import ApiError, Internal, InvalidRequest, MethodNotAllowed, Unauthenticated
from chatsim.pace import Pace
from chatsim.records import Account, StreamKey
from chatsim.remembered import LastKnown, Remembered
from chatsim.shelf import Shelf
from chatsim.show import script_of
from chatsim.store.dynamo import DynamoReader
from chatsim.store.signed_client import SignedClient
from chatsim.stream import Farewell, Scene
from chatsim.ticket import TicketKeys
from chatsim_streaming import StreamingResponse

SERVICE = "chat_stream"
DEFAULT_HORIZON_S = 60
# A held connection says goodbye this long before Lambda would end it.
GOODBYE_MS = 1_000
PACE_DEFAULTS = (("min", "DEFAULT_MIN_MS"), ("max", "DEFAULT_MAX_MS"))
HEADERS = {"Content-Type": sse.CONTENT_TYPE, "Cache-Control": "no-store"}
JSON_HEADERS = {"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store"}


class Request(NamedTuple):
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
    begun_s = time.perf_counter()
    request = Request.of(event)
    try:
        notes: dict[str, Any] = {}
        return StreamingResponse(200, HEADERS, measured(answer(request, context), begun_s, notes), notes=notes)
    except ApiError as error:
        return refusal(error, request, context)
    except Exception as error:
        # What it says may quote a token: the log has its kind and where it was.
        where = {"kind": type(error).__name__, "stackTrace": traceback.format_tb(error.__traceback__)}
        print(json.dumps({"level": "ERROR", "requestId": context.aws_request_id, **where}))
        return refusal(Internal(), request, context)


def refusal(error: ApiError, request: Request, context: Any) -> StreamingResponse:
    lang = messages.language(request.headers.get("accept-language"))
    content = json.dumps(messages.error_body(error, lang, context.aws_request_id), ensure_ascii=False).encode()
    notes = metric_fields({"Code": error.code}, {"Errors": 1})
    return StreamingResponse(error.status, {**JSON_HEADERS, **error.headers()}, iter((content,)), notes=notes)


def measured(body: Iterator[bytes], begun_s: float, notes: dict[str, Any]) -> Iterator[bytes]:
    """The body as it is; when it has ended, `notes` tell of it. A chunk has left when the next one is asked for."""
    by, values = {"service": SERVICE}, {"Batches": 1.0, "Lines": 0.0}
    try:
        for chunk in body:
            yield chunk
            values.setdefault("TimeToFirstByteMs", round((time.perf_counter() - begun_s) * 1000, 1))
            values["Lines"] += sse.lines_in(chunk)
    except Exception:
        by["Code"], values["Errors"] = Internal.code, 1
        raise
    finally:
        notes |= metric_fields(by, values)


def metric_fields(by: dict[str, str], values: dict[str, float]) -> dict[str, Any]:
    """What the line of log says besides. Nothing where metrics are off, by Powertools' own name for it."""
    if os.environ.get("POWERTOOLS_METRICS_DISABLED") == "true":
        return {}
    return {"service": SERVICE, **metrics.fields(now_ms(), by, values)}


def answer(request: Request, context: Any) -> Iterator[bytes]:
    """Everything that may be refused is settled here, before the first byte."""
    if request.method != "GET":
        raise MethodNotAllowed(("GET",))
    horizon = stream.horizon_of(request.query.get("horizon"), DEFAULT_HORIZON_S)
    live_until = now_ms() + context.get_remaining_time_in_millis() - GOODBYE_MS if is_live(request) else None
    look = ticket_look(request) or session_look(request)
    return deliver(look, request.place(), horizon, live_until)


class View(NamedTuple):
    """What the reader may see now.

    `key` is the stream key of an overlay, with its look and test message; `overlay` that of a page's user.
    """

    found: Scene | Farewell
    key: StreamKey | None = None
    overlay: StreamKey | None = None


Look = Callable[[], View]


def deliver(look: Look, at: Cursor | None, horizon_s: int, live_until: int | None) -> Iterator[bytes]:
    """A batch; with `live_until` (epoch ms, when the connection must be over) each line when it is due."""
    now, view = now_ms(), look()
    head = sse.retry(stream.MEND_MS)
    if isinstance(view.found, Farewell):
        greeting = stream.hello(now, None, view.key, view.overlay) + stream.test_message(view.key, now)
        return iter((head + greeting + view.found.event(),))
    greeting = stream.hello(now, view.found, view.key, view.overlay) + stream.test_message(view.key, now)
    start, missed = stream.place(view.found, at, now)
    if not live_until:
        again = stream.again_ms(horizon_s, random())
        return sse.joined(chain((head + greeting,), stream.events(view.found, start, missed, now, horizon_s, again)))
    lines = live.events(
        view.found,
        start,
        missed,
        end_ms=live_until,
        look=lambda: look().found,
        now_ms=now_ms,
        sleep_until=sleep_until,
    )
    return chain((head + greeting,), lines)


def ticket_look(request: Request) -> Look | None:
    """One eventually consistent read each look; a consistent one when that lags behind the ticket.

    A page's show goes on while the store does not answer. An overlay waits: its key may have been revoked.
    """
    signed = request.headers.get("x-ticket") or request.query.get("ticket")
    if not signed:
        return None
    opened, at = ticket.verify(signed, keys_with(ticket.key_id(signed)), now_ms()), request.place()
    account_of = accounts() if opened.purpose == "show" else reader().account

    def look() -> View:
        account = account_of(opened.user)
        if stream.behind(account, opened):
            account = reader().account(opened.user, consistent=True)
        found = stream.follow(account, opened, at, shelf(), now_ms())
        return View(found, stream.opened_by(account, opened), account.key if opened.purpose == "show" else None)

    return look


def keys_with(key_id: str) -> TicketKeys:
    """The keys of tickets; read again when they lack this one, which may be new, or the first there is."""
    keys = ticket_keys()()
    if not keys or key_id not in keys.secrets:
        keys = ticket_keys().anew()
    if not keys:
        raise Unauthenticated("ticket_invalid")
    return keys


def session_look(request: Request) -> Look:
    """An unlisted show: the same at every look."""
    user, now, query = session_user(request), now_ms(), request.query
    mode, lang = names.mode_of(query.get("mode")), names.lang_of(query.get("lang"))
    name, at, chosen = builtin.named(query.get("game"), mode), request.place(), pace_of(query)
    pack = unlisted.pack_of(shelf(), name, lang, at, now)
    if not pack:
        return lambda: View(Farewell("reset", {}, stream.MEND_MS))
    show = unlisted.show_of(user, name, lang, chosen, pack, at, now)
    return lambda: View(Scene(script_of(show, pack)))


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


def is_live(request: Request) -> bool:
    delivery = request.query.get("delivery", "batch")
    if delivery not in ("batch", "live"):
        raise InvalidRequest("delivery")
    if delivery == "live" and os.environ["ALLOW_LIVE"] != "true":
        raise InvalidRequest("live_off")
    return delivery == "live"


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def sleep_until(due_ms: int) -> None:
    time.sleep(max(0, due_ms - now_ms()) / 1000)


# ── Clients: one each for the life of the environment ──
@cache
def reader() -> DynamoReader:
    return DynamoReader(SignedClient(os.environ), os.environ["TABLE_NAME"])


@cache
def accounts() -> LastKnown[str, Account]:
    return LastKnown(reader().account)


@cache
def shelf() -> Shelf:
    return Shelf(reader())


@cache
def ticket_keys() -> Remembered[TicketKeys | None]:
    return Remembered(reader().ticket_keys, now_ms, ticket.KEYS_LIFE_MS)


@cache
def verifier() -> Any:
    from chatsim_auth import AuthSettings, SessionVerifier

    origins = Remembered(lambda: reader().origins(), now_ms)
    return SessionVerifier(AuthSettings.from_env(os.environ), extra_origins=origins)


# Made at init, where the processor is at its fastest, not at the first request.
reader()
