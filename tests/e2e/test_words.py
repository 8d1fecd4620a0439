"""What a Spanish page says, aloud or to a screen reader, is Spanish, and text rather than a key or a code."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import ROOT
from tests.e2e.test_main_job import sign_in

CATALOGUES = {lang: json.loads((ROOT / f"frontend/src/i18n/{lang}.json").read_text("utf-8")) for lang in ("es", "en")}
NAMES = ["League of Legends", "Grand Theft Auto V", "Elden Ring", "Just Chatting"]


def words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]+", text.lower()))


# Any word of the English texts that the Spanish ones never use.
ENGLISH = words(" ".join(CATALOGUES["en"].values())) - words(" ".join(CATALOGUES["es"].values()))
NO_WORDS = re.compile(r"\b[A-Z]{2,}_[A-Z_]+\b|\{\w+\}|\bundefined\b|\bnull\b|\bNaN\b|\[object")

# Visible text and what is spoken in its place; the chat's own lines are no words of ours.
SAID = """() => {
  const texts = [document.title, document.querySelector('meta[name=description]')?.content ?? '']
  document.querySelectorAll('[class*=-lines], .chat-log').forEach(log => log.replaceChildren())
  texts.push(document.body.innerText)
  for (const element of document.querySelectorAll('body *')) {
    for (const name of ['aria-label', 'aria-description', 'placeholder', 'title', 'alt'])
      texts.push(element.getAttribute(name) ?? '')
    if (element.localName === 'details') texts.push(element.textContent)
  }
  return texts.filter(text => text.trim()).join('\\n')
}"""


def test_english_is_told_from_spanish() -> None:
    assert {"the", "your", "sign", "with"} <= ENGLISH
    assert not {"stream", "play", "no", "chat"} & ENGLISH


def at(path: str, ready: str) -> Callable[[Page, str], None]:
    def go(page: Page, site: str) -> None:
        page.goto(f"{site}{path}")
        expect(page.get_by_text(ready).first).to_be_visible()

    return go


def obs_panel(page: Page, site: str) -> None:
    sign_in(page, site, "letras en obs")
    page.get_by_role("button", name="Crear enlace para OBS").click()
    page.get_by_text("Cambia el aspecto").click()
    page.get_by_text("¿Un solo monitor?").click()


@pytest.mark.parametrize(
    "go",
    [
        pytest.param(at("/", "Listo en tres pasos"), id="landing"),
        pytest.param(at("/sign-in?game=1942", "Entrar"), id="sign-in"),
        pytest.param(at("/nothing-here", CATALOGUES["es"]["notFound.text"]), id="404"),
        pytest.param(lambda page, site: sign_in(page, site, "letras"), id="dashboard"),
        pytest.param(obs_panel, id="obs panel"),
    ],
)
def test_a_spanish_page_is_spanish(page: Page, site: str, go: Callable[[Page, str], None]) -> None:
    go(page, site)
    assert page.locator("html").get_attribute("lang") == "es"
    said = page.evaluate(SAID)
    assert len(said) > 80
    assert not [key for key in CATALOGUES["es"] if re.search(rf"(?<![\w.]){re.escape(key)}(?![\w.])", said)]
    assert not NO_WORDS.findall(said)
    for name in NAMES:
        said = said.replace(name, "")
    assert not words(said) & ENGLISH
