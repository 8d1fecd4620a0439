"""The main job as a person does it: sign in, name a game, press Play, read a chat that knows it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

LINES = ".chat-line"


def sign_in(page: Page, site: str, name: str) -> None:
    page.goto(f"{site}/sign-in")
    page.get_by_role("textbox").fill(name)
    page.get_by_role("button", name="Entrar").click()
    page.wait_for_url("**/dashboard*")
    expect(page.get_by_text("No hay stream activo")).to_be_visible()


def play(page: Page, game: str) -> None:
    page.get_by_role("textbox", name="¿A qué vas a jugar?").fill(game)
    page.get_by_role("button", name="Play").click()


def texts(page: Page) -> list[str]:
    return page.locator(f"{LINES} .chat-text").all_inner_texts()


def test_pause_keeps_the_lines_resume_goes_on_and_stop_ends(page: Page, site: str) -> None:
    sign_in(page, site, "transporte")
    play(page, "rdr2")
    page.wait_for_selector(LINES)
    page.get_by_role("button", name="Pausar").click()
    expect(page.get_by_text("En pausa: Red Dead Redemption 2")).to_be_visible()
    before = texts(page)
    assert before
    page.get_by_role("button", name="Reanudar").click()
    expect(page.get_by_text("Streaming: Red Dead Redemption 2")).to_be_visible()
    page.wait_for_function(f"document.querySelectorAll('{LINES}').length > {len(before)}")
    after = texts(page)
    assert after[: len(before)] == before
    assert not set(after[len(before) :]) & set(before)
    page.get_by_role("button", name="Detener").click()
    expect(page.get_by_text("No hay stream activo")).to_be_visible()


def test_a_moment_is_a_burst(page: Page, site: str) -> None:
    sign_in(page, site, "momentos")
    play(page, "minecraft")
    page.wait_for_selector(LINES)
    page.get_by_role("button", name="Hype").click()
    page.wait_for_function(f"document.querySelectorAll('{LINES}[data-id*=\".w1.\"]').length >= 6", timeout=5_000)


def test_the_fifth_game_asks_which_one_to_change(page: Page, site: str) -> None:
    sign_in(page, site, "coleccion")
    field = page.get_by_role("textbox", name="¿A qué vas a jugar?")
    for game in ("Minecraft", "rdr2", "1942", "ゼルダ"):
        field.fill(game)
        page.get_by_role("button", name="Añadir").click()
        expect(field).to_have_value("")
    expect(page.get_by_text("No te quedan huecos")).to_be_visible()
    field.fill("Dark Souls")
    page.get_by_role("button", name="Añadir").click()
    expect(page.get_by_text("Ya tienes 4. ¿Cuál cambias?")).to_be_visible()
    expect(field).to_have_value("Dark Souls")
    page.locator(".swap").get_by_role("button", name="1942").click()
    expect(page.get_by_text("género: soulslike")).to_be_visible()
    expect(page.get_by_text("1942")).to_have_count(0)


@pytest.mark.parametrize("name", ["", " ", "a", "a" * 51, "!!!"])
def test_what_is_no_name_is_said_before_any_request(page: Page, site: str, name: str) -> None:
    sign_in(page, site, "descuidos")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("textbox", name="¿A qué vas a jugar?").fill(name)
    page.get_by_role("button", name="Añadir").click()
    problem = page.get_by_role("alert")
    expect(problem).to_be_visible()
    assert len(problem.inner_text()) > 8
    assert not [url for url in asked if "/api/" in url]


def test_a_second_device_joins_and_only_play_takes_over(new_page: Callable[[], Page], site: str) -> None:
    first, second = new_page(), new_page()
    sign_in(first, site, "dosequipos")
    play(first, "Elden Ring")
    first.wait_for_selector(LINES)
    second.goto(f"{site}/sign-in")
    second.get_by_role("textbox").fill("dosequipos")
    second.get_by_role("button", name="Entrar").click()
    expect(second.get_by_text("Streaming: Elden Ring")).to_be_visible()
    expect(first.get_by_text("Streaming: Elden Ring")).to_be_visible()


def test_an_overlay_shows_the_lines_of_the_show(new_page: Callable[[], Page], site: str) -> None:
    dashboard, overlay = new_page(), new_page()
    sign_in(dashboard, site, "enobs")
    dashboard.get_by_role("button", name="Crear enlace para OBS").click()
    link = dashboard.get_by_label("Enlace para OBS").input_value()
    assert link.startswith(f"{site}/overlay#k=")
    play(dashboard, "minecraft")
    dashboard.wait_for_selector(LINES)
    overlay.goto(link)
    overlay.wait_for_selector(LINES, timeout=15_000)
    shown = overlay.locator(LINES).last.get_attribute("data-id")
    dashboard.wait_for_selector(f'{LINES}[data-id="{shown}"]', timeout=1_500)
    assert overlay.evaluate("getComputedStyle(document.body).backgroundColor") == "rgba(0, 0, 0, 0)"


def test_who_is_not_signed_in_is_sent_to_sign_in_and_back(page: Page, site: str) -> None:
    page.goto(f"{site}/dashboard")
    page.wait_for_url("**/sign-in*")
    page.get_by_role("button", name="Entrar").click()
    page.wait_for_url("**/dashboard*")


def test_by_keyboard_alone_each_step_lands_on_the_next(page: Page, site: str) -> None:
    sign_in(page, site, "teclado")
    field = page.get_by_role("textbox", name="¿A qué vas a jugar?")
    expect(field).to_be_focused()
    page.keyboard.type("Elden Ring")
    page.get_by_role("button", name="Play").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(LINES)
    expect(page.get_by_role("button", name="Pausar")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Reanudar")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Detener").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Play")).to_be_focused()
