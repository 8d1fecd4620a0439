"""The doors' own handlers in this process, over a store in memory: thousands of requests a minute."""

import importlib
import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from chatsim.shelf import Shelf
from chatsim.store.memory import MemoryStore
from chatsim_web import services
from chatsim_web.door import METHODS

from local import payload
from local.template import read
from tests.conftest import CREDENTIALS, ROOT
from tests.unit.auth import issuer

ORIGIN = "https://chat.streamers.example"
GENERATE = ("POST", "/api/generate-phrases")
STREAM = "/api/chat-stream"
_requests = itertools.count(1)


class Doors:
    """`ask` answers as the deployed origin would; `http_answer` has the request it answers."""

    def __init__(self, api: Any, generate: Any, stream: Any, store: MemoryStore) -> None:
        self.store, self.stream = store, stream
        self._api, self._generate = api, generate

    def ask(
        self, method: str, path: str, body: bytes = b"", query: dict[str, str] | None = None, **headers: str
    ) -> httpx.Response:
        event = _event(method, path, body, query or {}, headers)
        context = SimpleNamespace(
            aws_request_id=event["requestContext"]["requestId"], get_remaining_time_in_millis=_ten_s
        )
        request = httpx.Request(method, ORIGIN + path)
        if path.startswith(STREAM):
            told = self.stream.handler(event, context)
            return httpx.Response(told.status, headers=told.headers, content=b"".join(told.body), request=request)
        door = self._generate if (method, path) == GENERATE else self._api
        told = door.handler(event, context)
        given = {name: value for name, value in told.get("headers", {}).items() if value is not None}
        return httpx.Response(told["statusCode"], headers=given, content=told["body"].encode(), request=request)


def user_token(name: str) -> dict[str, str]:
    """The header of somebody signed in, for a minute."""
    return {"Authorization": f"Bearer {issuer.sign(payload=issuer.claims(sub=name, azp=ORIGIN))}"}


@contextmanager
def opened(**settings: str) -> Iterator[Doors]:
    """The doors with the template's own settings and these, and nothing kept from or for another test."""
    store = MemoryStore()
    with pytest.MonkeyPatch.context() as patch:
        for door in read(ROOT / "template.yaml").functions:
            for name, value in door.environment.items():
                patch.setenv(name, value)
        patch.delenv("AWS_LAMBDA_EXEC_WRAPPER", raising=False)
        for name, value in {
            **CREDENTIALS, "AWS_DEFAULT_REGION": "us-east-1", "TABLE_NAME": "none", "REQUESTS_PER_MINUTE": "1000000",
            "AUTH_ISSUER": issuer.ISSUER, "AUTH_PUBLIC_KEY": issuer.public_pem(), "ALLOWED_ORIGINS": ORIGIN,
            "GROQ_API_KEY": "", "CEREBRAS_API_KEY": "", "POWERTOOLS_LOG_LEVEL": "CRITICAL", **settings,
        }.items():  # fmt: skip
            patch.setenv(name, value)
        kept = [made for made in vars(services).values() if hasattr(made, "cache_clear")]
        for made in kept:
            made.cache_clear()
        shelf = Shelf(store)
        patch.setattr(services, "store", lambda: store)
        patch.setattr(services, "shelf", lambda: shelf)
        names = ("functions.api.app", "functions.generate.app", "functions.chat_stream.app")
        api, generate, stream = (_fresh(name) for name in names)
        patch.setattr(stream, "reader", lambda: store)
        try:
            yield Doors(api, generate, stream, store)
        finally:
            for made in kept:
                made.cache_clear()


def _fresh(name: str) -> Any:
    return importlib.reload(importlib.import_module(name))


def _ten_s() -> int:
    return 10_000


def _event(method: str, path: str, body: bytes, query: dict[str, str], headers: dict[str, str]) -> dict[str, Any]:
    sent = [
        (name.lower().replace("_", "-").encode(), value.encode("latin-1", "replace")) for name, value in headers.items()
    ]
    scope = {
        "method": method, "raw_path": path.encode(), "query_string": urlencode(query, errors="replace").encode(),
        "headers": [(b"host", b"chat.streamers.example"), *sent], "client": ("203.0.113.7", 443), "http_version": "1.1",
    }  # fmt: skip
    known = path in METHODS and method in METHODS[path]
    event = payload.event(scope, body, f"{method} {path}" if known else "$default", f"r{next(_requests)}")
    built: dict[str, Any] = json.loads(json.dumps(event))
    return built


Ask = Callable[..., httpx.Response]
