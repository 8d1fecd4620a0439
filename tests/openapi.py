"""docs/openapi.yaml, and whether an answer is one of those it promises: no field more, none less."""

import json
from functools import cache
from typing import Any

import httpx
import jsonschema_rs
import yaml

from tests import sse
from tests.conftest import ROOT

FILE = ROOT / "docs" / "openapi.yaml"
DOCUMENT: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
PATHS: dict[str, dict[str, Any]] = DOCUMENT["paths"]
COMPONENTS: dict[str, dict[str, Any]] = DOCUMENT["components"]
EVENTS = {"hello": "Hello", "message": "Line", "end": "End"}


def routes() -> set[str]:
    return {f"{method.upper()} {path}" for path, methods in PATHS.items() for method in methods}


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    """`part`, or the response it refers to."""
    kind, _, name = part.get("$ref", "").removeprefix("#/components/").partition("/")
    return COMPONENTS[kind][name] if kind == "responses" else part


def promised(method: str, path: str, status: int) -> dict[str, Any]:
    """The response that stands for it in the document; where no route is, that of its status."""
    operation = PATHS.get(path, {}).get(method.lower())
    if operation is None:
        return COMPONENTS["responses"][{404: "NotFound", 405: "MethodNotAllowed"}[status]]
    assert str(status) in operation["responses"], f"{method} {path} does not promise a {status}"
    return resolved(operation["responses"][str(status)])


def check(answer: httpx.Response) -> None:
    """Raises AssertionError for an answer of the API that is not as promised; a stream's events: `check_events`."""
    method, path = answer.request.method, answer.request.url.path
    if not path.startswith(("/api/", "/local/")) or method == "HEAD":
        return
    found = promised(method, path, answer.status_code)
    kind = answer.headers["content-type"].partition(";")[0]
    assert kind in found["content"], f"{method} {path}: {kind}"
    for name, header in found.get("headers", {}).items():
        assert name in answer.headers or not header.get("required"), f"{method} {path}: no {name}"
    if kind == "application/json":
        _fits(found["content"][kind]["schema"], answer.json(), f"{method} {path} {answer.status_code}")


def check_events(events: list[sse.Event]) -> None:
    for event in events:
        name = EVENTS.get(event.name, "Farewell")
        _fits({"$ref": f"#/components/schemas/{name}"}, event.data, f"event {event.name}")


def _fits(schema: dict[str, Any], value: Any, where: str) -> None:
    wrong = [
        f"{'/'.join(map(str, e.instance_path))}: {e.message}" for e in _validator(json.dumps(schema)).iter_errors(value)
    ]
    assert not wrong, f"{where} is not as docs/openapi.yaml says: {wrong}"


@cache
def _validator(schema: str) -> Any:
    return jsonschema_rs.validator_for(_closed({**json.loads(schema), "components": COMPONENTS}))


def _closed(part: Any) -> Any:
    """The same schema with no room for members it does not name, as it leaves readers for later ones."""
    if isinstance(part, list):
        return [_closed(item) for item in part]
    if not isinstance(part, dict):
        return part
    closed = {name: _closed(item) for name, item in part.items()}
    return (
        {"additionalProperties": False, **closed}
        if closed.get("type") == "object" and "properties" in closed
        else closed
    )
