"""How often one caller may ask: a counter per window of time, kept in the store so that all doors share it."""

from __future__ import annotations

from chatsim.errors import RateLimited
from chatsim.store import Store

MINUTE_S = 60
DAY_S = 86_400


def check(store: Store, who: str, limit: int, now_ms: int, window_s: int = MINUTE_S) -> None:
    """Counts this request. Raises RateLimited past the limit, until the window of time (a clock minute) is over."""
    window, gone_ms = divmod(now_ms, window_s * 1000)
    if store.count(who, window, window_s) > limit:
        raise RateLimited(retry_after_s=-(-(window_s * 1000 - gone_ms) // 1000), limit=limit)
