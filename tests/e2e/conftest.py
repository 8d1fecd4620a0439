"""A real Chromium before the whole local stack, its data new and its site built."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from bench import visit
from local import launch


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
    # Closed after each module: while it runs, this thread has an event loop that other tests would trip over.
    with visit.chromium() as chromium:
        yield chromium


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """new_page(**context options) → a page in a profile of its own, in Spanish, that meets no error of its own."""
    faults: list[str] = []
    contexts = []

    def open_page(**options: Any) -> Page:
        context = visit.profile(browser, **options)
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
