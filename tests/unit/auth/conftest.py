from collections.abc import Iterator

import pytest
import time_machine

from tests.unit.auth.issuer import NOW_S


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Time stands still at NOW_S; `clock.shift(seconds)` moves it."""
    with time_machine.travel(NOW_S, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def _off_lambda(monkeypatch: pytest.MonkeyPatch) -> None:
    for mark in ("AWS_EXECUTION_ENV", "AWS_LAMBDA_INITIALIZATION_TYPE"):
        monkeypatch.delenv(mark, raising=False)
