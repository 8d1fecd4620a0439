"""What the tests of the chat share: a streamer without a page, what a page has shown and when, lines of our own."""

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx
from playwright.sync_api import Page, Route

from tests import sse

LINES = ".chat-line"
# Without workers the page's own timers keep time, and those a test can turn.
NO_WORKERS = "delete window.Worker"

# Runs in a page before anything else: notes each line when it is put there, emotes by their names.
RECORDER = """
window.seen = []
const textOf = (node) => node.nodeType === 3 ? node.data
  : node.alt ?? node.getAttribute('aria-label') ?? [...node.childNodes].map(textOf).join('')
new MutationObserver((changes) => {
  for (const { addedNodes } of changes) for (const node of addedNodes)
    if (node.classList?.contains('chat-line')) seen.push({
      id: node.dataset.id,
      author: node.querySelector('.chat-author').textContent,
      text: textOf(node.querySelector('.chat-text')),
      at_ms: performance.timeOrigin + performance.now(),
    })
}).observe(document, { childList: true, subtree: true })
"""


@dataclass(frozen=True)
class Seen:
    """A line a page has shown; `at_ms` by this machine's real clock."""

    id: str
    author: str
    text: str
    at_ms: float

    @property
    def said(self) -> tuple[str, str, str]:
        return self.id, self.author, self.text

    @property
    def is_wave(self) -> bool:
        return ".w" in self.id


def record(page: Page) -> Page:
    page.add_init_script(RECORDER)
    return page


def seen(page: Page) -> list[Seen]:
    """Every line since the page was loaded, in the order they appeared; `record` has to come before that."""
    return [Seen(**line) for line in page.evaluate("seen")]


def base(lines: Iterable[Seen]) -> list[Seen]:
    return [line for line in lines if not line.is_wave]


def wait_for(page: Page, count: int, timeout_s: float = 30) -> None:
    """Until the page has shown `count` lines since it was loaded."""
    page.wait_for_function(f"seen.length >= {count}", timeout=timeout_s * 1000)


class Streamer:
    """Somebody signed in, at the doors without a page: starts shows, and reads them as a plain HTTP reader does."""

    def __init__(self, site: str, name: str) -> None:
        self.site, self.name = site, name
        self._http = httpx.Client(base_url=site, trust_env=False, timeout=20)
        self._token = self._http.post("/local/sign-in", json={"name": name}).json()["token"]
        self._http.cookies.clear()
        self._ticket = self._at = ""
        self.lines: dict[str, tuple[str, str]] = {}

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._http.request(method, path, json=body, headers={"Authorization": f"Bearer {self._token}"})
        answer.raise_for_status()
        return answer.json()

    def start(self, min_ms: int, max_ms: int) -> dict[str, Any]:
        """A show, to be read from its first line."""
        wish = {"gameName": "Minecraft", "mode": "game", "lang": "es", "min": min_ms, "max": max_ms}
        ticket = self.ask("POST", "/api/chat-ticket", wish)
        self._ticket, self._at, self.lines = ticket["ticket"], ticket["show"]["first"], {}
        show: dict[str, Any] = ticket["show"]
        return show

    def overlay(self) -> str:
        """The address of a new overlay."""
        url: str = self.ask("POST", "/api/stream-key")["url"]
        return url if url.startswith("http") else self.site + url

    def read(self) -> dict[str, tuple[str, str]]:
        """Author and text of every line due within a second or before, by id; to be asked every 2 minutes or sooner."""
        for event in self._batch(horizon_s=1):
            self.lines[event.data["id"]] = event.data["username"], event.data["content"]
            self._at = event.id or self._at
        return self.lines

    def ahead(self) -> list[dict[str, Any]]:
        """The lines of the next two minutes, as the door sends them."""
        return [event.data for event in self._batch(horizon_s=120)]

    def _batch(self, horizon_s: int) -> list[sse.Event]:
        at = {"X-Ticket": self._ticket, "Last-Event-ID": self._at}
        answer = self._http.get(f"/api/chat-stream?horizon={horizon_s}", headers=at)
        answer.raise_for_status()
        return sse.lines(sse.parse(answer.content))

    def said(self, first: str, last: str) -> list[tuple[str, str, str]]:
        """The base lines from one id to another, as the referee has them."""
        base_lines = [(line, *said) for line, said in self.read().items() if ".w" not in line]
        ids = [line for line, _, _ in base_lines]
        return base_lines[ids.index(first) : ids.index(last) + 1]

    def close(self) -> None:
        self._http.close()


