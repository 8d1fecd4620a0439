"""No secret is ever in a log: through every door, on every path of error, with all they say at the deployed level.

tests/functional/conftest.py asks the same of whatever its tests send, once they are done.
"""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from chatsim_web import services

from local import launch
from local.launch import FakeAi
from tests import doors
from tests.figures import Figure
from tests.secrets import AS_DEPLOYED, Secrets
from tests.unit.docs.test_openapi import OPERATIONS

GOOD = {"gameName": "Elden Ring", "type": "laugh", "id": "a", "test": True, "name": "canary"}
AI_KEYS = {"GROQ_API_KEY": "gsk_" + "groqcanary" * 5, "CEREBRAS_API_KEY": "csk-" + "cerebrascanary" * 4}
PLACES = ("Authorization", "X-Auth-Token", "X-Ticket", "X-Stream-Key", "Cookie")
BODIES: tuple[Any, ...] = (GOOD, {}, [], "CANARY")


class CanaryAi(FakeAi):
    """Providers with keys one can look for; what refuses a key says it back, as real ones do."""

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | AI_KEYS


@pytest.fixture(scope="module")
def ai() -> Iterator[FakeAi]:
    with launch.fake_ai(seconds=0.1) as started:
        yield CanaryAi(started.url, started.http)


class Stack:
    """The local stack, all it says in `log`, and what it was told in confidence."""

    def __init__(self, running: launch.Running, log: Path, http: httpx.Client) -> None:
        self.log, self.url, self._pid, self._http = log, running.url, running.process.pid, http
        self.secrets = Secrets((*AI_KEYS.values(), *(log.parent / "data" / "issuer.pem").read_text().split("\n")[1:-2]))
        self.asked = 0
        # A secret is one wherever it is put.
        signed_in = self._http.post(f"{self.url}/local/sign-in", json={"name": "canary"})
        self.secrets.hear(signed_in)
        self.good = signed_in.json()["token"]
        self.bad = "eyJhbGciOiJSUzI1NiJ9." + "badcanary" * 9 + "." + self.good.rpartition(".")[2]
        self.secrets.known |= {self.bad}

    def ask(self, route: str, body: Any = None, query: dict[str, str] | None = None, **headers: str) -> int:
        method, path = route.split()
        answer = self._http.request(method, self.url + path, json=body, params=query, headers=headers)
        self._http.cookies.clear()
        self.secrets.hear(answer)
        self.asked += 1
        return answer.status_code

    def everything(self, bodies: tuple[Any, ...] = BODIES, places: tuple[str, ...] = PLACES) -> set[int]:
        """Every route with a good and a bad token in every place that takes a secret; the statuses."""
        wishes = []
        for route in (*OPERATIONS, "PATCH /api/chat-ticket", f"GET /api/{self.bad}", f"GET /dashboard/{self.bad}"):
            for token in (self.good, self.bad):
                for name in places:
                    value = {"Authorization": f"Bearer {token}", "Cookie": f"__session={token}"}.get(name, token)
                    wishes.append((route, bodies[len(wishes) % len(bodies)], None, {name: value}))
                wishes.append((route, None, {"ticket": token, "last": token, "game": "Doom", "horizon": token}, {}))
        with ThreadPoolExecutor(6) as pool:
            return set(pool.map(lambda wish: self.ask(*wish[:3], **wish[3]), wishes))

    def store(self, number: signal.Signals) -> None:
        """Stop the store as it is, or let it go on."""
        told = subprocess.run(["pgrep", "-P", str(self._pid), "-f", "dynalite"], capture_output=True, text=True)
        os.kill(int(told.stdout), number)


@pytest.fixture(scope="module")
def stack(ai: FakeAi, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    log = tmp_path_factory.mktemp("canaries") / "log"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in AS_DEPLOYED.items():
            patch.setenv(name, value)
        with launch.running(log.parent / "data", errors=log, ai=ai) as running, httpx.Client(timeout=20) as http:
            yield Stack(running, log, http)


@pytest.mark.soak
@pytest.mark.timeout(120)
def test_no_door_says_a_secret_whatever_goes_wrong(stack: Stack, ai: FakeAi, figure: Figure) -> None:
    statuses = stack.everything()
    for provider, mode in (("groq", "401"), ("cerebras", "404"), ("groq", "500"), ("cerebras", "broken_json")):
        ai.behave(provider, mode)
        wish = {"gameName": f"Partida {mode}"}
        statuses.add(stack.ask("POST /api/generate-phrases", wish, Authorization=f"Bearer {stack.good}"))
    too_often = (stack.ask("GET /api/stream-key", Authorization=f"Bearer {stack.good}") for _ in range(130))
    statuses.add(next(status for status in too_often if status == 429))  # 60 a minute, and a minute may end between
    with socket.create_connection(("127.0.0.1", httpx.URL(stack.url).port)) as raw:
        raw.sendall(f"GET {stack.bad}\r\nX-Ticket {stack.bad}\r\n\r\n".encode())
        raw.recv(1000)
    stack.store(signal.SIGSTOP)
    try:
        statuses |= stack.everything((GOOD,), ("Authorization", "X-Ticket"))
    finally:
        stack.store(signal.SIGCONT)
    said = stack.log.read_text()
    assert statuses >= {200, 400, 401, 404, 405, 429, 503}, "every path of error was taken"
    assert "store unavailable" in said
    assert '"message":"request"' in said, "at the deployed level"
    assert stack.secrets.in_text(said) == []
    lines = len(said.splitlines())
    figure(17, "secrets in logs", f"0 of {len(stack.secrets.known)} in {lines} lines about {stack.asked} requests")


def test_a_fault_of_ours_tells_where_it_was_and_not_what_it_said(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, figure: Figure
) -> None:
    """Whatever an error quotes may be anybody's."""
    user = doors.user_token("canary")
    secrets = Secrets([user["Authorization"].removeprefix("Bearer ")])

    def fail(*_: Any, **__: Any) -> Any:
        raise RuntimeError(f"no such user: {user}") from KeyError(user["Authorization"])

    asked = [route.split() for route in OPERATIONS if "/api/" in route]
    with doors.opened_in_memory(POWERTOOLS_LOG_LEVEL="INFO") as opened:
        monkeypatch.setattr(services.verifier(), "verify", fail)
        monkeypatch.setattr(opened.modules["ChatStream"].verifier(), "verify", fail)
        query = {"game": "Doom"}
        statuses = [opened.ask(*route, headers=user, query=query, body={}).status for route in asked]
    said = "".join(capfd.readouterr()) + opened.printed.getvalue()
    assert sorted(statuses) == [200] + [500] * (len(asked) - 1), "health needs nobody"
    assert said.count("RuntimeError") >= len(asked) - 1
    assert said.count("test_secrets.py") >= len(asked) - 1, "where it was"
    assert secrets.in_text(said) == []
    figure(17, "secrets in the logs of faults of ours", f"0 in {len(asked) - 1} doors' answers")
