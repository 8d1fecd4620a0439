"""Signing in, out and back, by name and by the real clerk-js; and what a page says when it cannot be opened."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from local.issuer import Issuer
from tests.e2e import headers
from tests.e2e.clerk import instance
from tests.e2e.clerk.instance import Instance
from tests.e2e.test_main_job import LINES, play

LIFETIME_S = 60
"""Of Clerk's session tokens: https://clerk.com/docs/guides/sessions/session-tokens"""

NOW_MS = 8_000
"""A page stands, or says why not, within this time."""


def query(page: Page) -> dict[str, str]:
    return {name: value[0] for name, value in parse_qs(urlsplit(page.url).query).items()}


def props(form: Locator) -> dict[str, str]:
    """What a form of Clerk's was asked for."""
    found: dict[str, str] = json.loads(form.get_attribute("data-props") or "")
    return found


# ── By name ──


def test_in_out_and_back_by_name(page: Page, site: str) -> None:
    page.goto(f"{site}/dashboard?game=Elden+Ring")
    page.wait_for_url("**/sign-in*")
    expect(page.get_by_text("basta con un nombre")).to_be_visible()
    page.get_by_role("textbox").fill("Ana Ruiz")
    page.get_by_role("button", name="Entrar").click()
    page.wait_for_url("**/dashboard*")
    expect(page.get_by_role("textbox", name="¿A qué vas a jugar?")).to_have_value("Elden Ring")

    page.goto(f"{site}/sign-in?next=/dashboard")
    page.wait_for_url("**/dashboard", timeout=5_000)
    page.locator(".account summary").click()
    page.get_by_role("button", name="Salir").click()
    page.wait_for_url("**/sign-in")
    assert "__session" not in {cookie["name"] for cookie in page.context.cookies()}
    expect(page.get_by_role("textbox")).to_have_value("Ana Ruiz")
    page.goto(f"{site}/dashboard")
    page.wait_for_url("**/sign-in*")
    expect(page.get_by_role("textbox")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/dashboard*")
    expect(page.locator(".account summary")).to_have_text("Ana Ruiz")


def test_signing_up_by_name_is_the_same(page: Page, site: str) -> None:
    page.goto(f"{site}/sign-up?game=Minecraft")
    expect(page.get_by_role("heading", name="Tu chat de Minecraft está casi listo")).to_be_visible()
    page.get_by_role("button", name="Crear cuenta").click()
    page.wait_for_url("**/dashboard*")
    expect(page.locator(".account summary")).to_have_text("demo")


def test_the_account_menu_by_keyboard_and_by_pointer(page: Page, site: str) -> None:
    page.goto(f"{site}/sign-in")
    page.get_by_role("textbox").fill("menu")
    page.keyboard.press("Enter")
    name, menu = page.locator(".account summary"), page.get_by_role("button", name="Salir")
    name.focus()
    page.keyboard.press("Enter")
    expect(menu).to_be_visible()
    page.keyboard.press("Tab")
    expect(menu).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(name).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(menu).to_be_hidden()
    name.click()
    expect(menu).to_be_visible()
    page.mouse.click(640, 400)
    expect(menu).to_be_hidden()


# ── What cannot be opened ──


def hang(_: Route) -> None:
    """No answer, ever."""


def missing(route: Route) -> None:
    route.fulfill(status=404, body="<html>404</html>")


def broken(route: Route) -> None:
    """Neither a configuration nor Clerk."""
    route.fulfill(body="null", content_type="text/javascript")


def unreachable(route: Route) -> None:
    route.abort()


def ill(route: Route) -> None:
    """Clerk's server in trouble of its own."""
    allow = {"Access-Control-Allow-Origin": route.request.headers["origin"], "Access-Control-Allow-Credentials": "true"}
    route.fulfill(status=500, json={"errors": [{"code": "internal"}]}, headers=allow)


CONFIG = "La configuración del sitio no responde"
CLERK = "El inicio de sesión no responde"


@pytest.mark.parametrize(
    ("path", "what", "fault", "says"),
    [
        ("/sign-in", "**/config.json", missing, CONFIG),
        ("/sign-in", "**/config.json", unreachable, CONFIG),
        ("/sign-in", "**/config.json", broken, "El sitio está mal configurado"),
        ("/dashboard", "**/config.json", hang, CONFIG),
        ("/sign-in", "**/clerk-js@*/**", unreachable, CLERK),
        ("/sign-in", "**/clerk-js@*/**", broken, CLERK),
        ("/dashboard", "**/clerk-js@*/**", hang, CLERK),
        ("/sign-up", "**/ui@*/**", hang, CLERK),
        ("/sign-in", "**/v1/client?*", hang, CLERK),
        ("/dashboard", "**/v1/client?*", ill, CLERK),
    ],
)
def test_what_does_not_come_is_said_in_words_and_tried_again(
    page: Page, site: str, path: str, what: str, fault: Callable[[Route], None], says: str
) -> None:
    if says == CLERK:
        Instance(token=lambda: "", signed_in=False).serve(page.context)
    page.clock.install()
    page.route(what, fault)
    with page.expect_request(what):
        page.goto(site + path, wait_until="commit")
    expect(page.get_by_role("main")).not_to_be_empty()
    # Some things are asked for before the script runs that gives them their time.
    page.wait_for_load_state("domcontentloaded")
    if fault is hang:
        page.clock.run_for(NOW_MS)
    expect(page.get_by_role("alert")).to_contain_text(says)
    page.unroute(what)
    heading = page.get_by_role("heading", name="Crea tu cuenta" if path == "/sign-up" else "Entra en tu panel")
    again = page.get_by_role("button", name="Reintentar")
    again.click()
    expect(heading.or_(again)).to_be_visible(timeout=20_000)
    if again.is_visible():  # a machine too busy to load it in time
        again.click()
    expect(heading).to_be_visible(timeout=20_000)


def test_english_texts_that_never_come_keep_nobody_waiting(page: Page, site: str) -> None:
    page.add_init_script("localStorage.setItem('chatsim-language', '\"en\"')")
    page.route("**/assets/en-*.json", hang)
    page.goto(f"{site}/sign-in")
    expect(page.get_by_role("heading", name="Entra en tu panel")).to_be_visible()


# ── By Clerk ──


@pytest.fixture
def new_instance(site: str, site_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Instance]:
    """new_instance(signed_in=…) → a Clerk whose tokens are short-lived ones that our doors accept."""
    monkeypatch.setattr("local.issuer.LIFETIME_S", LIFETIME_S)
    issuer = Issuer.load(site_folder / "data")
    return lambda **how: Instance(lambda: issuer.token("user_1", site)[0], **how)


@pytest.fixture
def strict_page(page: Page, site: str) -> Iterator[Page]:
    """A page under the deployed site's headers, which it must not break."""
    broken = headers.serve(page.context, site, f"https://{instance.HOST}")
    yield page
    assert not broken


def test_a_dashboard_with_clerk_works_renews_its_token_and_signs_out(
    strict_page: Page, site: str, new_instance: Callable[..., Instance]
) -> None:
    page, clerk = strict_page, new_instance()
    clerk.serve(page.context)
    page.clock.install()
    page.goto(f"{site}/dashboard")
    expect(page.locator(".account summary")).to_have_text("Ana Ruiz")
    play(page, "Minecraft")
    page.wait_for_selector(LINES)
    assert clerk.loaded == ["clerk.browser.js"], "a dashboard needs no forms"

    page.clock.fast_forward(LIFETIME_S * 1000)
    with page.expect_response("**/api/chat-wave") as answered:
        page.get_by_role("button", name="Hype").click()
    assert answered.value.ok
    assert answered.value.request.headers["authorization"].removeprefix("Bearer ") in clerk.tokens[1:]

    page.locator(".account summary").click()
    page.get_by_role("button", name="Salir").click()
    expect(page.get_by_text("Clerk SignIn")).to_be_visible()
    page.goto(f"{site}/dashboard?game=Elden+Ring")
    page.wait_for_url("**/sign-in*")
    assert query(page) == {"next": "/dashboard?game=Elden+Ring"}


def test_clerks_forms_lead_back_to_where_one_was(
    strict_page: Page, site: str, new_instance: Callable[..., Instance]
) -> None:
    page = strict_page
    new_instance(signed_in=False).serve(page.context)
    search = "?next=%2Fdashboard%3Fa%3D1&game=Elden+Ring"
    back = "/dashboard?a=1&game=Elden+Ring"
    page.goto(f"{site}/sign-in{search}")
    form = page.get_by_text("Clerk SignIn")
    expect(form).to_be_visible()
    assert props(form) == {
        "routing": "hash",
        "forceRedirectUrl": back,
        "signUpUrl": f"/sign-up{search}",
        "signUpForceRedirectUrl": back,
    }
    assert page.evaluate("clerkFormsOptions.localization.signIn.start.actionText") == "¿No tienes cuenta?"

    with page.expect_navigation():
        page.get_by_role("button", name="EN", exact=True).click()
    expect(form).to_be_visible()
    assert page.evaluate("clerkFormsOptions.localization") is None
    expect(page.get_by_role("heading", name="Your Elden Ring chat is almost ready")).to_be_visible()

    page.goto(f"{site}/sign-up{search}")
    form = page.get_by_text("Clerk SignUp")
    expect(form).to_be_visible()
    assert props(form)["signInUrl"] == f"/sign-in{search}"


def test_who_is_signed_in_with_clerk_passes_through(
    strict_page: Page, site: str, new_instance: Callable[..., Instance]
) -> None:
    new_instance().serve(strict_page.context)
    strict_page.goto(f"{site}/sign-in?game=2048")
    strict_page.wait_for_url("**/dashboard*")
    expect(strict_page.get_by_role("textbox", name="¿A qué vas a jugar?")).to_have_value("2048")


@pytest.mark.soak
@pytest.mark.timeout(150)
def test_a_token_of_sixty_real_seconds_is_renewed(page: Page, site: str, new_instance: Callable[..., Instance]) -> None:
    clerk = new_instance()
    clerk.serve(page.context)
    page.goto(f"{site}/dashboard")
    play(page, "Minecraft")
    page.wait_for_selector(LINES)
    refused: list[str] = []
    page.on("response", lambda answer: answer.status == 401 and refused.append(answer.url))
    page.wait_for_timeout((LIFETIME_S + 10) * 1000)
    with page.expect_response("**/api/chat-wave") as answered:
        page.get_by_role("button", name="Hype").click()
    assert answered.value.ok
    assert not refused
    assert len(clerk.tokens) > 1
