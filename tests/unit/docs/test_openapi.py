"""docs/openapi.yaml names what the code has: routes, errors, words, bounds. tests/functional holds answers to it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from chatsim import builtin, keys, live, names, pace, packs, records, stream, waves
from chatsim.errors import ApiError, InvalidName, LimitReached, MethodNotAllowed, RateLimited
from chatsim_web.door import MAX_BODY

from local.errors import BadGateway
from tests import openapi
from tests.unit.docs.test_docs import issuer_routes, template_routes

SCHEMAS = openapi.COMPONENTS["schemas"]
RESPONSES = openapi.COMPONENTS["responses"]
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, methods in openapi.PATHS.items()
    for method, operation in methods.items()
}
# What a route may answer for no fault of its own.
ALWAYS = {"429", "500", "503"}
SIGNED_IN = ALWAYS | {"401", "403"}
WITH_BODY = {"400", "413", "415"}


def parts(document: Any) -> Iterator[dict[str, Any]]:
    """Every mapping of the document, at any depth."""
    if isinstance(document, dict):
        yield document
    for part in document.values() if isinstance(document, dict) else document if isinstance(document, list) else ():
        yield from parts(part)


def errors(of: type[ApiError] = ApiError) -> Iterator[type[ApiError]]:
    for kind in of.__subclasses__():
        yield kind
        yield from errors(kind)


def codes(kind: type[ApiError]) -> tuple[str, ...]:
    return tuple(InvalidName(mode).code for mode in names.MODES) if kind is InvalidName else (kind.code,)


def test_the_routes() -> None:
    assert openapi.routes() == template_routes() - {"ANY $default"} | issuer_routes()
    assert len({operation["operationId"] for operation in OPERATIONS.values()}) == len(OPERATIONS)


def test_the_codes_of_errors_each_with_its_statuses() -> None:
    raised = {(str(kind.status), code) for kind in errors() for code in codes(kind)}
    told = {
        (status, code)
        for operation in OPERATIONS.values()
        for status, response in operation["responses"].items()
        if status >= "400"
        for code in openapi.resolved(response)["content"]["application/json"]["schema"]["properties"]["error"]["enum"]
    }
    everywhere = {(str(kind.status), kind.code) for kind in (MethodNotAllowed, BadGateway)}
    assert told | everywhere == raised
    assert set(SCHEMAS["Error"]["properties"]["error"]["enum"]) == {code for _, code in raised}


def test_the_headers_and_members_of_errors() -> None:
    for name, error in (("RateLimited", RateLimited(1)), ("MethodNotAllowed", MethodNotAllowed(("GET",)))):
        assert RESPONSES[name]["headers"].keys() == error.headers().keys()
    usual = {"success", "error", "message", "requestId"}
    assert SCHEMAS["Error"]["properties"].keys() == usual | LimitReached([], 4).extra().keys()


def test_every_route_promises_the_errors_it_can_always_have() -> None:
    for route, operation in OPERATIONS.items():
        if "/api/" in route:
            wanted = ALWAYS if operation.get("security") == [] else SIGNED_IN
            wanted = wanted | (WITH_BODY if "requestBody" in operation else set())
            assert wanted <= operation["responses"].keys(), route


def test_the_words() -> None:
    body = SCHEMAS["Press"]["properties"]
    said = {name: tuple(SCHEMAS[name]["enum"]) for name in ("Mode", "Lang", "Source", "State", "Viewers")}
    assert said == {
        "Mode": names.MODES,
        "Lang": names.LANGS,
        "Source": get_args(packs.Source),
        "State": get_args(records.State),
        "Viewers": pace.VIEWERS,
    }
    assert tuple(body["type"]["enum"]) == waves.TYPES
    assert set(SCHEMAS["Genre"]["enum"]) == set(builtin.GENRES)
    assert set(SCHEMAS["Line"]["properties"]["category"]["enum"]) == {*packs.GAME_CATEGORIES, *packs.TOPIC_CATEGORIES}
    assert SCHEMAS["Phrases"]["properties"].keys() == {*packs.GAME_CATEGORIES, *packs.TOPIC_CATEGORIES}


def test_the_events() -> None:
    farewells = set(
        re.findall(r'Farewell\(\s*"(\w+)"', "".join(Path(m.__file__).read_text("utf-8") for m in (stream, live)))
    )
    assert set(SCHEMAS["Event"]["properties"]["event"]["enum"]) == farewells | openapi.EVENTS.keys()


def test_the_bounds() -> None:
    assert (SCHEMAS["Pause"]["minimum"], SCHEMAS["Pause"]["maximum"]) == (pace.MIN_MS, pace.MAX_MS)
    assert SCHEMAS["Viewers"]["default"] == pace.DEFAULT_VIEWERS
    (horizon,) = [
        part["schema"] for part in OPERATIONS["GET /api/chat-stream"]["parameters"] if part["name"] == "horizon"
    ]
    assert horizon["maximum"] == stream.MAX_HORIZON_S
    lengths = {int(number) for number in re.findall(r"\d+", SCHEMAS["Name"]["description"].partition(",")[0])}
    assert lengths == {names.MIN_LENGTH, *names.MAX_LENGTH.values()}
    moment = SCHEMAS["Moment"]["properties"]["lines"]
    assert (moment["minItems"], moment["maxItems"]) == waves.LINES
    assert f"{MAX_BODY // 1024} KB" in openapi.DOCUMENT["info"]["description"]


def test_the_look() -> None:
    look = SCHEMAS["Look"]["properties"]
    assert list(look) == list(keys.LOOK)
    for name, rule in keys.LOOK.items():
        match rule:
            case tuple():
                assert look[name] == {"type": "string", "enum": [*rule]}
            case range():
                assert look[name] == {"type": "integer", "minimum": rule[0], "maximum": rule[-1]}
            case re.Pattern():
                assert look[name] == {"type": "string", "pattern": f"^{rule.pattern}$"}
            case _:
                assert look[name] == {"type": "boolean"}


def test_every_reference_leads_somewhere_and_nothing_is_left_over() -> None:
    referred = {part["$ref"] for part in parts(openapi.DOCUMENT) if "$ref" in part}
    named = {f"#/components/{kind}/{name}" for kind, own in openapi.COMPONENTS.items() for name in own}
    assert referred <= named
    schemes = {
        scheme for part in parts(openapi.DOCUMENT) for scheme in (s for o in part.get("security", ()) for s in o)
    }
    assert schemes == openapi.COMPONENTS["securitySchemes"].keys()
    unused = named - referred - {f"#/components/securitySchemes/{name}" for name in schemes}
    assert unused == {"#/components/responses/MethodNotAllowed"}, "which goes for every path"
