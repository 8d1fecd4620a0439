"""What Playwright does not offer: a tab that is really hidden, and what a page costs."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page


class RawTab:
    """A tab beside Playwright's, which keeps all of its own visible."""

    def __init__(self, browser: CDPSession, context: str, url: str) -> None:
        self._browser, self._context = browser, context
        self._target = browser.send("Target.createTarget", {"url": url, "browserContextId": context})["targetId"]
        attach = {"targetId": self._target, "flatten": False}
        self._session = browser.send("Target.attachToTarget", attach)["sessionId"]
        self._answers: dict[int, Any] = {}
        self._numbers = count(1)
        browser.on("Target.receivedMessageFromTarget", self._hear)

    def evaluate(self, expression: str) -> Any:
        """The value of an expression, awaited."""
        how = {"expression": expression, "awaitPromise": True, "returnByValue": True}
        result = self.send("Runtime.evaluate", how)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def open(self, url: str) -> None:
        self.send("Page.navigate", {"url": url})

    def hide(self) -> None:
        """Another tab in front of it."""
        self._browser.send("Target.createTarget", {"url": "about:blank", "browserContextId": self._context})

    def show(self) -> None:
        self._browser.send("Target.activateTarget", {"targetId": self._target})

    def send(self, method: str, params: dict[str, Any]) -> Any:
        number = next(self._numbers)
        message = json.dumps({"id": number, "method": method, "params": params})
        self._browser.send("Target.sendMessageToTarget", {"sessionId": self._session, "message": message})
        while number not in self._answers:
            self._browser.send("Target.getTargets")  # waits, and lets the answer come
        return self._answers.pop(number)["result"]

    def _hear(self, event: dict[str, Any]) -> None:
        if event["sessionId"] == self._session:
            answer = json.loads(event["message"])
            if "id" in answer:
                self._answers[answer["id"]] = answer


@contextmanager
def raw_tab(browser: Browser, url: str) -> Iterator[RawTab]:
    """A tab in a clean profile of its own, gone with all in it on leaving."""
    session = browser.new_browser_cdp_session()
    context = session.send("Target.createBrowserContext")["browserContextId"]
    try:
        yield RawTab(session, context, url)
    finally:
        session.send("Target.disposeBrowserContext", {"browserContextId": context})
        session.detach()


@dataclass(frozen=True)
class Load:
    """What a page holds after a garbage collection, and what it has done.

    `nodes` are those of its document but badges and words of lines: some lines have more of these than others. `alive`
    are all, also those not collected yet, which come in waves; `busy_s` what its main thread had of the processor since
    the meter began.
    """

    nodes: int
    alive: int
    heap_bytes: int
    busy_s: float


class Meter:
    def __init__(self, page: Page) -> None:
        self._page = page
        self._session = page.context.new_cdp_session(page)
        self._session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def read(self) -> Load:
        self._session.send("HeapProfiler.collectGarbage")
        metrics = {one["name"]: one["value"] for one in self._session.send("Performance.getMetrics")["metrics"]}
        nodes = self._page.evaluate(
            """() => {
                const ofItsLine = (node) => node.matches?.('.chat-badge, .chat-text')
                const walk = document.createTreeWalker(document, NodeFilter.SHOW_ALL, (node) =>
                    ofItsLine(node) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT)
                let count = 1
                while (walk.nextNode()) count++
                return count
            }"""
        )
        return Load(nodes, int(metrics["Nodes"]), int(metrics["JSHeapUsedSize"]), metrics["TaskDuration"])
