"""The figures the product is held to: a test that measures one says so, and the run prints them as one table."""

from collections.abc import Callable, Iterator

import pytest

Figure = Callable[[int, str, str], None]


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Figure:
    """`figure(1, "slots over the limit", "0 in 12,800 operations")`: what was measured for a row of docs/trust.md.

    It only reports; whether the figure is good enough is asserted by the test.
    """

    def tell(row: int, what: str, measured: str) -> None:
        record_property("figure", [row, what, measured])

    return tell


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "figure: measures a figure of docs/trust.md; run by make faults")


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "figure" in getattr(item, "fixturenames", ()):
            item.add_marker("figure")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """In a run of several processes this is the one that hears of all tests."""
    told = sorted(_told(terminalreporter))
    if told:
        terminalreporter.section("figures")
    for row, what, measured, outcome in told:
        terminalreporter.write_line(f"{row:>3}  {outcome:<6}  {what}: {measured}")


def _told(reporter: pytest.TerminalReporter) -> Iterator[tuple[int, str, str, str]]:
    for outcome in ("passed", "failed"):
        for report in reporter.getreports(outcome):
            for name, value in report.user_properties:
                if name == "figure" and report.when == "call":
                    row, what, measured = value
                    yield row, what, measured, outcome
