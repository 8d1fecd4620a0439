"""What a request takes at its door: the real doors, loop and store, in this process.

Processor time alone is ours to measure here; how long that is on Lambda follows from a function's memory (bench.cost).
"""

from __future__ import annotations

import asyncio
import importlib.util
import io
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, TypeVar, cast

from chatsim.store.signed_client import SignedClient
from chatsim_streaming.api import RuntimeApi
from chatsim_streaming.runtime import Handler, Runtime

from local import payload, store, template
from local.issuer import ISSUER, Issuer
from local.template import Function

ROOT = Path(__file__).resolve().parents[1]
ORIGIN = "https://chat.example.com"
T = TypeVar("T")
WARM_UP, TIMES = 10, 100
NO_HEADERS: Mapping[str, str] = {}


@dataclass(frozen=True)
class Taken:
    """By one request: ms of processor, the store's calls and units, bytes of log of our own and of answer.

    Units and bytes are the most that any took, processor time is the median.
    """

    cpu_ms: float
    calls: int
    reads: float
    writes: float
    log_bytes: int
    answer_bytes: int
    memory_mb: int


@dataclass
class Meter:
    """What DynamoDB says it took."""

    calls: int = 0
    reads: float = 0
    writes: float = 0

    def add(self, operation: str, answer: Mapping[str, Any]) -> None:
        units = answer.get("ConsumedCapacity", {}).get("CapacityUnits", 1)
        self.calls += 1
        if operation in ("GetItem", "Query"):
            self.reads += units
        else:
            self.writes += units


@dataclass
class Wire(RuntimeApi):
    """The Runtime API without its socket: one event in, the answer's bytes out."""

    event: bytes = b""
    answer: list[bytes] = field(default_factory=list)

    def next(self) -> tuple[dict[str, str], bytes]:
        headers = {
            "lambda-runtime-aws-request-id": "00000000-0000-0000-0000-000000000000",
            "lambda-runtime-deadline-ms": str(int(time.time() * 1000) + 10_000),
            "lambda-runtime-invoked-function-arn": "arn:aws:lambda:us-east-1:000000000000:function:bench",
        }
        return headers, self.event

    def respond(self, request_id: str, body: bytes) -> None:
        self.answer = [body]

    def open_stream(self, request_id: str, prelude: bytes, chunk: bytes) -> None:
        self.answer = [prelude + payload.PRELUDE_END, chunk]

    def write(self, chunk: bytes) -> None:
        self.answer.append(chunk)

    def close_stream(self) -> None:
        pass


class Doors:
    """The doors of the template over the store at `endpoint`, for one signed-in user."""

    def __init__(self, endpoint: str, folder: Path, times: int = TIMES) -> None:
        self.times = times
        plan = template.read(ROOT / "template.yaml")
        store.create_table(endpoint, plan.table)
        issuer = Issuer.load(folder)
        self._functions = {function.name: function for function in plan.functions}
        self._token, _ = issuer.token("bench", ORIGIN)
        self._meter = Meter()
        self._said = io.StringIO()
        for function in plan.functions:
            os.environ.update(function.environment)
        os.environ.update(settings(endpoint, issuer))
        _measure(self._meter)
        with redirect_stdout(self._said):
            self._handlers = {name: _handler(function) for name, function in self._functions.items()}

    def ask(
        self,
        door: str,
        method: str,
        path: str,
        body: object = None,
        *,
        warm_up: int = WARM_UP,
        times: int | None = None,
        **headers: str,
    ) -> tuple[Taken, Any]:
        """What it took, and the last answer: JSON, or the text of a stream. Raises RuntimeError for a refusal."""
        wire = Wire(event=json.dumps(event(self._token, method, path, body, headers)).encode())
        loop = Runtime(wire, self._handlers[door])
        cpu_ms, most = [], [0.0] * 5
        with redirect_stdout(self._said):
            for _ in range(warm_up + (times or self.times)):
                before, said, begun = Meter(**vars(self._meter)), self._said.tell(), time.process_time()
                loop.serve_one()
                cpu_ms.append((time.process_time() - begun) * 1000)
                spent = self._meter.calls - before.calls, self._meter.reads - before.reads
                sizes = self._meter.writes - before.writes, self._said.tell() - said, sum(map(len, wire.answer))
                most = [max(pair) for pair in zip(most, (*spent, *sizes), strict=True)]
        calls, reads, writes, log_bytes, answer_bytes = most
        taken = Taken(
            median(cpu_ms[warm_up:]),
            int(calls),
            reads,
            writes,
            int(log_bytes),
            int(answer_bytes),
            self._functions[door].memory_mb,
        )
        return taken, _content(b"".join(wire.answer))


