"""The words of the pages: no text without a use, none missing, and every error says what to do next."""

import inspect
import json
import re
from pathlib import Path

import pytest
from chatsim import errors, messages
from chatsim.errors import ApiError, InvalidName, LimitReached, MethodNotAllowed, RateLimited

FRONTEND = Path(__file__).parents[3] / "frontend"
CATALOGUES = {lang: json.loads((FRONTEND / f"src/i18n/{lang}.json").read_text("utf-8")) for lang in messages.LANGUAGES}
KEYS = CATALOGUES["es"].keys()
SOURCES = "\n".join(
    file.read_text("utf-8")
    for file in [*FRONTEND.glob("*.html"), *(FRONTEND / "src").rglob("*.ts"), *(FRONTEND / "src").rglob("*.tsx")]
)
# What the page says when no answer came, or none that is the contract's.
PAGE_ERRORS = {"OFFLINE", "UNEXPECTED"}


def named() -> set[str]:
    """Keys that stand in a source as they are."""
    return set(re.findall(r"""(?:['"`]|\{\{)(\w+(?:\.[\w-]+)+)(?:['"`]|\}\})""", SOURCES))


def composed() -> set[str]:
    """Keys of a family that a source completes when it runs: `source.${source}`, or the forms of `tCount`."""
    families = re.findall(r"`(\w+\.[\w.-]*)\$\{[^}]*\}([\w.-]*)`", SOURCES)
    families += [("", end) for end in re.findall(r"`\$\{[^}]*\}(\.[\w.-]+)`", SOURCES)]
    families += [(f"{key}.", "") for key in re.findall(r"tCount\('([\w.]+)'", SOURCES)]
    return {key for key in KEYS for start, end in families if key.startswith(start) and key.endswith(end)}


def asked() -> set[str]:
    """Keys that a source surely asks for."""
    return set(re.findall(r"""(?:\bt\('|\btMaybe\('|data-t="|\{\{)([\w.-]+)""", SOURCES))


def test_every_text_is_used():
    assert not KEYS - named() - composed()


def test_every_text_that_is_asked_for_is_there():
    assert "site.close" in asked()
    assert "landing.heading" in asked()
    assert not asked() - KEYS


# ── Errors ──


def every_error() -> list[ApiError]:
    made = {
        InvalidName: [InvalidName("game"), InvalidName("justchatting")],
        LimitReached: [LimitReached(["minecraft"], 4)],
        MethodNotAllowed: [MethodNotAllowed(["GET"])],
        RateLimited: [RateLimited(2)],
    }
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, ApiError)]
    return [error for kind in kinds if kind is not ApiError for error in made.get(kind) or [kind()]]


def has_next_step(text: str) -> bool:
    """What happened is one sentence, what to do another."""
    return len(re.findall(r"\w[.!?](?= |$)", text)) >= 2


@pytest.mark.parametrize("lang", messages.LANGUAGES)
@pytest.mark.parametrize("error", every_error(), ids=lambda error: error.code)
def test_every_error_code_has_a_next_step(error, lang):
    said = messages.error_body(error, lang, "r-1")["message"]
    assert has_next_step(said), said
    texts = CATALOGUES[lang]
    assert has_next_step(texts.get(f"error.{error.code}", texts["error.UNEXPECTED"]))


@pytest.mark.parametrize("lang", messages.LANGUAGES)
def test_every_error_of_the_pages_is_one_that_happens_and_has_a_next_step(lang):
    happens = {error.code for error in every_error()} | PAGE_ERRORS
    own = {key.partition(".")[2]: text for key, text in CATALOGUES[lang].items() if key.startswith("error.")}
    assert own.keys() <= happens
    assert not [text for text in own.values() if not has_next_step(text)]
