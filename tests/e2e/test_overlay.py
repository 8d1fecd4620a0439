"""The overlay as OBS shows it, and the panel that leads there. Its minutes pass on a clock the tests turn."""

import base64
import re
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from bench.visit import WAIT_MS
from tests.conftest import ROOT
from tests.e2e.chat import NO_WORKERS
from tests.figures import Figure
from tests.functional.conftest import User

CONNECTED = "Chat conectado ✓ Pulsa Play en tu panel"
LINES = ".chat-line"
STEP_S = 5
# How many pixels of a picture are not wholly transparent: in its upper half, and in all.
DRAWN = """async (png) => {
  const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob())
  const { width, height } = image
  const canvas = new OffscreenCanvas(width, height).getContext('2d')
  canvas.drawImage(image, 0, 0)
  const alpha = [...canvas.getImageData(0, 0, width, height).data].filter((_, i) => i % 4 === 3)
  const count = (values) => values.filter(Boolean).length
  return [count(alpha.slice(0, alpha.length / 2)), count(alpha)]
}"""


class Overlay:
    """A browser source: the overlay of one user, its requests, and its time."""

    def __init__(self, page: Page, user: User) -> None:
        self.page, self.user = page, user
        self.asked: list[tuple[int, str]] = []  # (second of its life, path) of each request to the doors
        self.second = 0
        self._open = 0
        self.key: str = user.ask("POST", "/api/stream-key", {}).json()["key"]
        page.set_viewport_size({"width": 400, "height": 700})
        page.add_init_script(NO_WORKERS)
        page.clock.install()
        page.on("request", self._begun)
        page.on("requestfinished", self._ended)
        page.on("requestfailed", self._ended)

    def open(self, options: str = "") -> "Overlay":
        self.page.goto(f"{self.user.url}/overlay{options}#k={self.key}")
        self._settle()
        return self

    def wait(self, seconds: int) -> None:
        """Lets time pass, a few seconds at a time, and what is asked meanwhile be answered."""
        until = self.second + seconds
        while self.second < until:
            step = min(STEP_S, until - self.second)
            self.second += step
            self.page.clock.run_for(step * 1_000)
            self._settle()

    def wait_until(self, condition: str, within_s: int) -> None:
        """`within_s` on the page's clock; what has come by then may take the machine a moment more to draw."""
        begun = self.second
        while not self.page.evaluate(condition) and self.second - begun < within_s:
            self.wait(1)
        drawn_s = time.monotonic() + 5
        while not self.page.evaluate(condition):
            assert time.monotonic() < drawn_s, f"{condition} within {within_s} s"
            self.page.wait_for_timeout(50)

    def drawn(self) -> tuple[int, int]:
        """Pixels that are not transparent: in the upper half, in all."""
        picture = self.page.screenshot(omit_background=True, animations="disabled")
        upper, every = self.page.evaluate(DRAWN, base64.b64encode(picture).decode())
        return upper, every

    def save(self, **change: Any) -> None:
        assert self.user.ask("PUT", "/api/stream-key", change).status_code == 200

    def _begun(self, request: Any) -> None:
        if "/api/" in request.url:
            self._open += 1
            self.asked.append((self.second, request.url.partition("/api/")[2]))

    def _ended(self, request: Any) -> None:
        self._open -= "/api/" in request.url

    def _settle(self) -> None:
        self.page.evaluate("0")
        while self._open:
            self.page.wait_for_timeout(5)
        self.page.evaluate("new Promise((resolve) => queueMicrotask(resolve))")


@pytest.fixture
def somebody(site: str, request: pytest.FixtureRequest) -> Iterator[User]:
    with httpx.Client(timeout=10) as http:
        yield User(site, request.node.name[:40], http).sign_in()


@pytest.fixture
def overlay(page: Page, somebody: User) -> Overlay:
    return Overlay(page, somebody)


