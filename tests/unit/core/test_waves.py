from heapq import merge
from itertools import islice, pairwise

import pytest
from chatsim import pace, waves
from chatsim.cast import audience_of
from chatsim.errors import InvalidRequest
from chatsim.waves import TYPES, Wave
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.core.make import NOW, a_script

paces = st.sampled_from(
    [pace.fixed(500, 500), pace.fixed(500, 900), pace.fixed(3000, 7000), *map(pace.natural, pace.VIEWERS)]
)
moments = st.builds(Wave, st.integers(1, 99), st.just("press"), st.sampled_from(TYPES), st.integers(NOW, NOW + 600_000))


@given(moments, st.integers(0, 2**48), paces)
def test_a_burst(wave, seed, chosen):
    lines = waves.lines(a_script(seed=seed, pace=chosen), wave)
    assert 6 <= len(lines) <= 9
    dues = [wave.at, *(line.due for line in lines)]
    assert all(180 <= later - earlier <= 350 for earlier, later in pairwise(dues))
    assert [line.id for line in lines] == [f"0a1b2c3d4e.w{wave.no}.{i}" for i in range(len(lines))]
    assert {line.category for line in lines} == {"reactions"}


@given(moments, st.integers(0, 2**48), paces)
def test_a_burst_fades(wave, seed, chosen):
    moment = waves.moment(a_script(seed=seed, pace=chosen), wave)
    assert 3 <= len(moment.tail) <= 6
    dues = [line.due for line in (moment.lines[-1], *moment.tail)]
    gaps = [later - earlier for earlier, later in pairwise(dues)]
    assert gaps[0] > 350
    assert gaps == sorted(gaps)
    assert [line.id for line in moment.whole] == [f"0a1b2c3d4e.w{wave.no}.{i}" for i in range(len(moment.whole))]
    assert {line.category for line in moment.tail} == {"reactions"}


@given(moments, st.integers(0, 2**48), paces)
@settings(max_examples=60)
def test_nobody_speaks_twice_running_with_a_moment_between(wave, seed, chosen):
    """Five viewers are four people, which a fast pace may use up: there only the moment itself counts."""
    script = a_script(seed=seed, pace=chosen)
    moment = waves.moment(script, wave).whole
    start = max(0, script.k_at(wave.at) - 3)
    base = list(islice(script.lines(start), 120))
    merged = [*merge(base, moment, key=lambda line: line.due)]
    crowded = chosen.viewers > 5 and audience_of(chosen) > 15
    for one, other in pairwise(merged if crowded else moment):
        if ".w" in one.id or ".w" in other.id:
            assert one.chatter.username != other.chatter.username


@given(moments)
@settings(max_examples=20)
def test_the_same_press_gives_the_same_lines_and_changes_no_other(wave):
    script = a_script()
    before = [script.line(k) for k in range(200)]
    burst = waves.lines(script, wave)
    assert waves.lines(a_script(), wave) == burst
    assert [script.line(k) for k in range(200)] == before


def test_two_moments_of_one_kind_differ():
    script = a_script()
    first, second = (
        [line.text for line in waves.lines(script, Wave(no, "p", "laugh", NOW + no * 4000))] for no in (1, 2)
    )
    assert not set(first) & set(second)


@pytest.mark.parametrize("lang", ["es", "es-MX", "en"])
@pytest.mark.parametrize("kind", TYPES)
def test_every_kind_speaks_every_language(lang, kind):
    assert all(line.text for line in waves.lines(a_script(lang=lang), Wave(1, "p", kind, NOW)))


def test_a_moment_before_the_first_line():
    assert waves.lines(a_script(first_k=40), Wave(1, "p", "omg", NOW))


@pytest.mark.parametrize("value", ["", "LAUGH", "cry", None, 1, [], {}, ["laugh"]])
def test_no_other_kind(value):
    with pytest.raises(InvalidRequest):
        waves.type_of(value)


def test_the_four_kinds():
    assert [waves.type_of(kind) for kind in TYPES] == ["laugh", "hype", "fear", "omg"]


def test_moments_are_kept_for_four_minutes_and_the_last_five_for_longer():
    pressed = tuple(Wave(no, f"p{no}", "hype", NOW + no * 2000) for no in range(1, 140))
    last = pressed[-1].at
    assert waves.kept(pressed, last) == pressed[-121:]
    assert waves.kept(pressed, last + 600_000) == pressed[-5:]
    assert waves.kept(pressed[:3], last + 600_000) == pressed[:3]
    assert waves.kept((), last) == ()
