"""How often one caller may ask, in a window of time: users by a counter in the store, which all doors share, and
strangers by one in memory, so that turning them away reads and writes nothing."""

from __future__ import annotations

from collections import Counter

from chatsim.errors import RateLimited
from chatsim.store import Store

MINUTE_S = 60
DAY_S = 86_400
STRANGERS_PER_MINUTE = 300
"""More than a user's 60: behind one address may be a whole school."""
MAX_ADDRESSES = 1000


def check(store: Store, who: str, limit: int, now_ms: int, window_s: int = MINUTE_S) -> None:
    """Counts this request. Raises RateLimited past the limit, until the window of time (a clock minute) is over."""
    if store.count(who, now_ms // (window_s * 1000), window_s) > limit:
        raise _until_its_end(window_s, now_ms, limit)


class Strangers:
    """Requests nobody vouches for, by the address they come from, counted by this process in the current minute.

    It holds `MAX_ADDRESSES` at most: whoever comes after that shares one count with all others who do.
    """

    def __init__(self) -> None:
        self._minute = 0
        self._counts: Counter[str] = Counter()

    def check(self, address: str, now_ms: int) -> None:
        """Raises RateLimited when the address has had its share of this minute."""
        place = self._place(address, now_ms)
        if self._counts[place] >= STRANGERS_PER_MINUTE:
            raise _until_its_end(MINUTE_S, now_ms, STRANGERS_PER_MINUTE)

    def count(self, address: str, now_ms: int) -> None:
        """One request more. Raises RateLimited like `check`."""
        self.check(address, now_ms)
        self._counts[self._place(address, now_ms)] += 1

    def _place(self, address: str, now_ms: int) -> str:
        minute = now_ms // (MINUTE_S * 1000)
        if minute != self._minute:
            self._minute, self._counts = minute, Counter()
        return address if address in self._counts or len(self._counts) < MAX_ADDRESSES else ""


def _until_its_end(window_s: int, now_ms: int, limit: int) -> RateLimited:
    left_ms = window_s * 1000 - now_ms % (window_s * 1000)
    return RateLimited(retry_after_s=-(-left_ms // 1000), limit=limit)
