"""A chat that runs for hours costs what it cost in the first minute."""

from typing import Any

import pytest
from playwright.sync_api import Page, Route

from tests.e2e.cdp import Meter
from tests.e2e.chat import LINES, Streamer, real_time, stream_of
from tests.e2e.test_main_job import sign_in

FULL = 200
MINUTES = 5
MB = 1_000_000


@pytest.mark.soak
@pytest.mark.timeout(MINUTES * 60 + 120)
def test_five_minutes_at_the_quickest_pace_cost_nothing_that_stays(page: Page, site: str) -> None:
    sign_in(page, site, "maraton")
    streamer = Streamer(site, "maraton")
    earlier: list[dict[str, Any]] = []
    while len(earlier) < FULL:
        streamer.start(500, 1000)
        earlier += streamer.ahead()
    first = streamer.start(500, 1000)["first"]

    def full(route: Route) -> None:
        """The first batch fills the window with lines as they are; what follows is the show."""
        lines = [{**line, "id": f"before.{k}", "timestamp": 1} for k, line in enumerate(earlier[:FULL])]
        route.fulfill(content_type="text/event-stream", body=stream_of(2, lines, again_ms=0, after=first))

    page.route("**/api/chat-stream*", full, times=1)
    page.add_init_script(
        "window.longTasks = []; new PerformanceObserver(list => longTasks.push(...list.getEntries().map("
        "task => [task.startTime, task.duration]))).observe({ type: 'longtask' })"
    )
    page.reload()
    page.wait_for_selector(f'{LINES}:not([data-id^="before."])')
    assert page.locator(LINES).count() == FULL
    # What is made once is made by then.
    real_time(page, 15)
    meter = Meter(page)
    before, began_ms = meter.read(), page.evaluate("performance.now()")
    real_time(page, MINUTES * 60)
    took_ms = page.evaluate("performance.now()") - began_ms
    long_tasks = page.evaluate(f"longTasks.filter(([start]) => start > {began_ms}).map(([, took]) => took)")
    after = meter.read()
    shown = page.locator(LINES).evaluate_all("lines => lines.map(line => line.dataset.id)")
    assert len(shown) == FULL
    assert not [line for line in shown if line.startswith("before.")]
    assert abs(after.nodes - before.nodes) <= 0.02 * before.nodes
    assert after.alive < 1.5 * before.alive, "400 lines came and went, of nine nodes each"
    assert after.heap_bytes - before.heap_bytes <= 2 * MB
    assert after.busy_s - before.busy_s < 0.05 * took_ms / 1000
    assert max(long_tasks, default=0) <= 100
    streamer.close()
