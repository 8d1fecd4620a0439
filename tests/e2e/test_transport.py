"""Play, Pause, Resume and Stop: what they say, here and on the other screens, and what a change does to the lines."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_main_job import LINES, play, sign_in, steady


def ids(page: Page) -> list[str]:
    found: list[str] = page.locator(LINES).evaluate_all("lines => lines.map(line => line.dataset.id)")
    return found


def numbers(page: Page) -> list[int]:
    """The numbers of the base lines: a show that goes on goes on counting."""
    return [int(name.split(".")[1]) for name in ids(page) if ".w" not in name]


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def wait_for_more(page: Page, than: int, timeout_s: float = 10) -> None:
    page.wait_for_function(f"document.querySelectorAll('{LINES}').length > {than}", timeout=timeout_s * 1000)


def silent(page: Page, seconds: float) -> bool:
    before = ids(page)
    page.wait_for_timeout(seconds * 1000)
    return ids(page) == before


def test_play_pause_resume_stop(page: Page, site: str) -> None:
    sign_in(page, site, "transporte")
    play(page, "rdr2")
    expect(page.get_by_text("Streaming: Red Dead Redemption 2")).to_be_visible()
    expect(page.get_by_text("Chat activo")).to_be_visible()
    expect(page.locator(".transport button")).to_have_text(["Pausar", "Detener"])
    wait_for_more(page, 2)

    press(page, "Pausar")
    expect(page.get_by_text("En pausa: Red Dead Redemption 2")).to_be_visible()
    expect(page.locator(".transport button")).to_have_text(["Reanudar", "Detener"])
    before = ids(page)
    assert silent(page, 1.5), "a line was due meanwhile"

    press(page, "Reanudar")
    expect(page.get_by_text("Streaming: Red Dead Redemption 2")).to_be_visible()
    wait_for_more(page, len(before) + 1)
    assert ids(page)[: len(before)] == before
    found = numbers(page)
    assert found == list(range(len(found))), "none of the lines before returns, none is left out"

    press(page, "Detener")
    expect(page.get_by_text("No hay stream activo")).to_be_visible()
    expect(page.locator(".transport button")).to_have_text(["Play"])
    assert silent(page, 1.5)


def test_what_is_changed_live_keeps_the_lines_and_comes_at_once(page: Page, site: str) -> None:
    """From a line a minute to one a second; then another game, then another language, all the same."""
    sign_in(page, site, "cambios")
    press(page, "5")
    page.get_by_role("textbox", name="¿A qué vas a jugar?").fill("Elden Ring")
    press(page, "Play")
    page.wait_for_selector(LINES)
    for change, slack_s in ((pace_of_a_second, 4), (another_game, 4), (another_language, 4)):
        before = ids(page)
        changed = time.monotonic()
        change(page)
        wait_for_more(page, len(before))
        assert time.monotonic() - changed < 1 + slack_s, "its longest pause, and a test machine that is busy"
        assert ids(page)[: len(before)] == before
    assert numbers(page) == list(range(len(numbers(page))))
    page.reload()
    expect(page.get_by_text("Streaming: Minecraft")).to_be_visible()
    assert page.get_by_label("Idioma del chat").input_value() == "es-MX"
    assert page.get_by_role("button", name="0,5-1 s", exact=True).get_attribute("aria-pressed") == "true"


def pace_of_a_second(page: Page) -> None:
    steady(page, "0,5-1 s")


def another_game(page: Page) -> None:
    page.get_by_role("textbox", name="¿A qué vas a jugar?").fill("Minecraft")
    press(page, "Cambiar a Minecraft")
    expect(page.get_by_text("Streaming: Minecraft")).to_be_visible()


def another_language(page: Page) -> None:
    page.get_by_label("Idioma del chat").select_option("es-MX")


def test_a_paused_device_that_is_looked_at_knows_what_the_other_did(new_page: Callable[[], Page], site: str) -> None:
    first, second = new_page(), new_page()
    sign_in(first, site, "mandos")
    play(first, "Elden Ring")
    first.wait_for_selector(LINES)
    press(first, "Pausar")
    expect(first.get_by_text("En pausa: Elden Ring")).to_be_visible()
    second.goto(f"{site}/sign-in")
    second.get_by_role("textbox").fill("mandos")
    second.get_by_role("button", name="Entrar").click()
    expect(second.get_by_text("En pausa: Elden Ring")).to_be_visible()

    press(second, "Reanudar")
    expect(second.get_by_text("Streaming: Elden Ring")).to_be_visible()
    first.evaluate("dispatchEvent(new Event('focus'))")
    expect(first.get_by_text("Streaming: Elden Ring")).to_be_visible()
    shared = second.locator(LINES).first.get_attribute("data-id")
    first.wait_for_selector(f'{LINES}[data-id="{shared}"]', timeout=5_000)

    press(first, "Pausar")
    press(second, "Detener")
    expect(second.get_by_text("No hay stream activo")).to_be_visible()
    first.evaluate("dispatchEvent(new Event('focus'))")
    expect(first.get_by_text("No hay stream activo")).to_be_visible()


@pytest.mark.soak
def test_pause_and_stop_reach_the_other_screens_within_their_next_batch(
    new_page: Callable[[], Page], site: str
) -> None:
    """One streamer pauses, another stops: a second dashboard hears within 60 s, an overlay within 16; then silence."""
    screens = {}
    for verb, says in (("Pausar", "En pausa: Minecraft"), ("Detener", "No hay stream activo")):
        control, second, overlay = new_page(), new_page(), new_page()
        sign_in(control, site, f"pantallas{verb}")
        press(control, "Crear enlace para OBS")
        link = control.get_by_label("Enlace para OBS").input_value()
        play(control, "Minecraft")
        second.goto(f"{site}/sign-in")
        second.get_by_role("textbox").fill(f"pantallas{verb}")
        second.get_by_role("button", name="Entrar").click()
        overlay.goto(link)
        for screen in (second, overlay):
            screen.wait_for_selector(LINES, timeout=20_000)
        screens[verb] = (control, second, overlay, says)
    ended = time.monotonic()
    for verb, (control, *_, says) in screens.items():
        press(control, verb)
        expect(control.get_by_text(says)).to_be_visible()
    control.wait_for_timeout(max(0, 16.5 - (time.monotonic() - ended)) * 1000)
    quiet_since = {verb: ids(overlay) for verb, (_, _, overlay, _) in screens.items()}
    for _, second, _, says in screens.values():
        expect(second.get_by_text(says)).to_be_visible(timeout=62_000)
    assert time.monotonic() - ended < 62
    lines = {verb: ids(second) for verb, (_, second, *_) in screens.items()}
    control.wait_for_timeout(20_000)
    for verb, (_, second, overlay, _) in screens.items():
        assert ids(second) == lines[verb]
        assert ids(overlay) in (quiet_since[verb], [])
