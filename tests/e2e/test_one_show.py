"""One show on many screens, nothing lost and nothing twice: a plain HTTP reader of the same show is the referee."""

import json
import re
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from chatsim.stream import LEAD_IN
from playwright.sync_api import Browser, Page, Request, Route, expect

from local import launch
from tests.e2e.cdp import RawTab, raw_tab
from tests.e2e.chat import RECORDER, Seen, Streamer, agrees, base, real_time, record, seen, wait_for, within
from tests.e2e.test_main_job import sign_in

_people = count()
NO_CONNECTION = "Sin conexión. Reintentando…"
OVERLAY_S = 16


@pytest.fixture
def streamer(site: str) -> Iterator[Streamer]:
    somebody = Streamer(site, f"pantallas{next(_people)}")
    yield somebody
    somebody.close()


@pytest.fixture
def screen(new_page: Callable[..., Page], streamer: Streamer) -> Callable[..., Page]:
    """screen(clock_off_s=0) → a recorded dashboard of the streamer; it joins the show with its next `reload`."""

    def open_screen(clock_off_s: int = 0) -> Page:
        page = record(new_page())
        page.add_init_script(f"const real = Date.now.bind(Date); Date.now = () => real() + {clock_off_s * 1000}")
        sign_in(page, streamer.site, streamer.name)
        return page

    return open_screen


@pytest.fixture
def overlay(new_page: Callable[..., Page]) -> Page:
    return record(new_page())


def apart_ms(one: list[Seen], other: list[Seen]) -> float:
    """How far apart two screens showed their common base lines, at most; they have to be the same in the same order.

    Those that were due before a screen joined are not judged.
    """
    ids = {line.id for line in base(one)[LEAD_IN:]} & {line.id for line in base(other)[LEAD_IN:]}
    here, there = ([line for line in base(lines) if line.id in ids] for lines in (one, other))
    assert len(ids) >= 5
    assert [line.said for line in here] == [line.said for line in there]
    return max(abs(a.at_ms - b.at_ms) for a, b in zip(here, there, strict=True))


def sign_in_beside(tab: RawTab, streamer: Streamer) -> None:
    """Signs in by the form, and has the tab recorded from then on."""
    tab.send("Page.enable", {})
    tab.send("Page.addScriptToEvaluateOnNewDocument", {"source": RECORDER})
    tab.evaluate(
        """new Promise(done => setInterval(() => {
            const field = document.querySelector('form input')
            if (field) done(field)
        }, 50)).then(field => {
            field.value = NAME
            field.dispatchEvent(new Event('input', { bubbles: true }))
            setTimeout(() => field.form.requestSubmit(), 100)
        })""".replace("NAME", json.dumps(streamer.name))
    )
    while tab.evaluate("location.pathname") != "/dashboard":
        time.sleep(0.05)


def press(page: Page, moment: str) -> float:
    """Presses a moment and waits for its lines on this page; when that was, epoch ms."""
    pressed_ms = time.time() * 1000
    before = sum(line.is_wave for line in seen(page))
    page.get_by_role("button", name=moment).click()
    page.wait_for_function(f"seen.filter(line => line.id.includes('.w')).length >= {before + 6}")
    return pressed_ms


def test_every_screen_shows_the_same_lines_at_the_same_time(
    screen: Callable[..., Page], overlay: Page, streamer: Streamer
) -> None:
    dashboard, second = screen(), screen(clock_off_s=600)
    streamer.start(500, 600)
    for page in (dashboard, second):
        page.reload()
    # A soak waits for its real ones.
    overlay.route("**/api/chat-stream*", short_batches)
    overlay.goto(streamer.overlay())
    for page in (dashboard, second, overlay):
        wait_for(page, 1)
    press(dashboard, "Hype")
    overlay.wait_for_function("seen.some(line => line.id.includes('.w'))", timeout=20_000)
    for page in (dashboard, second, overlay):
        page.wait_for_function("seen.filter(line => !line.id.includes('.w')).length >= 8", timeout=20_000)
    for page in (second, overlay):
        # A quiet machine needs 30 ms, and a soak holds 500; this one is busy with other tests.
        assert apart_ms(seen(dashboard), seen(page)) < 5_000
    for page in (dashboard, second, overlay):
        agrees(streamer, page)

    dashboard.reload()
    wait_for(dashboard, 2)
    agrees(streamer, dashboard)


