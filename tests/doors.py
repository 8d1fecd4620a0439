"""The real doors in this process, each asked as its public route is: an event goes in, the answer comes out.

They are made anew for every environment, as Lambda does it, over whatever store the environment names, or over one in
memory, which takes thousands of requests a minute.
"""

import contextlib
import importlib.util
import io
import json
import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from chatsim.shelf import Shelf
from chatsim.store.memory import MemoryStore
from chatsim_web import services

from local import payload, template
from tests.conftest import CREDENTIALS
from tests.unit.auth import issuer

ROOT = Path(__file__).parents[1]
# Those that can be asked: a function that only a schedule starts is no door.
FUNCTIONS = [
    function for function in template.read(ROOT / "template.yaml").functions if function.routes or function.url_path
]
QUIET = {"POWERTOOLS_LOG_LEVEL": "CRITICAL"}
ORIGIN = "https://chat.streamers.example"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> str:
        """The contract's code, "" where it is no error."""
        return "" if self.status < 400 else str(self.json["error"])

    def as_http(self, method: str, path: str) -> httpx.Response:
        """As the deployed origin answers that request."""
        request = httpx.Request(method, ORIGIN + path)
        return httpx.Response(self.status, headers=self.headers, content=self.body, request=request)


class Doors:
    """All doors of the template in one environment, their `app.py` by the function's name in `modules`.

    `printed`: what they said besides their loggers, metrics for one. `remaining_ms`: what is left of a function's time.
    """

    def __init__(self, modules: Mapping[str, ModuleType]) -> None:
        self.modules = modules
        self.printed = io.StringIO()
        self._doors = {function.name: modules[function.name].handler for function in FUNCTIONS}

    def ask(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        remaining_ms: int = 10_000,
    ) -> Answer:
        """`body` goes as JSON, bytes as they are. A header may hold any text, as it may in Lambda's event."""
        route, handler = self._found(method, path)
        sent = {name.lower(): value for name, value in (headers or {}).items()}
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        if content and "content-type" not in sent:
            sent["content-type"] = "application/json"
        scope = {
            "headers": [(b"content-type", sent["content-type"].encode())] if content else [],
            "client": ("203.0.113.7", 50000),
            "raw_path": path.encode(),
            "query_string": urlencode(query or {}, errors="replace").encode(),
            "method": method,
            "http_version": "1.1",
        }
        event = payload.event(scope, content, route, "request-1")
        cookies = [part.strip(" ") for part in sent.pop("cookie", "").split(";") if part.strip(" ")]
        event["headers"] |= sent
        event |= {"cookies": cookies} if cookies else {}
        context = SimpleNamespace(
            aws_request_id="request-1",
            function_name="door",
            get_remaining_time_in_millis=lambda: remaining_ms,
        )
        with contextlib.redirect_stdout(self.printed):
            return _answer(handler(event, context))

    def _found(self, method: str, path: str) -> tuple[str, Callable[..., Any]]:
        """The route key and the door, as CloudFront and the HTTP API choose them."""
        for function in FUNCTIONS:
            if function.url_path and path.startswith(function.url_path):
                return "$default", self._doors[function.name]
        for function in FUNCTIONS:
            if (method, path) in function.routes:
                return f"{method} {path}", self._doors[function.name]
        (other,) = [function for function in FUNCTIONS if ("ANY", "$default") in function.routes]
        return "$default", self._doors[other.name]


def _answer(given: Any) -> Answer:
    """Of a function that answers whole, or of one that streams."""
    if isinstance(given, dict):
        return Answer(given["statusCode"], _lower(given.get("headers", {})), given["body"].encode())
    return Answer(given.status, _lower(given.headers), b"".join(given.body))


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


@contextlib.contextmanager
def opened(endpoint: str, table: str, **env: str) -> Iterator[Doors]:
    """The doors of a new environment on `table` at `endpoint`; `env` goes over the template's own values."""
    with pytest.MonkeyPatch.context() as patch:
        shared = {**CREDENTIALS, **QUIET, "AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL": endpoint}
        for name in ("AWS_EXECUTION_ENV", "AWS_LAMBDA_INITIALIZATION_TYPE", "CHATSIM_LOCAL"):
            patch.delenv(name, raising=False)
        for function in FUNCTIONS:
            for name, value in {**function.environment, **shared, "TABLE_NAME": table, **env}.items():
                patch.setenv(name, value)
        _forget()
        for name in ("api", "generate"):  # a logger outlives the door that made it, with its level and its output
            logging.Logger.manager.loggerDict.pop(name, None)
        modules = {function.name: _module(function) for function in FUNCTIONS}
        yield Doors(modules)
        modules["ChatStream"].reader()._client._connection.close()
        services.store()._client._connection.close()
        _forget()


@contextlib.contextmanager
def opened_in_memory(**env: str) -> Iterator[Doors]:
    """The same on a store in memory; they let in whom `user_token` names, as often as they like."""
    sign_in = {"AUTH_ISSUER": issuer.ISSUER, "AUTH_PUBLIC_KEY": issuer.public_pem(), "ALLOWED_ORIGINS": ORIGIN}
    keyless = {"GROQ_API_KEY": "", "CEREBRAS_API_KEY": "", "REQUESTS_PER_MINUTE": "1000000"}
    store = MemoryStore()
    shelf = Shelf(store)
    settings = {**sign_in, **keyless, **env}
    with opened("http://127.0.0.1:9", "none", **settings) as doors, pytest.MonkeyPatch.context() as patch:
        patch.setattr(services, "store", lambda: store)
        patch.setattr(services, "shelf", lambda: shelf)
        patch.setattr(doors.modules["ChatStream"], "reader", lambda: store)
        doors.modules["Generate"].generator.cache_clear()
        yield doors


def user_token(name: str) -> dict[str, str]:
    """The header of somebody signed in, for a minute."""
    return {"Authorization": f"Bearer {issuer.sign(payload=issuer.claims(sub=name, azp=ORIGIN))}"}


def _forget() -> None:
    for made_once in vars(services).values():
        if hasattr(made_once, "cache_clear"):
            made_once.cache_clear()


def _module(function: template.Function) -> ModuleType:
    """The door imported under a name of its own, so that no other test's is touched."""
    name = f"door_{function.name}"
    spec = importlib.util.spec_from_file_location(name, function.folder / "app.py")
    assert spec
    assert spec.loader
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
