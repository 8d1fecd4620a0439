"""Games and topics: the first run, names that are none, chips, the limit, what a chip says, the kind of game."""

import json
from collections.abc import Callable

from chatsim import builtin
from playwright.sync_api import Locator, Page, Route, expect

from tests.conftest import ROOT
from tests.e2e.chat import NO_WORKERS
from tests.e2e.test_main_job import LINES, play, sign_in

PHONE = {"width": 390, "height": 844}
# How long the page says that it is done.
DONE_MS = 2_500


def field(page: Page) -> Locator:
    return page.locator("#game-name")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def add(page: Page, name: str) -> None:
    """By button; ends when the name has become a chip, or when it has not and the page says why."""
    field(page).fill(name)
    press(page, "Añadir")


def chips(page: Page) -> list[str]:
    return page.locator(".chip-name span").all_inner_texts()


def shown(page: Page) -> list[str]:
    found: list[str] = page.locator(LINES).evaluate_all("lines => lines.map(line => line.dataset.id)")
    return found


def test_the_first_run(page: Page, site: str) -> None:
    """Two taps from the dashboard to lines; three steps that are marked as they are taken, and go."""
    sign_in(page, site, "primeravez")
    expect(field(page)).to_be_focused()
    steps, taken = page.locator(".way li"), page.locator('.way li[data-done="true"]')
    assert steps.all_inner_texts() == ["Elige juego", "Play", "Llévalo a OBS"]
    expect(taken).to_have_count(0)
    start = page.get_by_role("button", name="Play")
    expect(start).to_have_attribute("aria-disabled", "true")
    expect(start).to_have_accessible_description("Elige un juego para empezar.")
    start.click(force=True)
    expect(page.get_by_role("alert")).to_have_text("Falta el nombre. Escríbelo aquí.")
    expect(field(page)).to_be_focused()

    ideas = page.get_by_role("group", name="Ideas para empezar").get_by_role("button")
    expect(ideas).to_have_count(6)
    ideas.first.click()
    expect(taken).to_have_text(["Elige juego"])
    start.click()
    page.wait_for_selector(LINES)
    expect(taken).to_have_text(["Elige juego", "Play"])
    expect(ideas).to_have_count(0)
    assert page.get_by_role("button", name="60", exact=True).get_attribute("aria-pressed") == "true"

    press(page, "Crear enlace para OBS")
    expect(steps).to_have_count(0)
    press(page, "Detener")
    page.reload()
    expect(page.get_by_text("No hay stream activo")).to_be_visible()
    expect(page.locator('.chip[data-selected="true"]')).to_contain_text("Minecraft")
    expect(steps).to_have_count(0)
    expect(start).to_have_attribute("aria-disabled", "false")


def test_the_six_games_are_built_in() -> None:
    names = json.loads((ROOT / "frontend/src/i18n/es.json").read_text("utf-8"))["games.ideas.game"].split("|")
    assert len(names) == 6
    assert {builtin.find(builtin.named(name, "game"), "es").ref.source for name in names} == {"builtin"}


def test_what_is_no_name_is_said_before_any_request(page: Page, site: str) -> None:
    sign_in(page, site, "descuidos")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    said: dict[str, str] = {}
    for mode, long in (("Juegos", 51), ("Just Chatting", 61)):
        press(page, mode)
        for name in ("", "   ", "a", "a" * long, "!!!", "🔥🔥"):
            field(page).fill(name)
            page.keyboard.press("Enter")
            problem = page.get_by_role("alert")
            expect(problem).to_be_visible()
            expect(field(page)).to_be_focused()
            said[f"{mode} {name}"] = problem.inner_text()
            field(page).fill("otra cosa")
            expect(problem).to_have_count(0)
    assert len(set(said.values())) == 5, "blank, short, long for each of the two, symbols"
    assert "50" in said[f"Juegos {'a' * 51}"]
    assert "60" in said[f"Just Chatting {'a' * 61}"]
    assert not [url for url in asked if "/api/" in url]


def test_games_and_topics_share_four_slots(page: Page, site: str) -> None:
    page.add_init_script(NO_WORKERS)
    page.clock.install()
    sign_in(page, site, "coleccion")
    for name in ("1942", "2048", "ゼルダ"):
        field(page).fill(name)
        page.keyboard.press("Enter")
        expect(field(page)).to_have_value("")
    expect(page.locator(".free-slots")).to_have_text("✓ Listo")
    page.clock.fast_forward(DONE_MS)
    expect(page.locator(".free-slots")).to_have_text("Te queda 1 hueco")
    press(page, "Just Chatting")
    assert chips(page) == []
    topics = page.get_by_role("group", name="Ideas para empezar").get_by_role("button")
    assert topics.all_inner_texts() == [
        *("Mi vida", "Música", "Viajes", "Tecnología", "Películas y series", "Comida", "Deporte", "Anime")
    ]
    press(page, "Viajes")
    expect(field(page)).to_have_value("Viajes")
    press(page, "Añadir")
    expect(page.locator(".chip-name span")).to_have_text(["Viajes"])
    expect(topics).to_have_count(7)
    page.clock.fast_forward(DONE_MS)
    expect(page.locator(".free-slots")).to_have_text("No te quedan huecos (4 entre juegos y temas)")

    # A fifth: all four are offered, whatever their mode; one may leave it, and nothing typed is lost.
    press(page, "Juegos")
    assert chips(page) == ["1942", "2048", "ゼルダ"]
    add(page, "Dark Souls")
    expect(page.get_by_text("Ya tienes 4. ¿Cuál cambias?")).to_be_visible()
    assert page.locator(".swap-choices button").all_inner_texts() == ["1942", "2048", "ゼルダ", "Viajes"]
    expect(field(page)).to_have_value("Dark Souls")
    press(page, "Dejarlo así")
    expect(field(page)).to_have_value("Dark Souls")
    press(page, "Añadir")
    page.locator(".swap").get_by_role("button", name="Viajes").click()
    expect(page.locator(".chip")).to_have_count(4)
    expect(field(page)).to_have_value("")
    assert chips(page) == ["1942", "2048", "ゼルダ", "Dark Souls"]

    page.get_by_role("button", name="Quitar 1942").click()
    expect(page.locator(".chip")).to_have_count(3)
    expect(page.locator(".free-slots")).to_have_text("Te queda 1 hueco")


