"""The owner's own settings of the AI, keys among them, for the functions that are to have them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from local.template import Function

_OURS = ("GROQ_", "CEREBRAS_", "AI_")
# Where keys are kept on AWS, which a laptop has nothing to do with.
_PATH = "AI_KEYS"


def read(environment: Mapping[str, str], file: Path) -> dict[str, str]:
    """What `environment` and, where it says nothing, the .env `file` set about the AI."""
    written = dict(_lines(file)) if file.is_file() else {}
    told = written | dict(environment)
    return {name: value for name, value in told.items() if concerns(name) and name != _PATH and value}


def concerns(name: str) -> bool:
    """Whether a variable is about the AI."""
    return name.startswith(_OURS)


def meant_for(function: Function, settings: Mapping[str, str]) -> dict[str, str]:
    """`settings` for a function whose template says where its keys are kept, none for any other."""
    return dict(settings) if _PATH in function.environment else {}


def _lines(file: Path) -> Iterator[tuple[str, str]]:
    for line in file.read_text("utf-8-sig").splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and not name.startswith("#"):
            yield name.strip(), _plain(value.strip())


def _plain(value: str) -> str:
    """Without its quotes, or without a comment after it."""
    if value[:1] in ("'", '"') and (end := value.find(value[0], 1)) > 0:
        return value[1:end]
    return value.partition(" #")[0].rstrip()
