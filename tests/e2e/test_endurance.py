"""A chat that runs for hours costs what it cost in the first minute."""

from typing import Any

import pytest
from playwright.sync_api import Page, Route

from tests.e2e.cdp import load_of
from tests.e2e.chat import LINES, Streamer, real_time, stream_of
from tests.e2e.test_main_job import sign_in

FULL = 200
# Chrome keeps the first 150 layout shifts of a page, with the lines that moved: the measure begins after those.
SHIFTS = 160
MINUTES = 5
MB = 1_000_000


@pytest.mark.soak
@pytest.mark.timeout(MINUTES * 60 + 120)
def test_five_minutes_at_the_quickest_pace_cost_nothing_that_stays(page: Page, site: str) -> None:
    sign_in(page, site, "maraton")
    streamer = Streamer(site, "maraton")
    earlier: list[dict[str, Any]] = []
    while len(earlier) < 2 * SHIFTS:
        streamer.start(500, 1000)
        earlier += streamer.ahead()
    first = streamer.start(500, 1000)["first"]
    pairs = enumerate(zip(earlier[::2], earlier[1::2], strict=False))

    def pair(route: Route) -> None:
        """Real lines, two at a time and one pair at once after the other; after them comes the show."""
        number, two = next(pairs)
        lines = [{**line, "id": f"before.{number}.{i}", "timestamp": 1} for i, line in enumerate(two)]
        after = first if number == SHIFTS - 1 else "before"
        route.fulfill(content_type="text/event-stream", body=stream_of(2, lines, again_ms=0, after=after))

    page.route("**/api/chat-stream*", pair, times=SHIFTS)
    page.add_init_script(
        "window.longTasks = []; new PerformanceObserver(list => longTasks.push(...list.getEntries().map("
        "task => [task.startTime, task.duration]))).observe({ type: 'longtask' })"
    )
    page.reload()
    page.wait_for_selector(f'{LINES}:not([data-id^="before."])', timeout=60_000)
    assert page.locator(LINES).count() == FULL
    # What is made once is made by then.
    real_time(page, 15)
    before, began_ms = load_of(page), page.evaluate("performance.now()")
    real_time(page, MINUTES * 60)
    long_tasks = page.evaluate(f"longTasks.filter(([start]) => start > {began_ms}).map(([, took]) => took)")
    after = load_of(page)
    shown = page.locator(LINES).evaluate_all("lines => lines.map(line => line.dataset.id)")
    assert len(shown) == FULL
    assert not [line for line in shown if line.startswith("before.")]
    assert abs(after.nodes - before.nodes) <= 0.02 * before.nodes
    assert after.heap_bytes - before.heap_bytes <= 2 * MB
    assert (after.busy_s - before.busy_s) / (after.at_s - before.at_s) < 0.05
    assert max(long_tasks, default=0) <= 100
    streamer.close()
