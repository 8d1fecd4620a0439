"""A fake AI that both SDKs take for their own: `python -m local.fake_ai [--port 0] [--seconds 4] [--characters 16]`.

It streams chat completions, Groq's and Cerebras' at the services' own paths, and fails as told:

    POST   /control {"provider": "groq", "mode": "429", "retry_after": 45, "game": "Elden Ring"}
    GET    /control → {"groq": {"calls": 2, "games": {"Elden Ring": 2}}, "cerebras": …}
    DELETE /control: as at the start

`mode` is one of `MODES`. Optional: `game` keeps it to requests for that name, `seconds` is how long an answer takes,
`retry_after` goes with an error.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import socket
import struct
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from local import fake_pack

SECONDS = 4.0  # what a real answer of this length takes
_SLOW_S = 30.0
CHARACTERS = 16  # in a chunk: a few tokens, so that no line comes whole
_WHOLE = 600  # chunks, about; what is shorter, such as a refusal, is there sooner
_ENDLESS_S = 0.02  # between two chunks of what never ends

_ERRORS = {
    "401": "invalid_api_key",
    "404": "model_not_found",
    "429": "rate_limit_exceeded",
    "500": "internal_server_error",
    "503": "service_unavailable",
}
MODES = (
    "ok",
    "slow",  # ok, but it takes 30 s or as told
    *_ERRORS,
    "hang",  # never a byte
    "drip",  # a byte a second
    "reset",  # the connection is reset (TCP RST) after a few lines
    "cut",  # the connection is closed in the middle
    "cut_before_done",  # all is said, but not that it is all: to HTTP a good end
    "broken_json",  # a chunk that is none, after a few lines
    "empty",  # an answer without a word
    "thinking",  # reasons for ever and says nothing
    "refusal",
    "endless",
    "hostile",  # says what an injected instruction would have it say
)


@dataclass(frozen=True)
class _Behaviour:
    mode: str = "ok"
    seconds: float | None = None
    retry_after: float | None = None


class _Provider:
    def __init__(self) -> None:
        self.behaviour: dict[str | None, _Behaviour] = {None: _Behaviour()}
        self.games: Counter[str] = Counter()

    def called(self, game: str) -> _Behaviour:
        self.games[game] += 1
        return self.behaviour.get(game, self.behaviour[None])


class Protocol(H11Protocol):
    """uvicorn's, with the connection in the app's reach: resets and cuts happen below HTTP."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


def environment(url: str) -> dict[str, str]:
    """What makes the doors talk to the fake at `url`."""
    return {
        "GROQ_API_KEY": "fake",  # pragma: allowlist secret - says so
        "GROQ_BASE_URL": url,
        "CEREBRAS_API_KEY": "fake",  # pragma: allowlist secret - likewise
        "CEREBRAS_BASE_URL": url,
    }


def app(seconds: float = SECONDS, characters: int = CHARACTERS) -> Starlette:
    """The fake, whose answers take `seconds` and come in chunks of `characters`. It must be served with `Protocol`."""
    providers = {"groq": _Provider(), "cerebras": _Provider()}

    def completions(provider: _Provider) -> Any:
        async def complete(request: Request) -> Response:
            asked = await request.json()
            behaviour = provider.called(fake_pack.name_in(asked["messages"]))
            if behaviour.mode in _ERRORS:
                return _error(behaviour, request.headers.get("authorization", ""))
            if behaviour.mode == "hang":
                await _gone(request)
            pace_s = behaviour.seconds if behaviour.seconds is not None else seconds
            if behaviour.mode == "slow":
                pace_s = behaviour.seconds or _SLOW_S
            text = _text(asked["messages"], behaviour.mode)
            pieces = [text[at : at + characters] for at in range(0, len(text), characters)]
            said = _stream(request, asked["model"], behaviour.mode, pieces, pace_s)
            return StreamingResponse(said, media_type="text/event-stream")

        return complete

    async def counts(_: Request) -> Response:
        return JSONResponse(
            {name: {"calls": own.games.total(), "games": dict(own.games)} for name, own in providers.items()}
        )

    async def behave(request: Request) -> Response:
        told = await request.json()
        provider, game, mode = providers.get(told.pop("provider", None)), told.pop("game", None), told.get("mode")
        if provider is None or mode not in MODES or not told.keys() <= {"mode", "seconds", "retry_after"}:
            return JSONResponse({"error": f"provider: {', '.join(providers)}; mode: {', '.join(MODES)}"}, 400)
        provider.behaviour[game] = _Behaviour(**told)
        return await counts(request)

    async def start_over(request: Request) -> Response:
        for provider in providers.values():
            provider.__init__()  # type: ignore[misc]
        return await counts(request)

    return Starlette(
        routes=[
            Route("/openai/v1/chat/completions", completions(providers["groq"]), methods=["POST"]),
            Route("/v1/chat/completions", completions(providers["cerebras"]), methods=["POST"]),
            Route("/control", counts, methods=["GET"]),
            Route("/control", behave, methods=["POST"]),
            Route("/control", start_over, methods=["DELETE"]),
        ]
    )


