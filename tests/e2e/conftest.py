"""A real Chromium before the whole local stack, its data new and its site built."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from local import launch
from tests.conftest import ROOT

# Without these Chromium asks its maker's hosts for updates at every start.
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
WAIT_MS = 10_000


@pytest.fixture(scope="session")
def site_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the stack has its data, in `data`, and what it complains of, in `errors`."""
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="session")
def site(site_folder: Path) -> Iterator[str]:
    """The stack's address."""
    with launch.running(site_folder / "data", errors=site_folder / "errors") as running:
        yield running.url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = (ROOT / ".cache/browser").read_text().strip()
    # Closed after each module: while it runs, this thread has an event loop that other tests would trip over.
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """new_page(**context options) → a page in a profile of its own, in Spanish, that meets no error of its own."""
    faults: list[str] = []
    contexts = []

    def open_page(**options: Any) -> Page:
        context = browser.new_context(locale="es-ES", viewport={"width": 1280, "height": 800}, **options)
        context.set_default_timeout(WAIT_MS)
        # No test depends on other people's servers.
        context.route(re.compile(r"https://(7tv\.io|cdn\.7tv\.app)/"), lambda route: route.abort())
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not faults


@pytest.fixture
def page(new_page: Callable[[], Page]) -> Page:
    return new_page()
