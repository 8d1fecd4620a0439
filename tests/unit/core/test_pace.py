from itertools import pairwise
from statistics import mean, pstdev

import pytest
from chatsim import pace
from chatsim.errors import InvalidRequest
from chatsim.pace import BLOCK, Timing
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.core.make import NOW

seeds = st.integers(0, 2**48)
fixed_paces = st.tuples(st.integers(500, 30_000), st.integers(500, 30_000)).map(lambda ends: pace.fixed(*sorted(ends)))
natural_paces = st.sampled_from(pace.VIEWERS).map(pace.natural)
paces = st.one_of(fixed_paces, natural_paces)


def gaps(timing: Timing, first: int, count: int) -> list[int]:
    dues = [timing.due(number) for number in range(first, first + count + 1)]
    return [later - earlier for earlier, later in pairwise(dues)]


@given(seeds, fixed_paces, st.integers(0, NOW), st.integers(0, 50_000))
def test_a_fixed_pace_holds_its_bounds_over_seams_too(seed, chosen, start, first):
    for gap in gaps(Timing(seed, chosen, start), first, 2 * BLOCK):
        assert chosen.min_ms <= gap <= chosen.max_ms


@given(seeds, fixed_paces)
@settings(max_examples=20)
def test_a_fixed_pace_keeps_its_mean(seed, chosen):
    assert mean(gaps(Timing(seed, chosen, NOW), 0, 1000)) == pytest.approx(
        (chosen.min_ms + chosen.max_ms) / 2, rel=0.02
    )


def test_a_fixed_pace_is_uniform():
    """Chi-square over 20 equal bins: 43.8 is its 99.9th percentile at 19 degrees of freedom."""
    counts = [0] * 20
    for gap in gaps(Timing(7, pace.fixed(3000, 6999), NOW), 0, 10_000):
        counts[(gap - 3000) // 200] += 1
    assert sum((count - 500) ** 2 / 500 for count in counts) < 43.8
    assert min(counts) > 400


def test_pauses_differ_between_blocks_and_shows():
    heads = {pace.offsets(seed, pace.fixed(3000, 7000), block) for seed in range(5) for block in range(5)}
    assert len(heads) == 25


@given(seeds, paces, st.integers(0, NOW), st.integers(0, 50_000))
def test_due_times_rise_and_lead_back_to_their_line(seed, chosen, start, first):
    timing = Timing(seed, chosen, start)
    for number in range(first, first + BLOCK + 2):
        due = timing.due(number)
        assert timing.due(number + 1) > due
        assert timing.number_at(due) == number
        assert timing.number_at(due + 1) == number + 1


@given(seeds, paces, st.integers(0, NOW))
def test_the_first_line_comes_soon(seed, chosen, start):
    timing = Timing(seed, chosen, start)
    assert 300 <= timing.due(0) - start <= 800
    assert timing.number_at(start) == timing.number_at(0) == 0


@given(seeds, st.sampled_from(pace.VIEWERS))
def test_a_natural_pace_begins_with_three_lines_in_nine_seconds(seed, viewers):
    timing = Timing(seed, pace.natural(viewers), 0)
    assert timing.due(2) <= 9_000


@pytest.mark.parametrize("viewers", pace.VIEWERS)
def test_a_natural_pace_keeps_the_rate_of_its_audience(viewers):
    found = gaps(Timing(3, pace.natural(viewers), NOW), 0, 2000)
    assert 60_000 / mean(found) == pytest.approx(viewers * 0.2, rel=0.05)
    assert min(found) >= pace.NATURAL_MIN_MS


@pytest.mark.parametrize("viewers", pace.VIEWERS)
def test_a_natural_pace_has_bursts_and_lulls(viewers):
    """Pauses of a Poisson process have a coefficient of variation of 1."""
    found = gaps(Timing(5, pace.natural(viewers), NOW), 0, 5000)
    assert pstdev(found) / mean(found) > 1.1


def test_a_fixed_pace_has_no_rush():
    assert {pace.rush(seed, pace.fixed(500, 30_000), 0) for seed in range(20)} == {frozenset()}


@pytest.mark.parametrize("ends", [(500, 500), (500, 30_000), (30_000, 30_000), (3000, 7000)])
def test_paces_that_may_be_chosen(ends):
    chosen = pace.fixed(*ends)
    assert (chosen.kind, chosen.min_ms, chosen.max_ms) == ("fixed", *ends)


@pytest.mark.parametrize(
    "ends",
    [(0, 1000), (499, 1000), (-1, 1000), (500, 30_001), (7000, 3000), (3000.0, 7000), ("3000", 7000), (None, 7000),
     (3000, None), (True, 7000), ([], {}), (float("nan"), 1000), (10**30, 10**31)],
)  # fmt: skip
def test_paces_that_may_not(ends):
    with pytest.raises(InvalidRequest):
        pace.fixed(*ends)


@pytest.mark.parametrize("viewers", [0, 1, 61, -5, "60", 60.0, True, [], {}])
def test_audiences_that_may_not(viewers):
    with pytest.raises(InvalidRequest) as refused:
        pace.natural(viewers)
    assert refused.value.reason == "viewers"


def test_no_audience_named_is_sixty():
    assert pace.natural(None) == pace.natural(60)