def test_without_a_show_it_says_once_that_it_is_connected_and_then_draws_and_asks_little(overlay: Overlay) -> None:
    page = overlay.open().page
    expect(page.get_by_text(CONNECTED)).to_be_visible()
    overlay.wait(9)
    assert overlay.drawn()[1] > 0
    overlay.wait(1)
    assert overlay.drawn() == (0, 0)
    overlay.wait(13 * 60)
    # Over minutes: what is asked is noted when the machine comes to it, a few seconds early or late.
    batches = [at for at, path in overlay.asked if path != "chat-ticket"]
    assert 30 < sum(at < 600 for at in batches) <= 41, batches
    assert 2 < sum(660 <= at < 780 for at in batches) <= 5, batches
    tickets = [at for at, path in overlay.asked if path == "chat-ticket"]
    assert max(b - a for a, b in pairwise(tickets)) < 300, "the dashboard calls that connected"
    assert overlay.drawn() == (0, 0)


def test_a_test_message_and_a_look_arrive_without_a_show_within_16_seconds(overlay: Overlay) -> None:
    page = overlay.open().page
    overlay.wait(12)
    for _ in range(3):  # whichever of its questions is next, a ticket or a batch
        overlay.save(test=True)
        shown = page.locator(LINES).count()
        overlay.wait_until(f"document.querySelectorAll('{LINES}').length > {shown}", within_s=16)
    upper, every = overlay.drawn()
    assert upper == 0
    assert every > 0
    expect(page.locator(LINES).last).to_contain_text("mensaje de prueba")
    assert page.evaluate("getComputedStyle(document.querySelector('.overlay-chat'), '::after').content") == (
        '"chat simulado"'
    )
    for size, lang in ((40, "en"), (20, "es")):
        overlay.save(look={"size": size, "lang": lang})
        overlay.wait_until(f"getComputedStyle(document.body).fontSize === '{size}px'", within_s=16)


def test_hidden_it_asks_nothing_and_seen_again_it_asks_at_once(overlay: Overlay) -> None:
    page = overlay.open().page
    shut = """(hidden) => {
      const get = () => (hidden ? 'hidden' : 'visible')
      Object.defineProperty(document, 'visibilityState', { get, configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))
    }"""
    tell = "([name, detail]) => dispatchEvent(new CustomEvent(name, { detail }))"
    ways: list[tuple[str, Any, Any]] = [
        (shut, True, False),
        (tell, ["obsSourceVisibleChanged", {"visible": False}], ["obsSourceVisibleChanged", {"visible": True}]),
        (tell, ["obsSourceActiveChanged", {"active": False}], ["obsSourceActiveChanged", {"active": True}]),
    ]
    for script, hide, show in ways:
        overlay.wait(20)
        page.evaluate(script, hide)
        page.wait_for_timeout(500)  # for what was on its way
        overlay.asked.clear()
        overlay.wait(90)
        assert not overlay.asked
        page.evaluate(script, show)
        overlay.wait(1)
        until_s = time.monotonic() + 10
        while not overlay.asked and time.monotonic() < until_s:  # asked at once, heard of when the machine likes
            page.wait_for_timeout(50)
        assert overlay.asked


def test_a_show_whose_key_is_revoked_falls_silent_and_no_error_is_ever_drawn(overlay: Overlay) -> None:
    overlay.user.play(min=500, max=1000)
    page = overlay.open().page
    note = page.locator(".overlay-note")
    overlay.wait_until(f"document.querySelectorAll('{LINES}').length >= 2", within_s=8)
    expect(note).to_be_hidden()

    overlay.save(look={"size": 30})
    overlay.wait_until("getComputedStyle(document.body).fontSize === '30px'", within_s=16)

    page.route("**/api/**", lambda route: route.abort())
    overlay.wait(60)
    expect(note).to_be_hidden()
    assert page.locator(LINES).count() > 0, "what was read stays"
    page.unroute("**/api/**")
    overlay.asked.clear()
    overlay.wait(31)
    assert overlay.asked

    overlay.user.ask("DELETE", "/api/stream-key")
    overlay.wait_until(f"!document.querySelector('{LINES}')", within_s=16)
    assert overlay.drawn() == (0, 0)
    overlay.asked.clear()
    overlay.wait(90)
    assert not overlay.asked
    assert overlay.drawn() == (0, 0)