def short_batches(route: Route) -> None:
    """Batches of three seconds in place of sixty: what happens to a batch happens soon."""
    route.continue_(url=re.sub(r"horizon=\d+", "horizon=3", route.request.url))


def test_a_lost_network_and_an_expired_ticket_lose_nothing(screen: Callable[..., Page], streamer: Streamer) -> None:
    page = screen()
    streamer.start(500, 600)
    expired: set[str] = set()
    refused: list[str] = []

    def door(route: Route) -> None:
        ticket = route.request.headers["x-ticket"]
        if ticket not in expired:
            return short_batches(route)
        refused.append(ticket)
        return route.fulfill(status=401, json={"success": False, "error": "UNAUTHENTICATED"})

    page.route("**/api/chat-stream*", door)
    with page.expect_request("**/api/chat-stream*") as first:
        page.reload()
    wait_for(page, 3)
    connection = page.locator(".connection")
    expect(connection).to_have_text("Conectado")

    page.context.set_offline(True)
    expect(connection).to_have_text(NO_CONNECTION)
    expect(page.get_by_text("Chat activo")).to_be_hidden()
    # Longer than what the page had read ahead.
    shown = len(base(seen(page)))
    assert within(page, 30, lambda: len(streamer.read()) > shown + 8)
    assert len(base(seen(page))) < len(streamer.lines)
    page.context.set_offline(False)
    expect(connection).to_have_text("Conectado", timeout=3_000)
    wait_for(page, len(streamer.lines) - 1)
    agrees(streamer, page)

    expired.add(first.value.headers["x-ticket"])
    wait_for(page, len(seen(page)) + 8)
    assert len(refused) == 1
    assert agrees(streamer, page) > 15


@pytest.mark.soak
@pytest.mark.timeout(180)
def test_a_minute_of_one_show_on_five_screens(
    screen: Callable[..., Page], overlay: Page, streamer: Streamer, browser: Browser
) -> None:
    """One of them with no network for a minute, one hidden for a minute, one with its clock ten minutes slow."""
    dashboard, slow, cut_off = screen(), screen(clock_off_s=-600), screen()
    with raw_tab(browser, f"{streamer.site}/sign-in") as hidden:
        sign_in_beside(hidden, streamer)
        streamer.start(500, 1000)
        hidden.open(f"{streamer.site}/dashboard")
        for page in (dashboard, slow, cut_off):
            page.reload()
        overlay.goto(streamer.overlay())
        for page in (dashboard, slow, cut_off, overlay):
            wait_for(page, 2)
        hidden.hide()
        assert hidden.evaluate("document.visibilityState") == "hidden"
        cut_off.context.set_offline(True)
        pressed_ms = [press(dashboard, "Hype")]
        real_time(dashboard, 25)
        pressed_ms.append(press(dashboard, "Miedo"))
        real_time(dashboard, 35)
        streamer.read()
        cut_off.context.set_offline(False)
        expect(cut_off.locator(".connection")).to_have_text("Conectado", timeout=3_000)
        hidden.show()
        in_hiding = [Seen(**line) for line in hidden.evaluate("seen")]
    wait_for(cut_off, len(base(seen(dashboard))) - 5)
    for page in (dashboard, slow, cut_off, overlay):
        assert agrees(streamer, page) > 50
    screens = {"slow clock": seen(slow), "overlay": seen(overlay), "hidden": in_hiding}
    for number, at_ms in enumerate(pressed_ms, 1):
        wave = [line.at_ms for line in seen(overlay) if f".w{number}." in line.id]
        assert len(wave) >= 6
        assert wave[0] - at_ms < OVERLAY_S * 1000
    apart = {name: apart_ms(seen(dashboard), other) for name, other in screens.items()}
    assert max(apart.values()) < 500, apart
    assert len(base(in_hiding)) > 60


