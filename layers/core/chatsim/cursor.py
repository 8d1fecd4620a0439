"""Where a reader of a show is: `<show>.<k>.<due>.<wave>.<i>`, all of it in the open.

k is the last base line sent (first_k - 1 before any), due its due time in epoch ms; waves before `wave` are sent whole
and of `wave` the first `i` lines. A cursor needs no signature: it only says where its own reader is, and k and due must
agree by the show's own rule.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from chatsim.errors import InvalidRequest

_FORM = re.compile(r"([0-9a-z-]{1,64})\.(-1|\d{1,9})\.(\d{1,14})\.(\d{1,6})\.(\d{1,3})", re.ASCII)


class Cursor(NamedTuple):
    show: str
    k: int
    due: int
    wave: int = 0
    i: int = 0

    def __str__(self) -> str:
        return f"{self.show}.{self.k}.{self.due}.{self.wave}.{self.i}"

    def after_line(self, due: int) -> Cursor:
        """The place after the next base line, which is due then."""
        return Cursor(self.show, self.k + 1, due, self.wave, self.i)

    def in_wave(self, wave: int, i: int) -> Cursor:
        """The place after the first `i` lines of a moment."""
        return Cursor(self.show, self.k, self.due, wave, i)


def parse(text: object) -> Cursor:
    """Raises InvalidRequest when the text has not the form of a cursor."""
    found = _FORM.fullmatch(text) if isinstance(text, str) else None
    if not found:
        raise InvalidRequest("cursor")
    show, *numbers = found.groups()
    return Cursor(show, *map(int, numbers))