def _error(behaviour: _Behaviour, key: str) -> Response:
    """It quotes the key, as real ones do: whoever logs what a provider says logs that."""
    code = _ERRORS[behaviour.mode]
    headers = {} if behaviour.retry_after is None else {"Retry-After": f"{behaviour.retry_after:g}"}
    body = {"error": {"message": f"The fake AI was told to say {code} to {key}.", "type": code, "code": code}}
    return JSONResponse(body, int(behaviour.mode), headers)


async def _stream(request: Request, model: str, mode: str, pieces: list[str], seconds: float) -> AsyncIterator[bytes]:
    """The body of an answer, paced so that it takes `seconds`, with whatever `mode` does to it."""
    chunk = _Chunks(model)
    for byte in chunk.delta(content="".join(pieces)) if mode == "drip" else b"":
        yield bytes([byte])
        await asyncio.sleep(1)
    yield chunk.delta(role="assistant", content="")
    yield chunk.delta(reasoning="The user wants lines of chat. ")
    while mode == "thinking":
        await asyncio.sleep(_ENDLESS_S)
        yield chunk.delta(reasoning="Let me think about it once more. ")
    ends_at = {"reset": 10, "broken_json": 10, "cut": len(pieces) // 2}.get(mode, len(pieces))
    a_piece_s = seconds / max(len(pieces), _WHOLE)
    started_s = time.monotonic()
    for number, piece in enumerate(pieces[:ends_at], 1):
        await asyncio.sleep(started_s + a_piece_s * number - time.monotonic())
        yield chunk.delta(content=piece)
    while mode == "endless":
        await asyncio.sleep(_ENDLESS_S)
        yield chunk.delta(content=f"r|gg {time.monotonic_ns()}\n")
    if mode in {"reset", "cut"}:
        await _hang_up(request, reset=mode == "reset")
    if mode == "cut_before_done":
        return
    if mode == "broken_json":
        yield b'data: {"id":"chatcmpl-fake","choices":[{"delta":{"con\n\n'
    yield chunk.last(len(pieces))
    yield b"data: [DONE]\n\n"


def _text(messages: list[dict[str, str]], mode: str) -> str:
    lines = {"refusal": lambda _: fake_pack.refusal(), "empty": lambda _: [], "hostile": fake_pack.hostile}
    return "".join(f"{line}\n" for line in lines.get(mode, fake_pack.answer)(messages))


class _Chunks:
    """The events of one answer."""

    def __init__(self, model: str) -> None:
        # Without its fingerprint Cerebras' SDK takes a chunk for something else and leaves it half read.
        kind = {"object": "chat.completion.chunk", "system_fingerprint": "fp_fake"}
        self._head = {"id": "chatcmpl-fake", "created": int(time.time()), "model": model, **kind}

    def delta(self, **said: str) -> bytes:
        return self._event({"choices": [{"index": 0, "delta": said, "finish_reason": None}]})

    def last(self, tokens: int) -> bytes:
        """Why it ends and what it cost; each vendor counts in a place of its own."""
        usage = {"prompt_tokens": 400, "completion_tokens": tokens, "total_tokens": 400 + tokens}
        choice = {"index": 0, "delta": {}, "finish_reason": "stop"}
        return self._event({"choices": [choice], "usage": usage, "x_groq": {"id": "req_fake", "usage": usage}})

    def _event(self, own: dict[str, Any]) -> bytes:
        return b"data: " + json.dumps({**self._head, **own}).encode() + b"\n\n"


async def _gone(request: Request) -> None:
    """Wait until the client has gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _hang_up(request: Request, *, reset: bool) -> None:
    """Close the connection as if its end were not due; never returns, as the end of the answer is not to be sent."""
    transport: asyncio.Transport = request.state.transport
    if reset:
        # A socket that lingers for no time leaves with RST in place of FIN.
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    transport.close()
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.fake_ai", description="An AI that is none.")
    parser.add_argument("--port", type=int, default=0, help="0 for any free one (the default)")
    parser.add_argument("--seconds", type=float, default=SECONDS, help=f"what an answer takes (default: {SECONDS:g})")
    parser.add_argument("--characters", type=int, default=CHARACTERS, help=f"in a chunk (default: {CHARACTERS})")
    given = parser.parse_args()
    with socket.create_server(("127.0.0.1", given.port)) as listening:
        print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
        fake = app(given.seconds, given.characters)
        config = uvicorn.Config(fake, http=Protocol, ws="none", lifespan="off", log_level="critical")
        config.timeout_graceful_shutdown = 0  # who hangs would hang on
        with contextlib.suppress(KeyboardInterrupt):
            uvicorn.Server(config).run([listening])


if __name__ == "__main__":
    main()
