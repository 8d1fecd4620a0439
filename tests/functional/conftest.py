"""The whole local stack, once for all functional tests, with a clock the tests can move."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, cycle
from pathlib import Path
from typing import Any

import httpx
import pytest

from local import launch
from tests import openapi, sse
from tests.secrets import AS_DEPLOYED, Secrets

ROOT = Path(__file__).parents[2]
_users = count(1)


class Clock:
    """How many seconds the stack's time of day is off; it follows within milliseconds."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._offset = 0.0
        self.set(0)

    def set(self, offset_s: float) -> None:
        self._offset = offset_s
        pending = self._file.with_suffix(".new")
        pending.write_text(str(offset_s))
        pending.replace(self._file)
        time.sleep(0.06)

    def forward(self, seconds: float) -> None:
        self.set(self._offset + seconds)

    def now_ms(self) -> int:
        return int((time.time() + self._offset) * 1000)


@dataclass
class User:
    """A signed-in person at the stack's public door."""

    url: str
    name: str
    http: httpx.Client
    token: str = ""

    def sign_in(self) -> "User":
        answer = self.http.post(f"{self.url}/local/sign-in", json={"name": self.name})
        self.token = answer.json()["token"]
        self.http.cookies.clear()
        return self

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        sent = {"Authorization": f"Bearer {self.token}", **headers}
        return self.http.request(method, self.url + path, json=body, headers=sent)

    def play(self, game: str = "Elden Ring", **wish: Any) -> dict[str, Any]:
        answer = self.ask("POST", "/api/chat-ticket", {"gameName": game, **wish})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def read(self, ticket: str, **query: Any) -> list[sse.Event]:
        """One batch, whole."""
        answer = self.http.get(f"{self.url}/api/chat-stream", params=query, headers={"X-Ticket": ticket})
        assert answer.status_code == 200, answer.text
        events = sse.parse(answer.content)
        openapi.check_events(events)
        return events


@pytest.fixture(scope="session")
def secrets() -> Secrets:
    """Those of every request the tests send, and of every answer."""
    return Secrets()


@pytest.fixture(scope="session")
def _stack(tmp_path_factory: pytest.TempPathFactory, secrets: Secrets) -> Iterator[tuple[str, Clock]]:
    """It says what it says when it is deployed, and when all tests are done none of their secrets is in that."""
    folder = tmp_path_factory.mktemp("stack")
    clock = Clock(folder / "clock")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FAKE_CLOCK", str(folder / "clock"))
        patch.setenv("PYTHONPATH", f"{ROOT / 'tests' / 'clock'}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
        for name, value in AS_DEPLOYED.items():
            patch.setenv(name, value)
        with launch.running(folder / "data", errors=folder / "errors") as running:
            yield running.url, clock
    assert secrets.known, "the tests were heard"
    assert secrets.in_text((folder / "errors").read_text()) == []


@pytest.fixture
def stack_data(_stack: tuple[str, Clock], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The stack's data folder, with the local issuer's key."""
    return next(tmp_path_factory.getbasetemp().glob("stack*")) / "data"


@pytest.fixture
def url(_stack: tuple[str, Clock]) -> str:
    return _stack[0]


@pytest.fixture
def clock(_stack: tuple[str, Clock]) -> Iterator[Clock]:
    yield _stack[1]
    _stack[1].set(0)


@pytest.fixture(scope="session")
def http(secrets: Secrets) -> Iterator[httpx.Client]:
    """Takes no answer but those that docs/openapi.yaml promises, and comes from many addresses: how often strangers may
    ask from one is a test of its own."""
    addresses = cycle(f"198.51.100.{n}:40000" for n in range(1, 255))

    def from_the_next(request: httpx.Request) -> None:
        request.headers["CloudFront-Viewer-Address"] = next(addresses)

    def heard(answer: httpx.Response) -> None:
        if not answer.headers.get("content-type", "").startswith("text/event-stream"):
            answer.read()
        openapi.check(answer)
        secrets.hear(answer)

    hooks: dict[str, Any] = {"request": [from_the_next], "response": [heard]}
    with httpx.Client(timeout=10, follow_redirects=False, event_hooks=hooks) as client:
        yield client


@pytest.fixture
def user(url: str, http: httpx.Client) -> User:
    """Somebody new to the place."""
    return User(url, f"user{next(_users)}", http).sign_in()


@pytest.fixture
def other(url: str, http: httpx.Client) -> User:
    return User(url, f"user{next(_users)}", http).sign_in()
