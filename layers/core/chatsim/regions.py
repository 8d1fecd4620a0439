"""Regional Spanish: a word map over `es`, whole words, their case kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from chatsim import data
from chatsim.names import Lang


@cache
def speaker_of(lang: Lang) -> Callable[[str], str]:
    """Says a phrase of `lang`'s language as in its region; one without a map is left as it is."""
    try:
        text = data.read(f"regions/{lang}.txt")
    except FileNotFoundError:
        return str
    pairs = dict(line.split(" = ") for line in data.sections(text)[1]["words"])
    words = re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, pairs), key=lambda w: (-len(w), w)))})\b", re.IGNORECASE)

    def cased(found: re.Match[str]) -> str:
        said, word = found[0], pairs[found[0].lower()]
        if said.isupper() and len(said) > 1:
            return word.upper()
        return word[0].upper() + word[1:] if said[0].isupper() else word

    return lambda text: words.sub(cased, text)
