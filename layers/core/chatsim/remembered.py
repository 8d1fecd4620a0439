"""A value of the store that hardly ever changes, asked for again after a while."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

LIFE_MS = 60_000


class Remembered(Generic[T]):
    def __init__(self, fetch: Callable[[], T], now_ms: Callable[[], int]) -> None:
        self._fetch, self._now_ms = fetch, now_ms
        self._value: T | None = None
        self._until = 0

    def __call__(self) -> T:
        """The value, at most a minute old."""
        if self._value is None or self._now_ms() >= self._until:
            self._value, self._until = self._fetch(), self._now_ms() + LIFE_MS
        return self._value
