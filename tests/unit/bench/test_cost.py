"""The bill's arithmetic, and the page's constants it counts by; `make bench` measures the rest."""

import pytest

from bench import cost
from bench.doors import Taken
from bench.peers import held
from local import template
from tests.conftest import ROOT

LIGHT = Taken(cpu_ms=2.0, calls=1, reads=0.5, writes=0, log_bytes=300, answer_bytes=1000, memory_mb=256)


def asked() -> dict[str, float]:
    return cost.asked_an_hour()


def month(streamers: int) -> dict[str, float]:
    return cost.month(streamers, cost.BUSY_HOURS[streamers], asked(), dict.fromkeys(asked(), LIGHT))


def test_an_hour_is_counted_by_the_pages_own_constants():
    found = {name: round(times) for name, times in asked().items() if name != "press"}
    assert found == {
        "dashboard: batch": 67,
        "dashboard: ticket": 12,
        "overlay: batch": 238,
        "overlay: ticket": 15,
    }


def test_a_constant_that_is_gone_is_said():
    with pytest.raises(ValueError, match="has no NOTHING"):
        cost.constant("dashboard/show.ts", "NOTHING")


def test_a_request_is_billed_by_the_share_of_a_processor_its_memory_gives():
    assert cost.lambda_ms(LIGHT) == 19  # 2 ms at 256 of 1769 MB, and 5 ms for the store


def test_a_pack_is_billed_by_the_memory_of_those_who_write_it():
    written = [door for door in template.read(ROOT / "template.yaml").functions if door.name in ("Generate", "Prewarm")]
    assert [door.memory_mb / 1024 for door in written] == [cost.PACK_GB] * 2


def test_of_one_function_the_first_of_each_second_and_a_twentieth_of_the_others_are_traced():
    assert cost.traced(1_000, 1) == 1_000
    assert cost.traced(13_600, 1) == 3_600 + 500


def test_use_grows_with_the_streamers_and_the_bill_is_the_sum_of_its_lines():
    one, hundred = month(1), month(100)
    assert one.keys() == cost.PRICES.keys()
    assert hundred["Lambda, requests"] == pytest.approx(100 * one["Lambda, requests"])
    assert cost.bill(one) == pytest.approx(sum(one[name] * price.dollars for name, price in cost.PRICES.items()))
    assert cost.bill(one, free=True) < 0.05 < cost.bill(one)


def test_a_held_connection_is_paid_for_all_of_its_hour():
    assert cost.bill(held.hour()) == pytest.approx(450 * 1.33334e-5, rel=0.001)
