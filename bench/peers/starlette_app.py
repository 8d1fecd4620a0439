"""Starlette under uvicorn: the app that one puts behind AWS's Lambda Web Adapter.

The adapter itself, a process of its own in front of this one, is left out.
`python -m bench.peers.starlette_app 3 uvloop httptools` serves the socket that it inherits as number 3.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import AsyncIterator, Iterator

import uvicorn
from chatsim.errors import ApiError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bench.peers import same_batch


async def chat_stream(request: Request) -> Response:
    horizon_s = int(request.query_params["horizon"])
    try:
        # boto3 blocks, so it has a thread; the lines themselves are made in microseconds.
        events = await run_in_threadpool(same_batch.batch, request.headers["x-ticket"], horizon_s)
    except ApiError as error:
        return JSONResponse({"error": error.code}, error.status)
    return StreamingResponse(each(events), headers={"content-type": same_batch.CONTENT_TYPE})


async def each(events: Iterator[bytes]) -> AsyncIterator[bytes]:
    for event in events:
        yield event


app = Starlette(routes=[Route("/api/chat-stream", chat_stream)])


if __name__ == "__main__":
    number, loop, http = sys.argv[1:]
    config = uvicorn.Config(app, loop=loop, http=http, access_log=False, log_level="warning")
    uvicorn.Server(config).run([socket.socket(fileno=int(number))])
