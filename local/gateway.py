"""One origin for everything, as CloudFront is in AWS: the API's functions, the built site, and the local sign-in."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Iterable
from pathlib import Path

from chatsim.errors import Forbidden, NotFound, PayloadTooLarge, RateLimited
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from local import payload
from local.errors import BadGateway, answer
from local.issuer import Issuer
from local.runtime_api import FunctionFailed, Invocation
from local.site import Site
from local.workers import Busy, Pool

MAX_BODY = 6_000_000  # bytes; Lambda takes no larger event


class Routes:
    """Which function answers a request: function URLs by the start of the path, as CloudFront's patterns do; then the
    HTTP API's routes; then its $default."""

    def __init__(self, pools: Iterable[Pool]) -> None:
        self._urls: dict[str, Pool] = {}
        self._routes: dict[tuple[str, str], Pool] = {}
        for pool in pools:
            if pool.function.url_path:
                self._urls[pool.function.url_path] = pool
            for method, path in pool.function.routes:
                self._routes[method, path] = pool

    def find(self, method: str, path: str) -> tuple[Pool, str] | None:
        """The function's pool and the route key its event names."""
        for start, pool in self._urls.items():
            if path.startswith(start):
                return pool, "$default"
        for verb, route in ((method, path), ("ANY", path), ("ANY", "$default")):
            if found := self._routes.get((verb, route)):
                return found, route if route == "$default" else f"{verb} {route}"
        return None


class Gateway:
    """The ASGI app on the stack's public `port`."""

    def __init__(self, port: int, pools: Iterable[Pool], issuer: Issuer, site: Path) -> None:
        self._hosts = hosts(port)
        self._routes = Routes(pools)
        self._issuer = issuer.app()
        self._site = Site(site)
        self._config = JSONResponse({"auth": "local"}, headers={"Cache-Control": "no-cache"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        # A page whose domain was pointed at this machine (DNS rebinding) still sends its own name as the host.
        if Headers(scope=scope).get("host") not in self._hosts:
            await answer(Forbidden("local_host"), Headers(scope=scope))(scope, receive, send)
        elif path.startswith("/api/"):
            await self._call(scope, receive, send)
        elif path.startswith("/local/"):
            await self._issuer(scope, receive, send)
        elif path == "/config.json":
            await self._config(scope, receive, send)
        else:
            await self._site(scope, receive, send)

    async def _call(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have a function answer.

        A client that leaves does not stop its function, as on Lambda: a door that counted on being told would hold an
        execution there. What it still says is read and dropped; when all are busy, one that streams to nobody ends.
        """
        headers = Headers(scope=scope)
        found = self._routes.find(scope["method"], scope["path"])
        if found is None:
            return await answer(NotFound(), headers)(scope, receive, send)
        pool, route_key = found
        body = await _body(receive)
        if body is None:
            return await answer(PayloadTooLarge(), headers)(scope, receive, send)
        request_id = str(uuid.uuid4())
        event = json.dumps(payload.event(scope, body, route_key, request_id)).encode()
        try:
            invocation = pool.invoke(event, request_id)
        except Busy:
            return await answer(RateLimited(retry_after_s=1), headers)(scope, receive, send)
        sender = _Sender(send)
        watching = asyncio.create_task(_watch(receive, invocation))
        try:
            await _relay(invocation, sender)
        except (FunctionFailed, payload.BadAnswer) as exc:
            if isinstance(exc, payload.BadAnswer):
                pool.say(f"request {request_id}: {exc}")  # a failure was said by the function itself or its pool
            if not sender.started:
                await answer(BadGateway(), headers)(scope, receive, send)
            # Else the answer is left without its end: the server cuts the connection, and the client knows.
        finally:
            watching.cancel()
        return None


def hosts(port: int) -> frozenset[str]:
    """The values of Host that mean this machine."""
    return frozenset(f"{name}:{port}" for name in ("localhost", "127.0.0.1", "[::1]"))


class _Sender:
    """An answer being sent; `started` once its status is out."""

    def __init__(self, send: Send) -> None:
        self.started = False
        self._send = send

    async def start(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        self.started = True
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def body(self, part: bytes, more: bool) -> None:
        await self._send({"type": "http.response.body", "body": part, "more_body": more})


async def _relay(invocation: Invocation, sender: _Sender) -> None:
    """Send a function's answer on: each chunk as it comes when it streams, else whole."""
    begun = b""
    async for part in invocation.parts():
        if sender.started:
            await sender.body(part, more=True)
            continue
        begun += part
        if invocation.streaming and payload.PRELUDE_END in begun:
            prelude, _, first = begun.partition(payload.PRELUDE_END)
            await sender.start(*payload.prelude(prelude))
            await sender.body(first, more=True)
    if sender.started:
        await sender.body(b"", more=False)
    elif invocation.streaming:
        raise payload.BadAnswer("a stream that ended within its prelude")
    else:
        whole = payload.buffered_answer(begun)
        await sender.start(whole.status, whole.headers)
        await sender.body(whole.body, more=False)


async def _watch(receive: Receive, invocation: Invocation) -> None:
    """Note when the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
    invocation.abandoned = True


async def _body(receive: Receive) -> bytes | None:
    """The request's body, None when it is too large for an event, or cut: then nobody reads the answer."""
    parts: list[bytes] = []
    size = 0
    more = True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        more = message.get("more_body", False)
        if size > MAX_BODY or message["type"] == "http.disconnect":
            return None
    return b"".join(parts)
