"""The doors of the product and the pages that ask them, in processes of their own, on a clock that both are told."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import time_machine

from local import payload, template
from local.gateway import Routes
from local.issuer import ISSUER, Issuer
from tests.conftest import CREDENTIALS, ROOT

ORIGIN = "https://chat.example"
START_MS = 1_800_000_000_000
PLAN = template.read(ROOT / "template.yaml")
ROUTES: Any = Routes(SimpleNamespace(function=function) for function in PLAN.functions)  # type: ignore[misc]


@dataclass(frozen=True)
class Asked:
    """One invocation of a door: what it answered, and what that cost of the store."""

    status: int
    headers: dict[str, str]
    body: str
    reads: int
    read_units: float
    writes: int


class Doors:
    """All doors in one environment each. `issuer` signs whoever is to be signed in."""

    def __init__(self, process: "subprocess.Popen[str]", issuer: Issuer) -> None:
        assert process.stdin
        assert process.stdout
        self._in, self._out, self._issuer = process.stdin, process.stdout, issuer

    def ask(self, now_ms: int, method: str, path: str, headers: dict[str, str] | None = None, body: str = "") -> Asked:
        """Through the form of an event that the gateway makes of a request."""
        address, _, query = path.partition("?")
        pool, route = ROUTES.find(method, address)
        sent = {"host": "chat.example", "accept-language": "es", **(headers or {})}
        scope = {
            "headers": [(name.lower().encode(), value.encode()) for name, value in sent.items()],
            "client": ("192.0.2.1", 1),
            "raw_path": address.encode(),
            "query_string": query.encode(),
            "method": method,
            "http_version": "1.1",
        }
        event = payload.event(scope, body.encode(), route, "r")
        print(json.dumps([pool.function.name, event, now_ms]), file=self._in, flush=True)
        return Asked(**json.loads(self._out.readline()))

    def token(self, user: str, now_ms: int) -> str:
        return token(self._issuer, user, now_ms)


def token(issuer: Issuer, user: str, now_ms: int) -> str:
    with time_machine.travel(now_ms / 1000, tick=False):
        return issuer.token(user, ORIGIN)[0]


@contextlib.contextmanager
def opened(dynalite: str, table: str, issuer: Issuer) -> Iterator[Doors]:
    settings = {name: value for function in PLAN.functions for name, value in function.environment.items()}
    settings |= {
        **CREDENTIALS,
        "AWS_DEFAULT_REGION": CREDENTIALS["AWS_REGION"],
        "AWS_ENDPOINT_URL": dynalite,
        "TABLE_NAME": table,
        "AUTH_ISSUER": ISSUER,
        "AUTH_PUBLIC_KEY": issuer.public_pem,
        "ALLOWED_ORIGINS": ORIGIN,
        "CHATSIM_LOCAL": "1",
        "POWERTOOLS_LOG_LEVEL": "CRITICAL",
        "POWERTOOLS_METRICS_DISABLED": "true",
        "NO_PROXY": "127.0.0.1",
    }
    command = [sys.executable, "-m", "tests.faults.door_program"]
    with _lines(command, os.environ | settings) as process:
        yield Doors(process, issuer)


def simulate(doors: Doors, user: str, *scenario: str) -> tuple[dict[str, list[Asked]], Any]:
    """frontend/tests/simulated.ts before the doors: what each page asked since it said so, and what came of it."""
    asked: dict[str, list[Asked]] = {"dashboard": [], "overlay": []}
    with _lines(["node", str(ROOT / "frontend/tests/simulated.mjs"), *scenario], os.environ) as pages:
        assert pages.stdin
        assert pages.stdout
        for line in pages.stdout:
            told = json.loads(line)
            if "result" in told:
                return asked, told["result"]
            if "begins" in told:
                asked = {page: [] for page in asked}
                continue
            now_ms = START_MS + int(told["at"])
            headers = {name.lower(): value for name, value in told["headers"].items()}
            if "authorization" in headers:
                headers["authorization"] = f"Bearer {doors.token(user, now_ms)}"
            answer = doors.ask(now_ms, told["method"], told["path"], headers, told["body"])
            asked[told["page"]].append(answer)
            heard = {"status": answer.status, "headers": answer.headers, "body": answer.body}
            print(json.dumps(heard), file=pages.stdin, flush=True)
    raise AssertionError("the pages ended before they were done")


@contextlib.contextmanager
def _lines(command: list[str], env: Any) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        command, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        assert process.stdin
        process.stdin.close()
        process.wait(timeout=5)
