"""Texts for people, by reason and language: data/messages/<lang>.json. Spanish unless English is asked for."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from chatsim import data
from chatsim.errors import ApiError

DEFAULT = "es"
LANGUAGES = ("es", "en")


def language(accept: str | None) -> str:
    """The first of our languages by the weights of an Accept-Language header (RFC 9110, 12.5.4)."""
    best, best_weight = DEFAULT, 0.0
    for part in (accept or "")[:200].split(","):
        tag, _, parameters = part.partition(";")
        speech = tag.strip().partition("-")[0].lower()
        weight = _weight(parameters)
        if speech in LANGUAGES and weight > best_weight:
            best, best_weight = speech, weight
    return best


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    try:
        return float(value) if name == "q" else 1.0
    except ValueError:
        return 0.0


def text(reason: str, lang: str, **values: object) -> str:
    """A text of the catalogue; `lang` may be regional, and anything we do not speak is Spanish."""
    speech = lang.partition("-")[0]
    return _catalogue(speech if speech in LANGUAGES else DEFAULT)[reason].format(**values)


def error_body(error: ApiError, lang: str, request_id: str) -> dict[str, Any]:
    """The contract's JSON for an error: what happened and what to do, in the caller's language."""
    message = text(error.reason, lang, **error.values)
    return {"success": False, "error": error.code, "message": message, "requestId": request_id, **error.extra()}


@cache
def _catalogue(lang: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(data.read(f"messages/{lang}.json"))
    return found
