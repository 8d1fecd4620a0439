import pytest
from chatsim import limits
from chatsim.errors import RateLimited
from chatsim.store.memory import MemoryStore

from tests.unit.core.make import NOW

MINUTE = NOW // 60_000 * 60_000


def test_so_many_and_no_more():
    store = MemoryStore()
    for _ in range(60):
        limits.check(store, "ana", 60, MINUTE + 15_000)
    with pytest.raises(RateLimited) as refused:
        limits.check(store, "ana", 60, MINUTE + 15_000)
    assert (refused.value.retry_after_s, refused.value.limit, refused.value.status) == (45, 60, 429)
    limits.check(store, "luis", 60, MINUTE + 15_000)
    limits.check(store, "ana", 60, MINUTE + 60_000)


@pytest.mark.parametrize(("gone_ms", "wait_s"), [(0, 60), (59_000, 1), (59_999, 1)])
def test_the_wait_is_at_least_a_second(gone_ms, wait_s):
    store = MemoryStore()
    limits.check(store, "ana", 1, MINUTE)
    with pytest.raises(RateLimited) as refused:
        limits.check(store, "ana", 1, MINUTE + gone_ms)
    assert refused.value.retry_after_s == wait_s


@pytest.mark.parametrize(("gone_ms", "seconds"), [(0, 60), (1, 60), (38_200, 22), (59_001, 1), (59_999, 1)])
def test_who_comes_back_when_told_is_let_in(gone_ms, seconds):
    store, minute = MemoryStore(), 29_000_000 * 60_000
    limits.check(store, "ana", 1, minute + gone_ms)
    with pytest.raises(RateLimited) as refused:
        limits.check(store, "ana", 1, minute + gone_ms)
    assert refused.value.retry_after_s == seconds
    limits.check(store, "ana", 1, minute + gone_ms + seconds * 1000)