def event(
    token: str, method: str, path: str, body: object = None, headers: Mapping[str, str] = NO_HEADERS
) -> dict[str, Any]:
    """What a door is called with when the user of `token` asks."""
    bare, _, query = path.partition("?")
    sent = {"host": "chat.example.com", "authorization": f"Bearer {token}", "accept-language": "es"}
    sent |= {"content-type": "application/json", "origin": ORIGIN} if body is not None else {}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    scope = {
        "method": method,
        "raw_path": bare.encode(),
        "query_string": query.encode(),
        "http_version": "1.1",
        "client": ("192.0.2.1", 0),
        "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
    }
    raw = b"" if body is None else json.dumps(body).encode()
    return payload.event(scope, raw, f"{method} {bare}", "bench")


def measured(work: Callable[[Doors], T], times: int = TIMES) -> T:
    """`work` with doors over a store of its own, which are asked everything so often; once in a process."""
    return asyncio.run(_measured(work, times))


async def _measured(work: Callable[[Doors], T], times: int) -> T:
    with tempfile.TemporaryDirectory() as name, (Path(name) / "lock").open("w") as lock:
        folder = Path(name)
        async with store.running(folder / "store", lock.fileno()) as database:
            return await asyncio.to_thread(lambda: work(Doors(database.endpoint, folder, times)))


def settings(endpoint: str, issuer: Issuer) -> dict[str, str]:
    """The environment of doors that trust `issuer`, over the store at `endpoint`."""
    return {
        "AWS_REGION": store.REGION,
        "AWS_DEFAULT_REGION": store.REGION,
        "AWS_ACCESS_KEY_ID": store.ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": store.ACCESS_KEY,
        "AWS_ENDPOINT_URL": endpoint,
        "CHATSIM_LOCAL": "1",
        "AUTH_ISSUER": ISSUER,
        "AUTH_PUBLIC_KEY": issuer.public_pem,
        "ALLOWED_ORIGINS": ORIGIN,
        "REQUESTS_PER_MINUTE": "1000000",
    }


def _handler(function: Function) -> Handler:
    name = f"bench_{function.name}"
    spec = importlib.util.spec_from_file_location(name, function.folder / "app.py")
    if spec is None or spec.loader is None:
        raise RuntimeError(f"{function.name} has no app.py")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return cast(Handler, module.handler)


def _measure(meter: Meter) -> None:
    """Every answer of DynamoDB tells its units."""
    call = SignedClient.call

    def metered(client: SignedClient, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        answer = call(client, operation, {**request, "ReturnConsumedCapacity": "TOTAL"})
        meter.add(operation, answer)
        return answer

    SignedClient.call = metered  # type: ignore[assignment,method-assign]


def _content(raw: bytes) -> Any:
    head, streamed, body = raw.partition(payload.PRELUDE_END)
    status = payload.prelude(head)[0] if streamed else payload.buffered_answer(raw).status
    if status != 200:
        raise RuntimeError(f"a door answered {status}: {raw[-300:]!r}")
    return body.decode() if streamed else json.loads(payload.buffered_answer(raw).body)