def agrees(streamer: Streamer, page: Page) -> int:
    """Checks that the page has shown what it should: nothing lost, twice, moved or changed. The number of lines."""
    shown = [line.said for line in base(seen(page))]
    assert shown == streamer.said(shown[0][0], shown[-1][0])
    return len(shown)


@dataclass
class FedChat:
    """A dashboard whose show the test speaks: the page is real, the two doors behind its chat are the test's."""

    page: Page
    now_ms: int = 1_795_334_821_000
    running_ms: int = 754_000
    title: str = "Elden Ring"
    asked: list[str] = field(default_factory=list)
    _next: list[dict[str, Any]] = field(default_factory=list)
    _said: int = 0
    _began_s: float = field(default_factory=time.monotonic)

    def open(self, address: str) -> "FedChat":
        self.serve()
        self.page.goto(address)
        self.page.get_by_text(f"Streaming: {self.title}").wait_for()
        return self

    def serve(self) -> None:
        """Be the two doors for every page of this profile, an overlay too."""
        self.page.context.route("**/api/chat-ticket*", self._ticket)
        self.page.context.route("**/api/chat-stream*", self._stream)

    def say(self, *contents: str, **more: Any) -> list[str]:
        """Lines due at once, with the page's next question, in a fraction of a second; their ids."""
        ids = []
        for content in contents:
            ids.append(f"s.{self._said}")
            self._said += 1
            line = {"username": "nube", "category": "gameplay", "color": "#ff9e7a", "badges": []}
            self._next.append({**line, "id": ids[-1], "content": content, "timestamp": self.now_ms, **more})
        return ids

    def shows(self, line_id: str) -> None:
        self.page.wait_for_selector(f'{LINES}[data-id="{line_id}"]', state="attached")

    def _ticket(self, route: Route) -> None:
        self.asked.append(route.request.method)
        show = {"id": "s", "gameName": "elden ring", "displayName": self.title, "mode": "game", "lang": "es"}
        show |= {"pace": "natural", "viewers": 60, "state": "live", "source": "genre", "first": "s.first"}
        show["startedAt"] = self.now_ms - self.running_ms
        overlay = {"look": {}, "test": None}
        route.fulfill(json={"ticket": "t", "serverNow": self._now_ms(), "show": show} | overlay)

    def _stream(self, route: Route) -> None:
        lines, self._next = self._next, []
        route.fulfill(content_type="text/event-stream", body=stream_of(self._now_ms(), lines, again_ms=100))

    def _now_ms(self) -> int:
        return self.now_ms + int((time.monotonic() - self._began_s) * 1000)


def stream_of(now_ms: int, lines: list[dict[str, Any]], again_ms: int, after: str = "s.next") -> str:
    """The body of a batch: `after` is where the next one is asked from."""
    end = {"next": after, "count": len(lines), "missed": 0, "again": again_ms}
    events = [_event("hello", {"now": now_ms, "show": "s"}), *(_event("message", line) for line in lines)]
    return "".join([*events, _event("end", end)])


def _event(name: str, data: Any) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"


def within(page: Page, seconds: float, holds: Callable[[], bool]) -> bool:
    """Whether it holds at some moment of the next `seconds`; pages and their routes go on meanwhile."""
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            return False
        page.wait_for_timeout(50)
    return True


def real_time(page: Page, seconds: float) -> None:
    """For what takes its time, and nothing to be waited for."""
    page.wait_for_timeout(seconds * 1000)
