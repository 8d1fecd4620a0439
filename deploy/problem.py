"""What keeps a deployment from going on, said so that its owner can mend it."""

from __future__ import annotations

from collections.abc import Iterable


class Problem(Exception):
    def __init__(self, spanish: str, english: str) -> None:
        super().__init__(f"{spanish}\n{english}")
        self.spanish, self.english = spanish, english


def together(problems: Iterable[Problem]) -> Problem:
    """All of them at once: nobody mends one thing after the other."""
    found = list(problems)
    return Problem("\n".join(each.spanish for each in found), "\n".join(each.english for each in found))
