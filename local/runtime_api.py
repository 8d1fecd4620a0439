"""The Lambda Runtime API, served by the gateway itself.

AWS's own emulator buffers answers; here a streamed one is handed on chunk by chunk. Every environment has a port of its
own, so the port a request came in on says which environment is speaking.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Protocol

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

_VERSION = "/2018-06-01/runtime"


class FunctionFailed(Exception):
    """No answer, or no end of one."""


class Invocation:
    """One event in a function's hands, and the answer on its way back.

    The parts wait in an unbounded queue: as on Lambda, a function is done when it has said everything, however slow
    its client is. `streaming` is known once the first part is there, `answered` when the answer has ended, `abandoned`
    when nobody is left to hear it.
    """

    def __init__(self, event: bytes, request_id: str | None = None) -> None:
        self.request_id = request_id or str(uuid.uuid4())
        self.event = event
        self.streaming = False
        self.answered = False
        self.abandoned = False
        self._parts: asyncio.Queue[bytes | FunctionFailed | None] = asyncio.Queue()

    def feed(self, part: bytes) -> None:
        if part:
            self._parts.put_nowait(part)

    def finish(self) -> None:
        self.answered = True
        self._parts.put_nowait(None)

    def fail(self, why: str) -> None:
        """End the answer as failed; without effect after its end."""
        self.answered = True
        self._parts.put_nowait(FunctionFailed(why))

    async def parts(self) -> AsyncIterator[bytes]:
        """The answer as it is made. Raises `FunctionFailed`."""
        while (part := await self._parts.get()) is not None:
            if isinstance(part, FunctionFailed):
                raise part
            yield part


class Environment(Protocol):
    """The side of an execution environment that the Runtime API serves."""

    arn: str
    timeout_s: float
    invocation: Invocation | None

    async def next(self) -> Invocation | None:
        """Done with the last invocation; wait for another. None: there will be none."""

    def init_failed(self, why: str) -> None: ...


def app(environment_at: Callable[[int], Environment | None]) -> Starlette:
    """The API as an ASGI app; `environment_at` finds the environment that owns a port."""

    def speaker(request: Request) -> Environment | None:
        return environment_at(request.scope["server"][1])

    def current(request: Request) -> Invocation | None:
        environment = speaker(request)
        invocation = environment.invocation if environment else None
        return invocation if invocation and invocation.request_id == request.path_params["id"] else None

    async def next_invocation(request: Request) -> Response:
        environment = speaker(request)
        invocation = await environment.next() if environment else None
        if environment is None or invocation is None:
            return JSONResponse({"errorType": "Gone", "errorMessage": "this environment has ended"}, 410)
        headers = {
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + environment.timeout_s) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": environment.arn,
            "Lambda-Runtime-Trace-Id": f"Root=1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]};Sampled=0",
        }
        return Response(invocation.event, media_type="application/json", headers=headers)

    async def response(request: Request) -> Response:
        invocation = current(request)
        if invocation is None:
            return JSONResponse({"errorType": "InvalidRequestID", "errorMessage": "not the current one"}, 400)
        if request.headers.get("lambda-runtime-function-response-mode", "").lower() == "streaming":
            invocation.streaming = True
            try:
                async for chunk in request.stream():
                    invocation.feed(chunk)
            except ClientDisconnect:
                invocation.fail("the answer was cut")
        else:
            invocation.feed(await request.body())
        invocation.finish()
        return JSONResponse({"status": "OK"}, 202)

    async def invocation_error(request: Request) -> Response:
        invocation = current(request)
        if invocation:
            invocation.fail(await _said(request))
        return JSONResponse({"status": "OK"}, 202)

    async def init_error(request: Request) -> Response:
        environment = speaker(request)
        if environment:
            environment.init_failed(await _said(request))
        return JSONResponse({"status": "OK"}, 202)

    return Starlette(
        routes=[
            Route(f"{_VERSION}/invocation/next", next_invocation, methods=["GET"]),
            Route(f"{_VERSION}/invocation/{{id}}/response", response, methods=["POST"]),
            Route(f"{_VERSION}/invocation/{{id}}/error", invocation_error, methods=["POST"]),
            Route(f"{_VERSION}/init/error", init_error, methods=["POST"]),
        ]
    )


async def _said(request: Request) -> str:
    """A reported error's type and message; its stack trace is in the function's own output."""
    raw = await request.body()
    try:
        error = json.loads(raw)
        return f"{error['errorType']}: {error['errorMessage']}"
    except (ValueError, TypeError, KeyError):
        return raw.decode(errors="replace")
