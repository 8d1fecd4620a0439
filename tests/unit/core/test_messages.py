import ast
import inspect
import json
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chatsim import data, errors, messages
from chatsim.errors import ApiError, InvalidName, InvalidRequest, LimitReached, MethodNotAllowed, RateLimited

from local.errors import BadGateway

ROOT = Path(__file__).parents[3]
CATALOGUES = {lang: json.loads(data.read(f"messages/{lang}.json")) for lang in messages.LANGUAGES}
ERRORS = {
    name: kind
    for name, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, ApiError) and kind is not ApiError
}


def reasons_in_the_sources() -> dict[str, set[str]]:
    """Every reason an error is made with, the class's own code where none is given, and the values it gets."""
    found: dict[str, set[str]] = {}
    for call in calls():
        name, values = call.func.id, {keyword.arg for keyword in call.keywords if keyword.arg}
        if name in ERRORS:
            found.setdefault(literal(call, 0) or default_reason(name), set()).update(values)
        elif name == "text" and literal(call, 0):
            found.setdefault(literal(call, 0), set()).update(values)
        elif name == "whole":  # hands the reason on to the one who raises: whole(text, "viewers")
            found.setdefault(literal(call, 1), set())
    return found


def calls() -> Iterator[Any]:
    """Every call of a plain name in our own sources."""
    for path in (path for folder in ("layers", "functions", "local") for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield node


def literal(call: ast.Call, place: int) -> str:
    """The text an argument is written as; empty where it is none."""
    argument = call.args[place] if len(call.args) > place else None
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else ""


def default_reason(name: str) -> str:
    return {"InvalidName": "invalid_game"}.get(name) or ERRORS[name].code.lower()


REASONS = reasons_in_the_sources()


def test_the_reasons_are_found():
    assert {
        "name_length",
        "cursor",
        "horizon",
        "ticket_expired",
        "no_show_to_act",
        "viewers",
        "internal",
    } <= REASONS.keys()


def test_both_catalogues_say_the_same():
    assert CATALOGUES["es"].keys() == CATALOGUES["en"].keys()
    for reason, text in CATALOGUES["es"].items():
        assert places(text) == places(CATALOGUES["en"][reason]), reason
        assert text != CATALOGUES["en"][reason]


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_every_reason_has_a_text_with_its_values(reason):
    given = REASONS[reason] | {"limit_reached": {"max"}, "rate_limited": {"seconds"}}.get(reason, set())
    assert places(CATALOGUES["es"][reason]) <= given


def test_no_text_is_left_over():
    own = {
        "invalid_topic",
        BadGateway.code.lower(),
        *(kind.code.lower() for kind in ERRORS.values() if hasattr(kind, "code")),
        "internal",
    }
    assert CATALOGUES["es"].keys() <= REASONS.keys() | own


@pytest.mark.parametrize("lang", ["es", "en"])
@pytest.mark.parametrize(
    "error",
    [
        InvalidRequest("pace_range", min=500, max=30_000),
        InvalidRequest("replace_missing", game="{max} {0} {"),
        InvalidName("game"),
        InvalidName("justchatting"),
        LimitReached(["elden ring"], 4),
        RateLimited(7, 60),
        MethodNotAllowed(("GET", "POST")),
        *(
            kind()
            for name, kind in ERRORS.items()
            if name not in {"InvalidName", "LimitReached", "RateLimited", "MethodNotAllowed"}
        ),
    ],
    ids=lambda error: error.reason if isinstance(error, ApiError) else error,
)
def test_every_error_has_a_body(error, lang):
    body = messages.error_body(error, lang, "r-1")
    assert (body["success"], body["error"], body["requestId"]) == (False, error.code, "r-1")
    assert len(body["message"]) > 10
    assert body["message"].endswith((".", "!", "?"))


def test_what_errors_add():
    assert LimitReached(["a", "b"], 2).extra() == {"limitReached": True, "currentGames": ["a", "b"]}
    assert RateLimited(7, 60).headers() == {
        "Retry-After": "7", "X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "7",
    }  # fmt: skip
    assert MethodNotAllowed(("GET", "POST")).headers() == {"Allow": "GET, POST"}


def test_the_tree_in_the_docstring_is_the_tree():
    drawn = {
        line.split()[1]: line.split()[2] for line in errors.__doc__.splitlines() if line.strip().startswith(("├", "└"))
    }
    assert drawn.keys() == ERRORS.keys() - {"NoShowToAct"}
    assert {name: str(ERRORS[name].status) for name in drawn} == drawn


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "es"),
        ("", "es"),
        ("es", "es"),
        ("en", "en"),
        ("en-GB", "en"),
        ("EN-us", "en"),
        ("fr", "es"),
        ("fr, de", "es"),
        ("fr, en;q=0.5", "en"),
        ("en, es", "en"),
        ("es, en", "es"),
        ("es;q=0.5, en;q=0.9", "en"),
        ("en;q=0.5, es;q=0.9", "es"),
        ("en;q=0", "es"),
        ("en;q=zero", "es"),
        ("en;q=", "es"),
        ("*", "es"),
        ("en ; q=0.3", "en"),
        (" en ", "en"),
        ("en;q=nan", "es"),
        (",,,;;;===", "es"),
        ("english", "es"),
        ("x" * 100_000, "es"),
        ("es-419,es;q=0.9,en;q=0.8", "es"),
    ],
)
def test_language_of_a_header(header, expected):
    assert messages.language(header) == expected


@pytest.mark.parametrize("lang", ["es", "es-MX", "fr", "", "e"])
def test_whatever_we_do_not_speak_is_spanish(lang):
    assert messages.text("no_show", lang) == CATALOGUES["es"]["no_show"]
    assert messages.text("no_show", "en-GB") == CATALOGUES["en"]["no_show"]