@pytest.mark.soak
@pytest.mark.timeout(180)
def test_a_server_that_is_away_for_20_s_loses_nothing(new_page: Callable[..., Page], tmp_path: Path) -> None:
    page = record(new_page())
    page.route("**/api/chat-stream*", short_batches)
    with launch.running(tmp_path / "data", errors=tmp_path / "errors") as before:
        streamer = Streamer(before.url, "apagon")
        sign_in(page, before.url, "apagon")
        streamer.start(500, 1000)
        page.reload()
        wait_for(page, 3)
    expect(page.locator(".connection")).to_have_text(NO_CONNECTION)
    page.get_by_role("button", name="Risas").click()
    expect(page.get_by_role("alert")).to_contain_text("No hay respuesta del servidor")
    real_time(page, 20)
    port = before.url.rpartition(":")[2]
    with launch.running(tmp_path / "data", "--port", port, errors=tmp_path / "errors"):
        expect(page.locator(".connection")).to_have_text("Conectado", timeout=35_000)
        wait_for(page, len(streamer.read()) - 1)
        assert agrees(streamer, page) > 30
        streamer.close()


@pytest.mark.soak
@pytest.mark.timeout(120)
def test_a_screen_that_was_taken_over_asks_for_no_stream(screen: Callable[..., Page], streamer: Streamer) -> None:
    first = screen()
    first.route("**/api/chat-stream*", short_batches)
    streamer.start(500, 1000)
    first.reload()
    wait_for(first, 1)
    streamer.start(500, 1000)
    expect(first.get_by_text("Tu chat sigue en otro dispositivo")).to_be_visible()
    asked: list[Request] = []
    first.on("request", lambda request: asked.append(request))
    shown = len(seen(first))
    real_time(first, 30)
    assert not [request.url for request in asked if "/api/" in request.url]
    assert len(seen(first)) == shown
    first.get_by_role("button", name="Seguir aquí").click()
    expect(first.get_by_text("Streaming: Minecraft")).to_be_visible()
    wait_for(first, shown + 2)


@pytest.mark.soak
@pytest.mark.timeout(120)
def test_a_short_pause_makes_no_overlay_say_a_line_twice(
    screen: Callable[..., Page], overlay: Page, streamer: Streamer
) -> None:
    """The overlay hears of a pause with its next batch, and has read on when the show resumes where it was paused."""
    dashboard = screen()
    streamer.start(500, 1000)
    dashboard.reload()
    overlay.goto(streamer.overlay())
    for page in (dashboard, overlay):
        wait_for(page, LEAD_IN + 2)
    overlay.wait_for_event("response", lambda answer: "/api/chat-stream" in answer.url, timeout=30_000)
    dashboard.get_by_role("button", name="Pausar", exact=True).click()
    expect(dashboard.get_by_text("En pausa: Minecraft")).to_be_visible()
    paused_at = place(seen(dashboard)[-1])
    overlay.wait_for_function(f"seen.some(line => Number(line.id.split('.')[1]) >= {paused_at + 3})")
    dashboard.get_by_role("button", name="Reanudar", exact=True).click()
    wait_for(dashboard, len(seen(dashboard)) + 2)
    resumed = seen(dashboard)[-1].id.split(".")[0]
    overlay.wait_for_function(f"seen.some(line => line.id.startsWith('{resumed}.'))", timeout=20_000)
    said = [(place(line), line.author, line.text) for line in base(seen(overlay))]
    assert len(said) == len(set(said)) > 15
    places = [number for number, _, _ in said]
    assert places == [*range(places[0], places[-1] + 1)]


def place(line: Seen) -> int:
    """Of a base line, in the show and in those that continue it."""
    return int(line.id.split(".")[1])