@pytest.mark.soak
def test_a_revoked_key_is_silent_in_real_time_too(page: Page, somebody: User, figure: Figure) -> None:
    key = somebody.ask("POST", "/api/stream-key", {}).json()["key"]
    somebody.play(min=500, max=1000)
    page.goto(f"{somebody.url}/overlay#k={key}")
    page.wait_for_function(f"document.querySelectorAll('{LINES}').length >= 2")
    begun = time.monotonic()
    somebody.ask("DELETE", "/api/stream-key")
    page.wait_for_function(f"!document.querySelector('{LINES}')", timeout=30_000)
    took_s = time.monotonic() - begun
    page.wait_for_timeout(3_000)
    assert not page.locator(LINES).count()
    figure(20, "a browser's overlay goes on after its key was revoked, in real time", f"{took_s:.1f} s")
    assert took_s <= 16 + 4, "on a busy machine"


@pytest.mark.parametrize(
    ("fragment", "says"), [("#k=nobody", "Este enlace ya no funciona"), ("", "Falta la clave"), (None, "Sin conexión")]
)
def test_on_load_it_says_why_not_and_then_nothing(overlay: Overlay, fragment: str | None, says: str) -> None:
    page = overlay.page
    if fragment is None:
        page.route("**/api/**", lambda route: route.abort())
        overlay.open()
    else:
        page.goto(f"{overlay.user.url}/overlay{fragment}")
    expect(page.get_by_text(says)).to_be_visible()
    overlay.wait(11)
    assert overlay.drawn() == (0, 0)


def test_each_option_has_its_effect(page: Page, site: str) -> None:
    """In the address of the overlay with sample lines, which is the same page; changed, it shows at once."""
    page.set_viewport_size({"width": 400, "height": 700})
    page.goto(f"{site}/overlay?size=30&color=red#preview")
    page.wait_for_selector(f"{LINES} .emote")
    used = page.evaluate("[...document.querySelectorAll('[class]')].flatMap((element) => [...element.classList])")
    named = re.findall(r"^\| `\.([a-z-]+)`", (ROOT / "docs/overlay.md").read_text(), re.MULTILINE)
    assert set(used) == set(named), "what people style by hand"

    def styles(options: str, selector: str, name: str, pseudo: str = "") -> str:
        page.evaluate("(hash) => new Promise((done) => ((onhashchange = done), (location.hash = hash)))", options)
        found: str = page.evaluate(
            "([selector, name, pseudo]) => getComputedStyle(document.querySelector(selector), pseudo)[name]",
            [selector, name, pseudo],
        )
        return found

    assert styles("preview&x", LINES, "fontSize") == "30px"
    assert styles("preview&size=999", LINES, "fontSize") == "72px"
    assert styles("preview&platform=youtube", ".chat-colon", "content", "::before") == '" "'
    assert styles("preview&platform=kick", ".chat-colon", "content", "::before") == '": "'
    assert styles("preview&font=Comic Neue", LINES, "fontFamily").startswith('"Comic Neue"')
    assert styles("preview&stroke=0", LINES, "webkitTextStrokeWidth") == "0px"
    assert styles("preview&shadow=6", LINES, "textShadow") == "rgb(0, 0, 0) 0px 6px 6px"
    assert styles("preview&bg=ff000080", LINES, "backgroundColor") == "rgba(255, 0, 0, 0.5)"
    assert styles("preview&x", LINES, "backgroundColor") == "rgba(0, 0, 0, 0)"
    assert styles("preview&badges=0", ".chat-badge", "display") == "none"
    assert styles("preview&timestamps=1", ".chat-time", "display") != "none"
    assert styles("preview&x", ".chat-time", "display") == "none"
    assert styles("preview&align=right", ".overlay-chat", "alignItems") == "flex-end"
    assert styles("preview&direction=down", ".overlay-chat", "flexDirection") == "column-reverse"
    assert styles("preview&animate=0", LINES, "animationName") == "none"
    assert styles("preview&label=0", ".overlay-chat", "display", "::after") == "none"
    assert styles("preview&lang=en", "html", "direction") == "ltr"
    expect(page.locator(".overlay-chat")).to_have_attribute("data-label", "simulated chat")
    styles("preview&max=3&block=nube_azul, @zarpa", LINES, "display")
    expect(page.locator(LINES)).to_have_count(3)
    names = page.evaluate("document.querySelector('.overlay-chat').innerText")
    assert "nube_azul" not in names
    assert "Zarpa" not in names
    styles("preview&fade=1&max=50", LINES, "display")
    page.wait_for_function(f"document.querySelectorAll('{LINES}').length < 5")


