"""Who speaks: the people of a show, hour by hour."""

import re
from collections import Counter
from itertools import islice, pairwise
from random import Random

import pytest
from chatsim import pace
from chatsim.cast import COLORS, MODERATOR, VISITORS, audience_of, built_name, cast_of
from chatsim.pace import BLOCK
from chatsim.voice import HANDS, hand_of

from tests.unit.core.make import a_script

PANELS = ("#18181b", "#14111d")


@pytest.mark.parametrize("panel", PANELS)
def test_the_palette_is_readable_on_the_panel(panel):
    """Contrast of WCAG 2, at least 5:1."""

    def luminance(color: str) -> float:
        parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    assert min((luminance(color) + 0.05) / (luminance(panel) + 0.05) for color in COLORS) >= 5


@pytest.mark.parametrize("speech", ["es", "en"])
def test_a_larger_audience_keeps_the_regulars_of_the_smaller(speech):
    casts = [cast_of(11, speech, pace.natural(viewers)) for viewers in pace.VIEWERS]
    for small, large in pairwise(casts):
        for number in range(small.turnout.regulars):
            assert vars(small.chatter(number)) == vars(large.chatter(number))
    assert [cast.turnout.regulars for cast in casts] == sorted(cast.turnout.regulars for cast in casts)


@pytest.mark.parametrize("viewers", pace.VIEWERS)
def test_who_writes_writes_two_or_three_lines_in_ten_minutes(viewers):
    script = a_script(pace=pace.natural(viewers))
    rate = viewers * 2
    names = [line.chatter.username for line in islice(script.lines(0), 40 * rate if viewers < 60 else 10 * rate)]
    windows = [names[at : at + rate] for at in range(0, len(names), rate)]
    mean = sum(len(window) / len(set(window)) for window in windows) / len(windows)
    assert 2.1 < mean < 3.3


def test_few_write_most_and_many_once():
    names = Counter(line.chatter.username for line in islice(a_script().lines(0), 500))
    counts = sorted(names.values(), reverse=True)
    assert 0.3 < sum(counts[: len(counts) // 10]) / 500 < 0.6
    assert 0.15 < counts.count(1) / len(counts) < 0.65


@pytest.mark.parametrize("viewers", pace.VIEWERS)
def test_people_come_and_go_and_some_stay(viewers):
    script = a_script(pace=pace.natural(viewers))
    hour = viewers * 12
    first, last = ({script.author(k).username for k in range(at, at + min(hour, 600))} for at in (0, 11 * hour))
    assert first & last
    assert len(last - first) > len(last) * 0.3


def test_a_person_keeps_name_colour_and_badges():
    known: dict[str, set[tuple[str, tuple[str, ...]]]] = {}
    for line in islice(a_script().lines(0), 3000):
        known.setdefault(line.chatter.username, set()).add((line.chatter.color, line.chatter.badges))
    assert all(len(looks) == 1 for looks in known.values())
    assert {color for looks in known.values() for color, _ in looks} <= set(COLORS)


def test_who_has_one_name_is_one_person():
    """Two strangers may make up one name, and whoever comes back has another number: nobody can tell them apart."""
    cast = cast_of(8, "es", pace.natural(200))
    known: dict[str, dict[str, object]] = {}
    for number in range(VISITORS, VISITORS + 4000):
        seen = {**vars(cast.chatter(number)), "number": 0}
        assert known.setdefault(str(seen["username"]), seen) == seen
    assert len(known) < 3800


def test_badges_and_one_moderator():
    seen = set()
    for cast_seed in range(5):
        script = a_script(cast_seed=cast_seed, pace=pace.natural(200))
        people = {line.chatter.username: line.chatter for line in islice(script.lines(0), 1200)}
        badges = Counter(badge for chatter in people.values() for badge in chatter.badges)
        assert badges["moderator"] == 1
        assert script.cast.chatter(MODERATOR).badges[0] == "moderator"
        assert badges["first-timer"] < len(people) * 0.4
        seen |= badges.keys()
    assert seen == {"moderator", "subscriber", "vip", "first-timer"}


@pytest.mark.parametrize("speech", ["es", "en"])
def test_names_are_put_together_as_people_do(speech):
    names = {built_name(which, speech) for which in Random(3).sample(range(2**32), 2000)}
    assert len(names) > 1500
    for name in names:
        assert re.fullmatch(r"[A-Za-z0-9_]{4,20}", name), name


@pytest.mark.parametrize("speech", ["es", "en"])
def test_hands_go_from_those_who_shout_to_those_who_begin_with_a_capital(speech):
    hands = [hand_of(speech, turn) for turn in range(HANDS)]
    assert min(hand.shout for hand in hands[:40]) > 0.5 > max(hand.shout for hand in hands[100:])
    assert hands[-1].initial > 0.5 > hands[0].initial
    assert 0.1 < sum(hand.accents for hand in hands) / HANDS < 0.35
    assert len({(hand.laugh, hand.mark, hand.length) for hand in hands}) == HANDS


def test_some_of_a_packs_names_are_there():
    cast = cast_of(5, "es", pace.natural(60), ("margit_fan", "sinluz99"))
    there = {chatter.username for k in range(0, 20 * BLOCK, 60) for chatter in cast.roster(k).everybody()}
    assert there & {"margit_fan", "sinluz99"}


@pytest.mark.parametrize(
    ("chosen", "audience"),
    [(pace.fixed(3000, 7000), 60), (pace.fixed(500, 500), 200), (pace.fixed(30_000, 30_000), 15), (pace.natural(5), 5)],
)
def test_a_fixed_pace_has_the_people_who_would_write_so_much(chosen, audience):
    assert audience_of(chosen) == audience
