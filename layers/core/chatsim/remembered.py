"""What was read of the store before: asked for again after a while, or told again while the store is in trouble."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from chatsim.errors import Unavailable

K = TypeVar("K")
T = TypeVar("T")

LIFE_MS = 60_000
KEPT = 64


class Remembered(Generic[T]):
    """A value that hardly ever changes."""

    def __init__(self, fetch: Callable[[], T], now_ms: Callable[[], int]) -> None:
        self._fetch, self._now_ms = fetch, now_ms
        self._value: T | None = None
        self._until = 0

    def __call__(self) -> T:
        """The value, at most a minute old; an older one is better than none, and is asked for a minute later."""
        if self._value is None or self._now_ms() >= self._until:
            try:
                self._value = self._fetch()
            except Exception:  # whatever the store's client raises
                if self._value is None:
                    raise
            self._until = self._now_ms() + LIFE_MS
        return self._value


class LastKnown(Generic[K, T]):
    """Values that change, read each time; the last one known while the store does not answer."""

    def __init__(self, fetch: Callable[[K], T]) -> None:
        self._fetch = fetch
        self._kept: dict[K, T] = {}

    def __call__(self, key: K) -> T:
        """Raises Unavailable where nothing is known."""
        try:
            value = self._fetch(key)
        except Unavailable:
            if key not in self._kept:
                raise
            return self._kept[key]
        self._kept.pop(key, None)  # so that the oldest stands first
        self._kept[key] = value
        if len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        return value
