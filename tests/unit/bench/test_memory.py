"""Which memory is the best: by how long a cold start takes, and by what an hour costs."""

from dataclasses import replace

import pytest

from bench import cost, memory
from bench.doors import Taken
from bench.memory import Door
from bench.programs import Start

WARM = Taken(cpu_ms=17.69, calls=2, reads=0.5, writes=0, log_bytes=300, answer_bytes=1000, memory_mb=256)
DOOR = Door("api", 1, 0.5, "a ticket", "ms", [(WARM, 10), (WARM, 2)])


def found(door: Door = DOOR, cold_ms: float = 176.9, peak_mb: float = 40) -> dict[str, memory.BySize]:
    starts = [Start(first_ms=0, last_ms=0, cpu_ms=cold_ms, peak_mb=peak_mb)]
    return {row.what: row for row in memory.found({"api": starts}, [door])}


def test_time_is_that_of_the_share_and_waiting_is_the_same_at_all():
    rows = found()
    assert rows["cold start"].by_mb["256"] == pytest.approx(0.1769 * 1769 / 256)
    assert rows["a ticket"].by_mb["512"] == pytest.approx(17.69 * 1769 / 512 + 2 * cost.STORE_MS)
    assert {row.set_mb for row in rows.values()} == {256}


@pytest.mark.parametrize(("cold_ms", "best_mb"), [(50, 128), (176.9, 512), (500, 1024), (600, None)])
def test_the_best_is_the_least_that_starts_in_time(cold_ms, best_mb):
    assert {row.best_mb for row in found(cold_ms=cold_ms).values()} == {best_mb}


def test_what_does_not_hold_the_function_has_no_figure():
    row = found(cold_ms=10, peak_mb=97)["cold start"]
    assert (row.by_mb["128"], row.best_mb) == (None, 192)


def test_an_hour_costs_the_more_the_more_it_waits():
    computes = found(replace(DOOR, warm=[(replace(WARM, calls=0), 12)]))["an hour on air"].by_mb
    waits = found()["an hour on air"].by_mb
    assert computes["1024"] == pytest.approx(computes["128"])
    assert waits["1024"] - computes["1024"] == pytest.approx(8 * (waits["128"] - computes["128"]))


def test_while_the_ai_speaks_is_time_to_compute():
    rows = found(replace(DOOR, unit="s", ai_s=0.2))
    assert rows["a ticket"].by_mb["1024"] == pytest.approx(0.2 + 0.01)
    assert rows["a ticket"].by_mb["128"] == pytest.approx(0.01769 * 1769 / 128 + 0.01)