def test_the_panel_makes_a_link_shows_it_and_knows_when_obs_is_there(
    new_page: Callable[[], Page], site: str, somebody: User
) -> None:
    page = new_page()
    page.clock.install()

    def enter(page: Page) -> None:
        page.goto(f"{site}/sign-in")
        page.get_by_role("textbox").fill(somebody.name)
        page.get_by_role("button", name="Entrar").click()
        page.wait_for_url("**/dashboard*")

    enter(page)
    page.get_by_role("button", name="Crear enlace para OBS").click()
    link = page.get_by_label("Enlace para OBS").input_value()
    key = link.partition("#k=")[2]
    assert link == f"{site}/overlay#k={key}"
    drag = page.get_by_role("link", name="Arrástrame a OBS")
    assert drag.get_attribute("href") == f"{site}/overlay?layer-name=Chat&layer-width=400&layer-height=700#k={key}"
    assert drag.evaluate("(element) => element.draggable")
    drag.click()
    expect(page.get_by_role("link", name="Mantén pulsado")).to_be_visible()
    page.get_by_text("¿Un solo monitor?").click()
    expect(page.get_by_label("Dirección del chat")).to_have_value(f"{site}/dashboard?view=chat")

    expect(page.get_by_text("OBS no conectado")).to_be_visible()
    page.request.get(f"{site}/api/chat-ticket", headers={"X-Stream-Key": key})
    page.clock.run_for(10_500)
    expect(page.get_by_text("OBS conectado")).to_be_visible()

    page.get_by_text("Cambia el aspecto").click()
    preview = page.frame_locator("iframe")
    with page.expect_response(lambda answer: "stream-key" in answer.url and answer.request.method == "PUT") as saved:
        page.get_by_label("Tamaño de letra").fill("40")
    assert saved.value.ok
    expect(preview.locator("body")).to_have_css("font-size", "40px")
    expect(preview.locator(LINES).first).to_be_attached()
    page.get_by_role("button", name="Enviar mensaje de prueba").click()
    expect(page.get_by_text("Enviado.")).to_be_visible()
    opened = somebody.http.get(f"{site}/api/chat-ticket", headers={"X-Stream-Key": key}).json()
    assert (opened["look"]["size"], opened["test"]["username"]) == (40, "ChatSim")

    # The browser that made it remembers it; nothing is asked while the panel is closed, or a show tells it.
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "stream-key" in request.url else None)
    somebody.play()
    page.reload()
    expect(page.locator(".connection")).to_have_text("Conectado")
    page.clock.run_for(120_000)
    page.get_by_text("Enlace, aspecto y prueba").click()
    page.clock.run_for(120_000)
    assert len(asked) == 1
    expect(page.get_by_text("OBS conectado")).to_be_visible()
    with page.expect_request("**/api/stream-key"):
        page.get_by_role("button", name="Detener").click()
    expect(page.get_by_label("Enlace para OBS")).to_have_value(link)
    expect(page.get_by_label("Tamaño de letra")).to_have_value("40")

    other = new_page()
    enter(other)
    expect(other.get_by_text("hecho en otro navegador")).to_be_visible()
    page.get_by_role("button", name="Anular el enlace").click()
    expect(page.get_by_role("button", name="Crear enlace para OBS")).to_be_focused(timeout=WAIT_MS)
    dead = page.request.get(f"{site}/api/chat-ticket", headers={"X-Stream-Key": key})
    assert dead.status == 401
