"""One AI call per game, however many ask at once: callers in two processes that share the store alone."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from local.launch import FakeAi
from tests.faults.conftest import Crew, Table
from tests.figures import Figure

STORMS = 2
MANY = 20
THREADS = 32


@pytest.fixture
def storm(crew: Callable[..., Crew], ai: FakeAi) -> Callable[[Table, int], list[int]]:
    """storm(table, storms) → how many AI calls each took."""

    def blow(table: Table, storms: int) -> list[int]:
        callers, calls = crew("tests.faults.pack_caller", table, THREADS, CHATSIM_LOCAL="1", **ai.environment), []
        for n in range(storms):
            title = f"Juego de la Tormenta {table.name.translate(LETTERS)} {n}"
            sources = sum((Counter(answer) for answer in callers.tell(title)), Counter[str]())
            assert sources.total() == 2 * THREADS, "everybody got lines to play with"
            assert sources["ai"] == 1, sources
            calls.append(sum(ai.calls(title).values()))
        return calls

    return blow


# A long run of digits in a title would be a phone number.
LETTERS = str.maketrans("0123456789", "ghijklmnop")


def test_a_storm_of_cold_callers_makes_one_call(storm: Any, quick_table: Table) -> None:
    assert storm(quick_table, STORMS) == [1] * STORMS


@pytest.mark.soak
@pytest.mark.timeout(120)
def test_every_storm_of_many_makes_one_call(storm: Any, referee: Table, figure: Figure) -> None:
    calls = storm(referee, MANY)
    measured = f"{max(calls)} at most, {min(calls)} at least, in {len(calls)} storms of {2 * THREADS} in two processes"
    figure(3, "AI calls for a game that many want at once", measured)
    assert calls == [1] * MANY
