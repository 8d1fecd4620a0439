"""The chat window: what it shows is what was said, it stands still for who reads, and it looks as its reader wants."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests import sse
from tests.conftest import ROOT
from tests.e2e.chat import LINES, FedChat, stream_of
from tests.e2e.test_main_job import play, sign_in

EMOTES: list[str] = list(json.loads((ROOT / "frontend/src/emotes/emotes.json").read_text()))
# 1 x 1 px.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
SCROLLED = "document.querySelector('.chat-log').scrollTop"


@pytest.fixture(scope="module")
def signed_in(browser: Browser, site: str) -> Any:
    """What a browser keeps of a sign-in."""
    with browser.new_context() as context:
        sign_in(context.new_page(), site, "ventana")
        return context.storage_state()


@pytest.fixture
def fed(new_page: Callable[..., Page], signed_in: Any, site: str) -> FedChat:
    return FedChat(new_page(storage_state=signed_in)).open(f"{site}/dashboard")


def in_sight(page: Page, line_id: str) -> bool:
    """Whether a line is between the edges of the log."""
    return bool(
        page.evaluate(
            """id => {
                const log = document.querySelector('.chat-log').getBoundingClientRect()
                const line = document.querySelector(`[data-id="${id}"]`)?.getBoundingClientRect()
                return line !== undefined && line.top >= log.top - 1 && line.bottom <= log.bottom + 1
            }""",
            line_id,
        )
    )


def test_who_has_scrolled_up_reads_in_peace_and_200_lines_are_kept(fed: FedChat) -> None:
    page, lines, button = fed.page, fed.page.locator(LINES), fed.page.locator(".chat-new")
    expect(page.get_by_role("timer")).to_have_text(re.compile(r"^12:3\d$"))
    newest = fed.say(*(f"línea {k}" for k in range(230)))[-1]
    fed.shows(newest)
    expect(lines).to_have_count(200)
    assert in_sight(page, newest)

    page.get_by_role("log").hover()
    page.mouse.wheel(0, -700)
    page.wait_for_function(f"{SCROLLED} < document.querySelector('.chat-log').scrollHeight - 1000")
    before = page.evaluate(f"[{SCROLLED}, document.querySelector('.chat-log').innerText]")
    fed.say(*(f"otra {k}" for k in range(30)))
    expect(button).to_have_text("↓ 30 mensajes nuevos")
    fed.say(*(f"más {k}" for k in range(210)))
    expect(button).to_have_text("↓ 240 mensajes nuevos")
    expect(lines).to_have_count(200)
    assert page.evaluate(f"[{SCROLLED}, document.querySelector('.chat-log').innerText]") == before

    button.click()
    expect(button).to_have_count(0)
    expect(lines).to_have_count(200)
    expect(lines.last).to_have_attribute("data-id", "s.469")
    assert in_sight(page, "s.469")

    page.mouse.wheel(0, -300)
    page.wait_for_function(f"{SCROLLED} < document.querySelector('.chat-log').scrollHeight - 500")
    fed.say("una más")
    expect(button).to_have_text("↓ 1 mensaje nuevo")
    page.get_by_role("log").hover()
    page.mouse.wheel(0, 3_000)
    fed.shows("s.470")
    expect(button).to_have_count(0)


def test_a_text_is_a_text_whatever_is_in_it(fed: FedChat) -> None:
    page = fed.page
    said = [
        "<img src=x onerror='window.hacked=1'><script>window.hacked=1</script><b>hola</b> &amp; &lt;",
        "\u202eal revés\u2066 y \u200fdentro",
        "a" * 500,
        "🔥👩‍👩‍👧‍👦🇪🇸 👏🏽",
        "[x](javascript:alert(1)) {{7*7}} ${8*8}",
    ]
    ids = fed.say("antes") + [line_id for text in said for line_id in fed.say(text, username=f"{text[:60]}")]
    last = fed.say("después", badges=["moderator", "subscriber", "vip", "first-timer", "<b>", "constructor"])[0]
    fed.shows(last)
    for line_id, text in zip(ids[1:], said, strict=True):
        line = page.locator(f'[data-id="{line_id}"]')
        assert line.locator(".chat-text").evaluate("one => one.textContent") == text
        assert line.locator(".chat-author").evaluate("one => one.textContent") == text[:60]
    assert page.locator(f"{LINES} :is(b, script, img, a)").count() == 0
    assert page.evaluate("window.hacked") is None
    for label in ("Moderación", "Suscripción", "VIP", "Primera vez en el chat"):
        expect(page.locator(f'[data-id="{last}"]').get_by_role("img", name=label, exact=True)).to_be_visible()
    # The lines around are where lines are: one below the other, each as wide as the log, none wider.
    edges = page.locator(LINES).evaluate_all("all => all.map(one => [one.offsetLeft, one.offsetWidth])")
    assert len({tuple(edge) for edge in edges}) == 1
    assert page.locator(".chat-log").evaluate("log => log.scrollWidth <= log.clientWidth")


def test_the_chat_is_as_its_reader_wants_it_and_stays_so(fed: FedChat, site: str) -> None:
    page = fed.page
    fed.shows(fed.say("hola")[0])
    line, panel = page.locator(LINES).first, page.locator(".chat-panel")
    settings = page.locator(".chat-settings summary")
    settings.click()
    for _ in range(5):
        page.get_by_role("button", name="Texto más grande").click()
    expect(page.get_by_role("button", name="Texto más grande")).to_have_attribute("aria-disabled", "true")
    page.get_by_role("button", name="Kick").click()
    page.get_by_role("switch", name="Leer mensajes").click()
    page.keyboard.press("Escape")
    expect(settings).to_be_focused()
    expect(page.get_by_role("button", name="Kick")).to_be_hidden()
    page.reload()
    fed.shows(fed.say("otra vez")[0])
    expect(line).to_have_css("font-size", "28px")
    expect(panel).to_have_attribute("data-platform", "kick")
    expect(panel).to_have_css("background-color", "rgb(20, 21, 23)")

    settings.click()
    expect(page.get_by_role("switch", name="Leer mensajes")).to_be_checked()
    for _ in range(7):
        page.get_by_role("button", name="Texto más pequeño").click()
    expect(line).to_have_css("font-size", "14px")
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Abrir en otra ventana").click()
    window = opened.value
    window.get_by_text("Streaming: Elden Ring").wait_for()
    expect(window.get_by_role("banner")).to_be_hidden()
    assert window.evaluate("[name, location.search]") == ["chatsim-chat", "?view=chat"]
    assert set(fed.asked) == {"GET"}, "it joins the show and takes nothing over"
    with window.expect_event("close"):
        window.evaluate("setTimeout(() => dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' })))")

    page.get_by_role("button", name="Ver solo el chat").click()
    expect(page.get_by_role("button", name="Pausar")).to_be_hidden()
    assert page.url == f"{site}/dashboard?view=chat"
    page.reload()
    expect(page.get_by_text("Streaming: Elden Ring")).to_be_visible()
    expect(page.get_by_role("button", name="Pausar")).to_be_hidden()
    page.get_by_role("button", name="Volver al panel").click()
    expect(page.get_by_role("button", name="Pausar")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("button", name="Pausar")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Pausar")).to_be_visible()
    assert page.url == f"{site}/dashboard"


COUNTED_SOUND = """
window.rings = 0
const part = { setValueAtTime() {}, linearRampToValueAtTime() {}, exponentialRampToValueAtTime() {} }
const node = () => ({ frequency: part, gain: part, connect: (next) => next, start: () => rings++, stop() {} })
window.AudioContext = class { currentTime = 0; createOscillator = node; createGain = node; async resume() {} }
"""


def test_questions_ring_softly_and_lines_are_read_out_now_and_then(fed: FedChat) -> None:
    page = fed.page
    page.add_init_script(COUNTED_SOUND)
    page.clock.install()
    page.reload()

    def ask(text: str, category: str = "questions") -> int:
        fed.shows(fed.say(text, category=category)[0])
        return int(page.evaluate("rings"))

    assert ask("¿qué nivel tienes?") == 0, "off at first"
    page.locator(".chat-settings summary").click()
    page.get_by_role("switch", name="Sonido en preguntas").click()
    page.get_by_role("switch", name="Leer mensajes").click()
    assert page.evaluate("rings") == 1, "the switch is heard"
    assert ask("¿y ahora?") == 1, "one in ten seconds"
    spoken = page.locator("p.unseen[role=status]")
    expect(spoken).to_have_text("")
    page.clock.fast_forward(10_000)
    expect(spoken).to_have_text("nube: ¿y ahora?")
    assert ask("qué salto", "gameplay") == 1
    assert ask("¿cuánto llevas?") == 2
    assert ask("¿y tú?") == 2
    page.clock.fast_forward(5_000)
    expect(spoken).to_have_text("nube: ¿y tú?")


def at_once(route: Route) -> None:
    """The next two minutes of a real show, 100 lines of them, all due now."""
    answer = route.fetch(url=re.sub(r"horizon=\d+", "horizon=120", route.request.url))
    events = sse.parse(answer.body())
    now = next(event.data["now"] for event in events if event.name == "hello")
    lines = [{**event.data, "timestamp": now} for event in events if event.name == "message"]
    route.fulfill(content_type="text/event-stream", body=stream_of(now, lines[:100], again_ms=60_000))


def test_emotes_are_images_with_their_names(page: Page, site: str) -> None:
    emotes = {"emotes": [{"name": name, "id": f"01{number:024}"} for number, name in enumerate(EMOTES)]}
    cors = {"Access-Control-Allow-Origin": "*"}
    page.route("https://7tv.io/v3/emote-sets/global", lambda route: route.fulfill(json=emotes, headers=cors))
    page.route("https://cdn.7tv.app/**", lambda route: route.fulfill(content_type="image/png", body=PNG))
    page.route("**/api/chat-stream*", at_once)
    sign_in(page, site, "emotes")
    fetched = "performance.getEntriesByType('resource').filter(one => one.name.startsWith('https://cdn.7tv.app/'))"
    page.wait_for_function(f"{fetched}.length === {len(EMOTES)}")
    play(page, "Minecraft")
    page.wait_for_function(f"document.querySelectorAll('{LINES}').length === 100")
    # 8 to 40 is what a chat shows; one show in twenty-five has fewer, down to four.
    assert 2 <= page.locator(f"{LINES}:has(img)").count() <= 40
    images = page.locator(f"{LINES} img")
    assert set(images.evaluate_all("all => all.map(one => one.alt)")) <= set(EMOTES)
    left = {word for text in page.locator(".chat-text").all_inner_texts() for word in text.split()}
    assert not left & set(EMOTES), "every name is an image"
    assert images.evaluate_all("all => all.every(one => one.complete && one.clientHeight === all[0].clientHeight)")
    # Of either kind the lowest has one row.
    plain, drawn = page.locator(f"{LINES}:not(:has(.emote))"), page.locator(f"{LINES}:has(img)")
    row = "all => Math.min(...all.map(one => one.clientHeight))"
    assert plain.evaluate_all(row) == drawn.evaluate_all(row)


@pytest.mark.parametrize("fault", ["hanging", "refused"])
def test_no_line_waits_for_7tv(fed: FedChat, fault: str) -> None:
    page = fed.page
    waiting: list[Route] = []
    page.route("https://7tv.io/**", lambda route: waiting.append(route) if fault == "hanging" else route.abort())
    with page.expect_response("**/emotes-*.json"):
        page.reload()
    line = fed.say("eso estuvo bien KEKW")[0]
    fed.shows(line)
    expect(page.locator(f'[data-id="{line}"]').get_by_role("img", name="KEKW")).to_have_text(re.compile(r"^\W+$"))
    assert len(waiting) == (1 if fault == "hanging" else 0)
