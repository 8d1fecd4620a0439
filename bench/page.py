"""The pages, in headless Chromium before the built site of a real stack without an AI: what they weigh and how long
they take.

    python -m bench.page
"""

from __future__ import annotations

import gzip
import tempfile
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Request

from bench import table
from bench.table import Goal, Row, Weights, alone, beside
from bench.visit import LINES, chromium, first_visit, paint_ms, profile, slow_down
from local import launch

# No pack knows it.
GAME = "Bichos Voladores"
SLOWER = 4
PLAY, FIRST_LINE_MS = "Play to the first line", 2_000
KINDS = {"document": "page", "stylesheet": "styles", "script": "scripts", "font": "fonts", "other": "icon"}
# Of what CloudFront compresses; fonts and pictures are so already, and what it may not keep it passes on as it is.
TEXTS = ("text/", "application/json", "image/svg+xml")
LEAST, MOST = 1_000, 10_000_000

_numbers = count(1)


def main() -> None:
    rows, weights = measured(5)
    print(table.text(rows), table.text_of_weights(weights), sep="\n")


def measured(rounds: int) -> tuple[list[Row], Weights]:
    """Row 10, and what each page weighs."""
    with tempfile.TemporaryDirectory() as folder, launch.running(Path(folder)) as stack, chromium() as browser:
        # First, as the doors' first answers are no page's time.
        weights = {
            name: {kind: size / 1000 for kind, size in weighed.most_common()}
            for name, weighed in _weights(browser, stack.url)
        }
        return [*_weight_rows(weights), *_time_rows(browser, stack.url, rounds)], weights


def _weight_rows(weights: Weights) -> Iterator[Row]:
    for name, kinds in weights.items():
        yield Row(10, f"the {name} over the wire", "kB", sum(kinds.values()))


def _time_rows(browser: Browser, site: str, rounds: int) -> Iterator[Row]:
    taken = [(_times(browser, site, 1), _times(browser, site, SLOWER)) for _ in range(rounds)]
    for what in taken[0][0]:
        here, slower = ([one[speed][what] for one in taken] for speed in (0, 1))
        name = f"{what}, {SLOWER}x slower"
        if what == PLAY:
            yield alone(10, name, "ms", slower, Goal("at most", FIRST_LINE_MS))
            name = "the same, beside the machine as it is"
        yield beside(10, name, "ms", slower, "as it is", here)


def _times(browser: Browser, site: str, slower: int) -> dict[str, float]:
    """One newcomer; and OBS without a show, where the overlay says at once that it is connected."""
    name = f"newcomer-{next(_numbers)}"
    with profile(browser) as context, profile(browser) as obs:
        page, overlay = context.new_page(), obs.new_page()
        for one in (page, overlay):
            slow_down(one, slower)
        visit = first_visit(page, site, GAME, name)
        overlay.goto(_overlay(overlay, site, f"obs-of-{name}"))
        return {
            PLAY: visit.first_line_ms,
            "first paint of the landing page": visit.landing_ms,
            "first paint of the dashboard": visit.dashboard_ms,
            "first paint of the overlay": paint_ms(overlay),
        }


def _weights(browser: Browser, site: str) -> Iterator[tuple[str, Counter[str]]]:
    """Each page in a profile of its own, so that none finds what another has fetched."""
    name = f"newcomer-{next(_numbers)}"
    with profile(browser) as context:
        first_visit(context.new_page(), site, GAME, name)
        signed_in = context.storage_state()
    for page, path, ready in (
        ("landing page", "/", ".sample-lines li:nth-child(16)"),
        ("dashboard", "/dashboard", LINES),
        ("overlay", "", LINES),
    ):
        with profile(browser, storage_state=signed_in if path == "/dashboard" else None) as context:
            opened = context.new_page()
            requests = _told(opened)
            opened.goto(site + path if path else _overlay(opened, site, name))
            opened.wait_for_selector(ready)
            opened.wait_for_load_state("networkidle")
            yield page, sum((_weight(one) for one in requests), Counter())


def _told(page: Page) -> list[Request]:
    """The requests that have been answered, as they are."""
    told: list[Request] = []
    page.on("requestfinished", lambda request: told.append(request))
    return told


def _weight(request: Request) -> Counter[str]:
    """Bytes of an answer's body as the deployed site would send it, with gzip where Brotli would be a little less."""
    response = request.response()
    if not response:
        return Counter()
    body, type_ = response.body(), response.headers.get("content-type", "")
    if urlsplit(request.url).path.startswith("/api/"):
        return Counter({"the doors": len(body)})
    if type_.startswith(TEXTS) and LEAST <= len(body) <= MOST:
        body = gzip.compress(body)
    return Counter({KINDS.get(request.resource_type, "data"): len(body)})


def _overlay(page: Page, site: str, name: str) -> str:
    """The address of somebody's overlay, with a key that is new."""
    token = page.request.post(f"{site}/local/sign-in", data={"name": name}).json()["token"]
    signed = {"Authorization": f"Bearer {token}"}
    return f"{site}/overlay#k={page.request.post(f'{site}/api/stream-key', headers=signed, data={}).json()['key']}"


if __name__ == "__main__":
    main()
