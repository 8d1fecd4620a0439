"""The main job as a person does it: sign in, name a game, press Play, read a chat that knows it."""

from playwright.sync_api import Page, expect

LINES = ".chat-line"


def sign_in(page: Page, site: str, name: str) -> None:
    page.goto(f"{site}/sign-in")
    page.get_by_role("textbox").fill(name)
    page.get_by_role("button", name="Entrar").click()
    page.wait_for_url("**/dashboard*")
    expect(page.get_by_text("No hay stream activo")).to_be_visible()


def steady(page: Page, pace: str) -> None:
    """A fixed pace: the natural one, with which the page opens, is silent for as long as a real chat may be."""
    button = page.get_by_role("button", name=pace, exact=True)
    if not button.is_visible():
        page.get_by_text("Ritmo fijo").click()
    button.click()


def play(page: Page, game: str) -> None:
    steady(page, "0,5-1 s")
    page.get_by_role("textbox", name="¿A qué vas a jugar?").fill(game)
    page.get_by_role("button", name="Play").click()


def texts(page: Page) -> list[str]:
    return page.locator(f"{LINES} .chat-text").all_inner_texts()


def test_a_moment_is_a_burst(page: Page, site: str) -> None:
    sign_in(page, site, "momentos")
    play(page, "minecraft")
    page.wait_for_selector(LINES)
    page.get_by_role("button", name="Hype").click()
    page.wait_for_function(f"document.querySelectorAll('{LINES}[data-id*=\".w1.\"]').length >= 6", timeout=5_000)


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
