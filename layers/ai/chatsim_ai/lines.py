"""An answer's text, as it comes in pieces, into lines: `g|text`, one phrase or name each.

The marks: g gameplay, c comments (the same place in a topic's pack), r reactions, q questions, e emotes, n names, and
x for a refusal: what was named is no game, or no topic one may show.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

REFUSAL = "x"

# Models put bullets, numbers or quotes' arrows before a line however they are asked.
_LINE = re.compile(r"[\s\-*•>]*(?:\d{1,3}[.)]\s*)?([gcrqenx])\s*[|｜](.*)", re.IGNORECASE)
# gpt-oss writes these where people type the plain ones.
_TYPED = str.maketrans({"\u2010": "-", "\u2011": "-", "‘": "'", "’": "'", "“": '"', "”": '"'})


@dataclass(frozen=True)
class Line:
    mark: str
    text: str


class LineReader:
    """Feed it the pieces; the lines are the same however the text was cut. `dropped` counts what was no line."""

    def __init__(self) -> None:
        self.dropped = 0
        self._open = ""

    def feed(self, text: str) -> list[Line]:
        """The lines that this piece completes."""
        if "\n" not in text:
            self._open += text
            return []
        *complete, self._open = (self._open + text).split("\n")
        return self._parsed(complete)

    def finish(self) -> list[Line]:
        """The last line, which needs no end when the whole answer has come."""
        last, self._open = self._open, ""
        return self._parsed([last])

    def _parsed(self, rows: list[str]) -> list[Line]:
        found = []
        for row in rows:
            bare = row.strip()
            if not bare or bare.startswith("```"):
                continue
            line = _LINE.fullmatch(bare.strip("`"))
            if line:
                found.append(Line(line[1].lower(), tidy(line[2])))
            else:
                self.dropped += 1
        return found


def tidy(text: str) -> str:
    """As people type in a chat: plain spaces, quotes and hyphens, no quotes around it, no full stop at its end."""
    spaced = "".join(" " if unicodedata.category(char) == "Zs" else char for char in text.translate(_TYPED))
    line = " ".join(part for part in spaced.strip(" \t\r").split(" ") if part)
    if len(line) > 2 and line[0] == line[-1] == '"' and '"' not in line[1:-1]:
        line = line[1:-1].strip(" ")
    return line[:-1] if line.endswith(".") and not line.endswith("..") and len(line) > 1 else line
