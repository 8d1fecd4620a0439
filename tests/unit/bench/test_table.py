"""The table of figures: its arithmetic, and that the document says what was measured."""

import json
from dataclasses import replace

import pytest

from bench import table
from bench.table import BySize, Goal, Row, Taken
from tests.conftest import ROOT

TAKEN = Taken("2026-11-22", "2 x a processor", "3.13.0", 2, (0.5, 1.0), 3)
HALF = Goal("at most", 0.5)


def test_the_document_is_that_of_the_results():
    results = json.loads((ROOT / "bench/results.json").read_text("utf-8"))
    assert (ROOT / "docs/performance.md").read_text("utf-8") == table.document(results)


def test_a_ratio_is_the_median_of_the_rounds_own():
    """In its last round the machine was ten times slower for both."""
    row = table.beside(1, "start", "ms", [10, 12, 140], "peer", [40, 40, 400], HALF)
    assert (row.ours, row.theirs, row.ratio) == (12, 40, pytest.approx(0.3))
    assert row.spread == (pytest.approx(0.275), pytest.approx(0.325))


def test_rounds_that_do_not_match_are_refused():
    with pytest.raises(ValueError, match="zip"):
        table.beside(1, "start", "ms", [10, 12], "peer", [40], HALF)


GOALS = [
    (HALF, True),
    (Goal("at most", 0.2), False),
    (Goal("at least", 0.2), True),
    (Goal("at least", 0.5), False),
    (None, None),
]


@pytest.mark.parametrize(("goal", "reached"), GOALS)
def test_what_is_reached_is_told_of_the_ratio(goal, reached):
    assert replace(table.beside(1, "start", "ms", [10], "peer", [40], HALF), goal=goal).reached is reached


def test_without_a_peer_it_is_told_of_the_figure():
    assert table.alone(5, "a line", "µs", [14.0, 16.0, 15.0], Goal("at most", 15)).reached
    assert not table.alone(5, "a line", "µs", [14.0, 16.0, 17.0], Goal("at most", 15)).reached


def test_figures_are_read_easily():
    row = Row(6, "an hour", "cents", 0.0240311, "held", 1234.5, 0.00400012, None, Goal("at most", 1 / 3))
    assert table.cells(row) == (
        "6", "an hour", "0.024 cents", "held", "1,234 cents", "0.004", "", "at most 0.333 x", "yes",
    )  # fmt: skip


@pytest.mark.parametrize(("load", "said"), [((0.5, 2.0), 0), ((0.5, 2.1), 1), ((9.0, 1.0), 1)])
def test_a_busy_machine_is_said(load, said):
    results = json.loads((ROOT / "bench/results.json").read_text("utf-8"))
    results["taken"] |= {"cores": 2, "load": load}
    assert table.document(results).count(table.BUSY) == said


def test_results_survive_their_file():
    rows = [
        table.beside(1, "start", "ms", [10, 12], "peer", [40, 41], HALF),
        table.alone(5, "a line", "µs", [14.0, 16.0]),
        Row(6, "an hour", "cents", 0.5, goal=Goal("at most", 0.1, "a tenth")),
    ]
    doors = {"api": {"ms": 300.0, "x_bare": 6.0, "imports": {"botocore": 40.0}}}
    first = {"taken": {"date": "2026-11-22", "machine": "a machine", "python": "3.13.0", "load": [0.1, 0.2]}}
    size = BySize("api", "cold start", "s", {"128": None, "256": 0.6, "512": 0.3}, set_mb=512, best_mb=256)
    weights = {"landing": {"fonts": 61.5, "scripts": 1.25}, "overlay": {"fonts": 20, "doors": 0.5}}
    found = table.found(TAKEN, first | {"doors": doors}, rows, [size], weights)
    document = table.document(json.loads(table.dumped(found)))
    for line in [table.cells(row) for row in rows]:
        assert f"| {' | '.join(line)} |" in document
    assert "1 figures are reached, 1 are not yet" in document
    assert "| api | 300 | 6 | botocore 40 |" in document
    assert "| function | what | 128 MB | 256 MB | 512 MB |\n| --- | --- | ---: | ---: | ---: |" in document
    assert "| api | cold start, s |  | 0.6 ✓ | **0.3** |" in document
    assert "| page | fonts, kB | scripts, kB | doors, kB | in all, kB |" in document
    assert "| overlay | 20 | 0 | 0.5 | 20.5 |" in document
