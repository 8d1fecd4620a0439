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


def refused(strangers, address, now_ms=MINUTE):
    try:
        strangers.count(address, now_ms)
    except RateLimited as error:
        return error
    return None


def test_a_stranger_has_so_many_requests_a_minute_by_address():
    strangers = limits.Strangers()
    for _ in range(limits.STRANGERS_PER_MINUTE):
        assert not refused(strangers, "203.0.113.7", MINUTE + 15_000)
    error = refused(strangers, "203.0.113.7", MINUTE + 15_000)
    assert (error.retry_after_s, error.limit) == (45, limits.STRANGERS_PER_MINUTE)
    with pytest.raises(RateLimited):
        strangers.check("203.0.113.7", MINUTE + 59_999)
    strangers.check("203.0.113.8", MINUTE + 15_000)
    strangers.check("203.0.113.7", MINUTE + 60_000)


def test_looking_counts_nothing():
    strangers = limits.Strangers()
    for _ in range(2 * limits.STRANGERS_PER_MINUTE):
        strangers.check("203.0.113.7", MINUTE)


def test_a_million_addresses_take_the_room_of_a_thousand_and_share_one_count():
    strangers = limits.Strangers()
    let_in = sum(not refused(strangers, f"address {n}") for n in range(10 * limits.MAX_ADDRESSES))
    assert let_in == limits.MAX_ADDRESSES + limits.STRANGERS_PER_MINUTE
    assert len(strangers._counts) == limits.MAX_ADDRESSES + 1
    assert not refused(strangers, "address 0"), "who came before has its own"
    assert not refused(strangers, "address 9999", MINUTE + 60_000)