def test_a_fifth_game_plays_without_a_slot_and_nothing_nags_afterwards(page: Page, site: str) -> None:
    sign_in(page, site, "quinto")
    for name in ("1942", "2048", "ゼルダ", "Mi Prototipo"):
        add(page, name)
        expect(field(page)).to_have_value("")
    play(page, "rdr2")
    expect(page.get_by_text("Streaming: Red Dead Redemption 2")).to_be_visible()
    press(page, "Dejarlo así")
    expect(page.locator(".transport button")).to_have_text(["Pausar", "Detener"])
    field(page).fill("")
    expect(page.locator(".transport button")).to_have_text(["Pausar", "Detener"])
    page.locator(".chip-name").first.click()
    expect(page.get_by_role("button", name="Cambiar a 1942")).to_be_visible()


def test_a_refusal_shows_its_message_and_keeps_what_was_typed(page: Page, site: str) -> None:
    sign_in(page, site, "rechazos")
    add(page, "<b>minecraft</b>")
    expect(page.get_by_role("alert")).to_contain_text("No parece el nombre de un juego.")
    expect(field(page)).to_have_value("<b>minecraft</b>")
    expect(page.locator(".chip")).to_have_count(0)
    expect(page.locator(".free-slots")).to_have_text("Te quedan 4 huecos")
    press(page, "Cerrar")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_the_kind_of_a_game_nobody_knows(page: Page, site: str) -> None:
    """One tap, and the show that runs goes on with it: no line lost, none twice. Skipped, it is not asked again."""
    sign_in(page, site, "prototipos")
    play(page, "Mi Prototipo")
    page.wait_for_selector(LINES)
    expect(page.locator(".chip-source")).to_have_text("genérico")
    kinds = page.get_by_role("group", name="¿Qué tipo de juego es?").get_by_role("button")
    expect(kinds).to_have_count(9)
    before = shown(page)
    kinds.get_by_text("disparos").click()
    expect(page.locator(".chip-source")).to_have_text("género: disparos")
    expect(kinds).to_have_count(0)
    page.wait_for_selector(f'{LINES}:not([data-id^="{before[0].split(".")[0]}."])')
    after = shown(page)
    assert after[: len(before)] == before
    assert [int(line.split(".")[1]) for line in after] == list(range(len(after)))

    add(page, "Otro Prototipo")
    press(page, "Omitir")
    expect(kinds).to_have_count(0)
    expect(page.locator(".chip-source")).to_have_text(["género: disparos", "genérico"])
    page.reload()
    expect(page.get_by_text("Streaming: Mi Prototipo")).to_be_visible()
    expect(kinds).to_have_count(0)
    add(page, "Minecraft")
    expect(page.locator(".chip-source").last).to_have_text("incluido")


def test_on_a_phone_all_of_it_is_in_view(new_page: Callable[[], Page], site: str) -> None:
    page = new_page()
    page.set_viewport_size(PHONE)
    sign_in(page, site, "telefono")
    assert fits(page) == []
    play(page, "Minecraft")
    page.get_by_role("button", name="Risas").click()
    page.wait_for_function(f"document.querySelectorAll('{LINES}').length >= 6")
    page.evaluate("scrollTo(0, 0)")
    settings = page.locator(".chat-settings > summary")
    settings.click()
    assert fits(page) == []
    settings.click()
    assert page.evaluate("document.querySelector('.chat-log').clientHeight") >= 6 * 48, "six lines of two rows each"
    assert fits(page) == []
    in_view(page)

    long = "No parece el nombre de un juego. Revísalo y prueba otra vez. " * 4
    body = json.dumps({"success": False, "error": "INVALID_GAME", "message": long})

    def refuse(route: Route) -> None:
        route.fulfill(status=422, content_type="application/json", body=body)

    page.route("**/api/generate-phrases", refuse)
    add(page, "algo raro")
    expect(page.get_by_role("alert")).to_be_visible()
    in_view(page)


def in_view(page: Page) -> None:
    for name in ("Pausar", "Detener", "Risas", "Hype", "Miedo", "WTF"):
        expect(page.get_by_role("button", name=name)).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def fits(page: Page) -> list[str]:
    """What a thumb would miss: controls smaller than 44 px."""
    found: list[str] = (
        page.evaluate("""() => [...document.querySelectorAll('main :is(button, a, input, select, summary)')]
        .filter(one => one.checkVisibility())
        .map(one => one.closest('label:not([for])') ?? one)
        .filter(one => Math.min(one.offsetWidth, one.offsetHeight) < 44)
        .map(one => one.outerHTML)""")
    )
    return found
