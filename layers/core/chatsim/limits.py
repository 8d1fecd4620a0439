"""How often one caller may ask: a counter per clock minute, kept in the store so that all doors share it."""

from __future__ import annotations

from chatsim.errors import RateLimited
from chatsim.store import Store

MINUTE_MS = 60_000


def check(store: Store, who: str, per_minute: int, now_ms: int) -> None:
    """Counts this request. Raises RateLimited past the limit, until the clock minute is over."""
    minute, gone_ms = divmod(now_ms, MINUTE_MS)
    if store.count(who, minute) > per_minute:
        raise RateLimited(retry_after_s=-(-(MINUTE_MS - gone_ms) // 1000), limit=per_minute)
