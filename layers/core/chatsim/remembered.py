"""What was read of the store before: asked for again after a while, or told again while the store is in trouble."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from chatsim.errors import Unavailable

K = TypeVar("K")
T = TypeVar("T")

LIFE_MS = 60_000
# Whoever has reason to believe that it has changed makes it be read no more often than this.
ANEW_MS = 10_000
# Packs are the largest of what is kept, some 40 KB each: 20 MB of a function's 256 or 512. With 64 of them, of 10,000
# streamers' batches every second one would read its pack again (bench/scale.py).
KEPT = 512


class Remembered(Generic[T]):
    """A value that hardly ever changes. Where there is one, an older one is better than none while the store is out."""

    def __init__(self, fetch: Callable[[], T], now_ms: Callable[[], int], life_ms: int = LIFE_MS) -> None:
        self._fetch, self._now_ms, self._life_ms = fetch, now_ms, life_ms
        self._read: tuple[T, int] | None = None

    def __call__(self) -> T:
        """The value, at most `life_ms` old."""
        return self._younger_than(self._life_ms)

    def anew(self) -> T:
        """The value as it is now, or was within the last ten seconds."""
        return self._younger_than(ANEW_MS)

    def _younger_than(self, age_ms: int) -> T:
        if self._read is None or self._now_ms() - self._read[1] >= age_ms:
            self._read = self._fetched(), self._now_ms()
        return self._read[0]

    def _fetched(self) -> T:
        try:
            return self._fetch()
        except Unavailable:
            if self._read is None or self._read[0] is None:
                raise
            return self._read[0]


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
        keep(self._kept, key, value)
        return value


def keep(kept: dict[K, T], key: K, value: T) -> None:
    """One more, for which the first to come makes room."""
    kept[key] = value
    if len(kept) > KEPT:
        del kept[next(iter(kept))]
