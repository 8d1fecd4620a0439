"""Ten to a million streamers: what holds at every size, and that the pages say what was found."""

import json
from collections import Counter
from dataclasses import asdict
from functools import cache
from random import Random
from xml.etree import ElementTree

import pytest
from chatsim import remembered

from bench import cost, scale, scale_packs, scale_page
from bench.doors import Taken
from bench.scale import Limit
from bench.scale_packs import ALLOWANCE, POPULAR, Catalogue, Kept, walk
from tests.conftest import ROOT

LIGHT = Taken(cpu_ms=2.0, calls=1, reads=0.5, writes=1, log_bytes=300, answer_bytes=1000, memory_mb=256)
GROWING = (
    "on_air",
    "at_once",
    "invocations_s",
    "api_s",
    "reads_s",
    "writes_s",
    "needed_first",
    "needed_steady",
    "listed",
    "ai",
)
TENS = (100, 1_000, 10_000)
MOST = POPULAR.most


@cache
def catalogue() -> Catalogue:
    return Catalogue.made()


@cache
def sized(streamers: int) -> scale.Size:
    asked = cost.asked_an_hour()
    return scale.size(streamers, asked, dict.fromkeys(asked, LIGHT), catalogue())


@cache
def shows(streamers: int) -> tuple[tuple[float, int], ...]:
    return tuple(scale.begun(streamers, catalogue(), Random(1)))


@pytest.mark.parametrize("figure", GROWING)
def test_more_streamers_never_need_less(figure: str):
    figures = [getattr(sized(streamers), figure) for streamers in (100, 200, 400, 1_000, 10_000)]
    assert figures == sorted(figures)


@pytest.mark.parametrize("streamers", TENS)
def test_the_hours_on_air_are_those_of_a_months_costs(streamers: int):
    on_air = scale.at_each_minute([at for at, _ in shows(streamers)])
    assert sum(on_air) / 60 * cost.DAYS == pytest.approx(streamers * cost.HOURS, rel=0.02)


@pytest.mark.parametrize("streamers", TENS)
def test_the_bill_is_that_of_a_month_and_the_packs_read_again(streamers: int):
    asked, size = cost.asked_an_hour(), sized(streamers)
    on_air = scale.at_each_minute([at for at, _ in scale.begun(streamers, catalogue(), Random(scale.SEED))])
    busy_h = sum(map(bool, on_air)) / 60 * cost.DAYS
    month = cost.bill(cost.month(streamers, busy_h, asked, dict.fromkeys(asked, LIGHT)))
    again = size.forgotten_s / size.on_air * 3600 * streamers * cost.HOURS
    assert size.listed == pytest.approx(month + again * cost.PRICES["DynamoDB, reads"].dollars)


def test_on_a_first_day_each_game_costs_one_call_and_its_first_user_waits():
    games = {game for _, game in shows(1_000)} - catalogue().built_in
    day = walk(shows(1_000), catalogue(), Kept(), 0)
    assert len(games) < ALLOWANCE.per_day
    assert day.calls == len(games) <= day.waited
    assert day.without == 0


def test_a_days_packs_are_never_passed_and_who_came_later_is_without():
    day = walk(shows(10_000), catalogue(), Kept(), MOST)
    assert day.calls == ALLOWANCE.per_day
    assert day.without > 0


def test_who_comes_while_a_pack_is_written_waits_for_that_one():
    game = len(catalogue().share) - 1
    adds = [(60.0, game), (61.0, game), (60 + cost.PACK_S, game), (3600.0, game)]
    day = walk(adds, catalogue(), Kept(), 0)
    assert (day.calls, day.waited, day.without) == (1, 2, 0)


def test_a_few_are_written_at_once_and_who_asks_in_vain_for_long_stays_without():
    turns = round(scale_packs.MOST_ASKS * scale_packs.ASK_AGAIN_MS / 1000 / cost.PACK_S) * ALLOWANCE.at_once
    day = walk([(60.0, game) for game in range(50, 150)], catalogue(), Kept(), 0)
    assert day.waited + day.without == 100
    assert turns <= day.waited == day.calls <= turns + ALLOWANCE.at_once


def test_what_the_owner_named_is_there_before_anybody_asks():
    named = catalogue().named
    day = walk([(3600.0, game) for game in named], catalogue(), Kept(), MOST)
    assert (day.calls, day.waited, day.without) == (len(named), 0, 0)


def test_an_old_pack_is_played_while_a_new_one_is_written():
    day = walk([(60.0, 1_000)], catalogue(), Kept(old={1_000}), 0)
    assert (day.calls, day.waited, day.without) == (1, 0, 0)


@pytest.mark.parametrize("streamers", TENS)
def test_after_months_a_day_makes_about_what_it_needs(streamers: int):
    size = sized(streamers)
    assert size.steady_unwarmed.calls == pytest.approx(size.needed_steady, rel=0.15, abs=3)


def test_a_shelf_forgets_nothing_that_it_can_hold_and_a_share_of_what_it_cannot():
    games = [game for game in range(5 * remembered.KEPT) if game not in catalogue().built_in]
    kept = Kept(fresh_until=dict.fromkeys(games, 1.0))
    few, many = (Counter(games[:count]) for count in (remembered.KEPT, 4 * remembered.KEPT))
    assert scale.missed(few, catalogue(), kept) == 0
    assert scale.missed(many, catalogue(), kept) == pytest.approx(3 / 4)
    assert scale.missed(many, catalogue(), Kept()) == 0  # all speak from files


def test_the_worst_second_of_a_day_is_poissons():
    assert scale.worst(0) == 0
    assert scale.worst(0.001) == 1  # two come once in a million seconds
    assert scale.worst(0.01) == 2  # or four times a day
    assert 190 < scale.worst(150) < 210


def test_a_limit_is_met_between_two_sizes_or_not_at_all():
    sizes = [{"streamers": 10, "reads_s": 1.0}, {"streamers": 1_000, "reads_s": 100.0}]
    met = {most: scale.met_at(Limit("reads", most, "reads_s", ""), sizes) for most in (1, 10, 100, 101)}
    assert met == {1: 10, 10: pytest.approx(100), 100: pytest.approx(1_000), 101: None}


def test_a_parameter_that_is_gone_is_said():
    assert scale.parameter("PacksPerDay") == ALLOWANCE.per_day
    with pytest.raises(ValueError, match="has no Nothing"):
        scale.parameter("Nothing")


def test_each_limit_is_drawn_and_told_with_what_to_do():
    found = [asdict(sized(streamers)) for streamers in TENS]
    limits = [asdict(Limit(f"limit <{at}>", 10, "at_once", f"do {at}")) | {"at": at} for at in (700, 2_000)]
    beyond = asdict(Limit("the last one", 9, "at_once", "")) | {"at": None}
    scaled = {"sizes": found, "limits": [*limits, beyond]}
    drawn = ElementTree.fromstring(scale_page.plot(scaled))
    told = "\n".join(scale_page.section(scaled))
    texts = {text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text")}
    assert {"limit <700>", "from 700", "limit <2000>", "from 2,000"} <= texts
    assert "| 700 | limit <700> | 10 | do 700 |" in told
    assert "| first limit since the size before |  | limit <700> | limit <2000> |" in told
    assert "the last one (9)" in told


def test_the_plot_is_that_of_the_results():
    results = json.loads((ROOT / "bench/results.json").read_text("utf-8"))
    assert (ROOT / "docs/scale.svg").read_text("utf-8") == scale_page.plot(results["scale"])
