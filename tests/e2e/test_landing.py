"""The first five minutes: from the landing page to a talking chat; and the landing page itself."""

import json

import pytest
from playwright.sync_api import Browser, Page, expect

from bench import visit
from bench.visit import LINES
from tests.conftest import ROOT

SAMPLE = ".sample-lines li"
AT_ONCE = 16
# On a quiet machine the first line is there 1 s after Play, 2 s where everything takes four times as long. The machine
# that runs the tests may be busy.
FIRST_LINE_MS = {1: 1_000, 4: 2_000}
BUSY = 3
UNKNOWN = "Bichos Voladores"


@pytest.mark.parametrize("slower", [1, pytest.param(4, marks=pytest.mark.soak)])
def test_the_first_five_minutes(page: Page, site: str, slower: int) -> None:
    """A clean profile, no AI, a game that has no pack."""
    visit.slow_down(page, slower)
    # The tests share a stack, and each is somebody else.
    waited_ms = visit.first_visit(page, site, UNKNOWN, f"nadie{slower}").first_line_ms
    print(f"first line {waited_ms:.0f} ms after Play, {slower}x CPU")
    assert waited_ms <= FIRST_LINE_MS[slower] * BUSY
    expect(page.get_by_text(f"Streaming: {UNKNOWN}")).to_be_visible()
    expect(page.get_by_text("Chat activo")).to_be_visible()
    page.wait_for_function(f"document.querySelectorAll('{LINES}').length >= 2", timeout=15_000)


def test_by_keyboard_alone(page: Page, site: str) -> None:
    page.goto(site)
    expect(page.get_by_role("textbox", name="¿A qué vas a jugar?")).to_be_focused()
    page.keyboard.type(UNKNOWN)
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in*")
    expect(page.get_by_role("textbox")).to_be_focused()
    page.keyboard.type("sinraton")
    page.keyboard.press("Enter")
    page.wait_for_url("**/dashboard*")
    play = page.get_by_role("button", name="Play")
    expect(page.get_by_role("textbox", name="¿A qué vas a jugar?")).to_be_focused()
    for _ in range(20):
        page.keyboard.press("Tab")
        if play.evaluate("button => button === document.activeElement"):
            break
    page.keyboard.press("Enter")
    page.wait_for_selector(LINES)
    expect(page.get_by_text(f"Streaming: {UNKNOWN}")).to_be_visible()


# ── The landing page ──


def shown(page: Page) -> list[str]:
    return page.locator(f"{SAMPLE} span").all_inner_texts()


def excerpt(name: str) -> list[str]:
    sample = json.loads((ROOT / f"frontend/dist/samples/{name}.json").read_text("utf-8"))
    return [line["text"] for line in sample["lines"]]


def goes_on(page: Page) -> bool:
    """Whether a minute changes what is shown."""
    before = shown(page)
    page.clock.run_for(60_000)
    return shown(page) != before


