"""A visitor of the site: Chromium with a clean profile each time, as the tests and the measurements have it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

PROGRAM = Path(__file__).resolve().parents[1] / ".cache" / "browser"
# Without these Chromium asks its maker's hosts for updates at every start.
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
WAIT_MS = 10_000
LINES = ".chat-line"
# When Play was pressed and when the first line was there, by the page's own clock.
WATCH = f"""
    addEventListener('click', ({{target}}) => {{
      if (target.closest('button')?.textContent.includes('Play')) window.pressedAt ??= performance.now()
    }}, true)
    new MutationObserver(() => {{
      if (document.querySelector('{LINES}')) window.firstLineAt ??= performance.now()
    }}).observe(document, {{childList: true, subtree: true}})
"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Ended on leaving. While it runs, its thread has an event loop of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM.read_text("utf-8").strip(), args=QUIET)
        yield browser
        browser.close()


def profile(browser: Browser, **options: Any) -> BrowserContext:
    """A clean profile, in Spanish; `options` as Playwright's new_context has them."""
    context = browser.new_context(locale="es-ES", viewport={"width": 1280, "height": 800}, **options)
    context.set_default_timeout(WAIT_MS)
    # Nothing depends on other people's servers.
    context.route(re.compile(r"https://(7tv\.io|cdn\.7tv\.app)/"), lambda route: route.abort())
    return context


def slow_down(page: Page, times: int) -> None:
    """Lets everything that the page does take so many times as long."""
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": times})


@dataclass(frozen=True)
class Visit:
    """First contentful paint of the landing page and of the dashboard, and what the first line took after Play."""

    landing_ms: float
    dashboard_ms: float
    first_line_ms: float


def first_visit(page: Page, site: str, game: str, name: str) -> Visit:
    """From the landing page to the first line: one typed game and at most five clicks, which are all here.

    `name`: whom to sign in as; left empty it would be "demo".
    """
    page.add_init_script(WATCH)
    page.goto(site)
    page.get_by_role("textbox", name="¿A qué vas a jugar?").click()
    page.keyboard.type(game)
    landing_ms = paint_ms(page)
    page.get_by_role("button", name="Crear mi público").first.click()
    page.get_by_role("textbox").fill(name)
    page.get_by_role("button", name="Entrar").click()
    page.wait_for_url("**/dashboard*")
    page.get_by_role("button", name="Play").click()
    page.wait_for_selector(LINES)
    return Visit(landing_ms, paint_ms(page), float(page.evaluate("firstLineAt - pressedAt")))


def paint_ms(page: Page) -> float:
    """First contentful paint after the page's navigation began, once there is one."""
    painted = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
    return float(page.wait_for_function(painted).json_value())
