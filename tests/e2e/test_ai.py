"""The AI's pack joins a show that began without it, in a real browser."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from local import launch
from tests.e2e.test_main_job import LINES, play, sign_in

SECONDS = 8


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The stack with providers that take eight seconds for a pack."""
    folder: Path = tmp_path_factory.mktemp("ai-site")
    with (
        launch.fake_ai(seconds=SECONDS) as ai,
        launch.running(folder / "data", errors=folder / "errors", ai=ai) as running,
    ):
        yield running.url


@pytest.mark.soak
@pytest.mark.timeout(120)
def test_play_does_not_wait_for_the_ai_and_its_pack_joins_without_a_break(
    new_page: Callable[[], Page], site: str
) -> None:
    page, other = new_page(), new_page()
    sign_in(page, site, "paciente")
    play(page, "Bichos Voladores")
    page.wait_for_selector(LINES, timeout=3_000)
    before = page.locator(LINES).evaluate_all("lines => lines.map(line => line.dataset.id)")
    expect(page.locator(".chip")).to_contain_text("IA", timeout=15_000)
    first_show = before[0].split(".")[0]
    page.wait_for_selector(f'{LINES}:not([data-id^="{first_show}."])', timeout=15_000)
    shown = [
        name.split(".") for name in page.locator(LINES).evaluate_all("lines => lines.map(line => line.dataset.id)")
    ]
    assert [int(k) for _, k in shown] == list(range(len(shown))), "no line lost, none twice"
    assert len({show for show, _ in shown}) == 2
    expect(page.get_by_text("Streaming: Bichos Voladores")).to_be_visible()
    sign_in(other, site, "vecina")
    other.get_by_role("textbox").fill("bichos voladores")
    other.get_by_role("button", name="Añadir").click()
    expect(other.locator(".chip-source")).to_have_text("compartido")