def test_the_chat_runs_at_once_and_follows_what_is_typed(page: Page, site: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.install()
    page.goto(site)
    expect(page.locator(SAMPLE)).to_have_count(AT_ONCE)
    assert set(shown(page)) <= set(excerpt("es/minecraft"))
    assert not [url for url in asked if "games.json" in url], "who types nothing needs no names"
    assert goes_on(page)
    assert page.locator(SAMPLE).count() == AT_ONCE

    field = page.get_by_role("textbox", name="¿A qué vas a jugar?")
    title = page.locator(".sample-game")
    for typed, named, file in (
        ("rdr2", "Red Dead Redemption 2", "red-dead-redemption-2"),
        ("Sekiro: Shadows Die Twice", "Sekiro: Shadows Die Twice", "soulslike"),
        (UNKNOWN, UNKNOWN, "generic"),
    ):
        field.fill(typed)
        page.clock.run_for(400)
        expect(title).to_have_text(named)
        assert set(shown(page)) <= {text.replace("{game}", named) for text in excerpt(f"es/{file}")}
    assert any(UNKNOWN in text for text in shown(page))

    page.get_by_role("button", name="Elden Ring").click()
    page.clock.run_for(400)
    expect(field).to_have_value("Elden Ring")
    expect(title).to_have_text("Elden Ring")

    page.get_by_role("button", name="Pausar").click()
    assert not goes_on(page)
    page.get_by_role("button", name="Reanudar").click()
    assert goes_on(page)
    assert not [url for url in asked if "/api/" in url], "nobody needs to be signed in"


def test_what_is_typed_is_text(page: Page, site: str) -> None:
    page.goto(site)
    page.get_by_role("textbox", name="¿A qué vas a jugar?").fill("<img src=x onerror=alert(1)>$&")
    expect(page.locator(".sample-game")).to_have_text("<img src=x onerror=alert(1)>$&")
    assert page.locator(".sample img").count() == 0
    assert any("<img src=x onerror=alert(1)>$&" in text for text in shown(page))


def test_the_look_and_the_language_are_kept_and_cover_everything(page: Page, site: str) -> None:
    page.goto(site)
    expect(page.locator(SAMPLE)).to_have_count(AT_ONCE)
    page.get_by_role("button", name="Kick").click()
    page.get_by_role("button", name="EN", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Practise")
    english = {lang: json.loads((ROOT / f"frontend/src/i18n/{lang}.json").read_text("utf-8")) for lang in ("es", "en")}
    for loaded in range(2):
        expect(page.locator("html")).to_have_attribute("lang", "en")
        expect(page).to_have_title(english["en"]["landing.title"])
        found = page.evaluate("""() => [...document.querySelectorAll('[data-t]')].map(element => [
            element.dataset.t,
            element.dataset.tTo ? element.getAttribute(element.dataset.tTo) : element.textContent])""")
        assert dict(found) == {key: english["en"][key] for key, _ in found}
        expect(page.locator(".sample")).to_have_attribute("data-platform", "kick")
        expect(page.get_by_role("button", name="Kick")).to_have_attribute("aria-pressed", "true")
        page.wait_for_function(
            f"texts => texts.includes(document.querySelector('{SAMPLE} span').textContent)", arg=excerpt("en/minecraft")
        )
        if loaded == 0:
            page.reload()
    page.goto(f"{site}/no-such-page")
    expect(page.get_by_role("heading")).to_have_text(english["en"]["notFound.heading"])
    page.get_by_role("button", name="ES", exact=True).click()
    expect(page.get_by_role("heading")).to_have_text(english["es"]["notFound.heading"])


def test_it_reads_whole_without_a_script(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Practica tu stream")
    assert page.locator(SAMPLE).count() >= 6
    assert not page.locator(".scripted:visible").count()
    page.get_by_text("¿Me da espectadores?").click()
    expect(page.get_by_text("No se conecta a tu canal")).to_be_visible()
    assert page.locator("details").count() == 5
    page.get_by_role("textbox").fill(UNKNOWN)
    page.get_by_role("button", name="Crear mi público").last.click()
    page.wait_for_url("**/sign-in?game=Bichos+Voladores")
    context.close()


def test_it_stands_still_for_who_wants_no_motion(page: Page, site: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.clock.install()
    page.goto(site)
    expect(page.locator(SAMPLE)).to_have_count(AT_ONCE)
    assert not goes_on(page)
    page.get_by_role("button", name="Reanudar").click()
    assert goes_on(page)


def test_who_is_signed_in_goes_straight_to_the_dashboard(page: Page, site: str) -> None:
    page.goto(f"{site}/sign-in")
    page.get_by_role("button", name="Entrar").click()
    page.wait_for_url("**/dashboard*")
    page.goto(site)
    page.get_by_role("textbox", name="¿A qué vas a jugar?").fill("Elden Ring")
    page.get_by_role("button", name="Crear mi público").first.click()
    page.wait_for_url("**/dashboard*")
    expect(page.get_by_role("textbox", name="¿A qué vas a jugar?")).to_have_value("Elden Ring")


@pytest.mark.parametrize(("since", "leads_to"), [("0", "/sign-in"), ("1795334821", "/dashboard")])
def test_who_is_signed_in_by_clerk_too(page: Page, site: str, since: str, leads_to: str) -> None:
    page.context.add_cookies([{"name": "__client_uat_1a2B", "value": since, "url": site}])
    page.goto(site)
    expect(page.locator(SAMPLE)).to_have_count(AT_ONCE)
    expect(page.locator("form")).to_have_attribute("action", leads_to)


def test_what_other_sites_and_robots_read(page: Page, site: str) -> None:
    page.goto(site)
    for name in ("og:title", "og:description", "og:image:alt"):
        assert "chat" in page.locator(f'meta[property="{name}"]').get_attribute("content").lower()
    picture = page.locator('meta[property="og:image"]').get_attribute("content")
    for path, kind in ((picture, "image/png"), ("/robots.txt", "text/plain"), ("/favicon.svg", "image/svg+xml")):
        answer = page.request.get(f"{site}{path}")
        assert answer.ok
        assert answer.headers["content-type"].startswith(kind)
