"""What a visitor downloads, gzip -9, from the built site: scripts with their lazy parts and workers, texts, styles."""

import gzip
import re
from functools import cache
from pathlib import Path

import pytest

DIST = Path(__file__).parents[2] / "frontend" / "dist"
SCRIPTS = {"index": 3_000, "sign-in": 12_000, "sign-up": 12_000, "dashboard": 25_000, "overlay": 12_000, "404": 1_000}
STYLES = 9_000
# A page has its Spanish texts inside, and another language is a catalogue to fetch.
PAGE = 9_000
CATALOGUE = 7_000
# What stands before the first line of chat: an excerpt of a show, and the tables of names, titles and keywords.
SAMPLE, NAMES = 5_000, 12_500
PICTURE = 60_000

ASSET = re.compile(r"[\w.-]+-[\w-]{8}\.(?:js|css|json)")


@cache
def packed(file: Path) -> int:
    return len(gzip.compress(file.read_bytes(), 9))


def assets(page: str) -> set[Path]:
    """Everything under assets/ that the page names, and what that names in turn."""
    found: set[Path] = set()
    waiting = [DIST / f"{page}.html"]
    while waiting:
        named = {DIST / "assets" / name for name in ASSET.findall(waiting.pop().read_text("utf-8"))}
        fresh = {file for file in named if file.is_file()} - found
        found |= fresh
        waiting += fresh
    return found


def total(page: str, suffix: str) -> int:
    files = [file for file in assets(page) if file.suffix == suffix]
    assert files, f"{page} has no {suffix}"
    return sum(map(packed, files))


def test_every_page_has_a_limit():
    assert {file.stem for file in DIST.glob("*.html")} == SCRIPTS.keys()


@pytest.mark.parametrize("page", SCRIPTS)
def test_the_scripts_of_a_page(page):
    assert total(page, ".js") <= SCRIPTS[page]


@pytest.mark.parametrize("page", SCRIPTS)
def test_no_script_is_hidden_in_a_page_or_beside_the_assets(page):
    html = (DIST / f"{page}.html").read_text("utf-8")
    scripts = re.findall(r"<script\b([^>]*)>([^<]*)", html)
    assert all('src="/assets/' in tag or 'type="application/json"' in tag for tag, _ in scripts)
    assert all(not text.strip() for tag, text in scripts if "src=" in tag)
    assert not [file for file in DIST.rglob("*.js") if file.parent.name != "assets"]


def test_every_script_belongs_to_a_page():
    """Or it would be counted for none."""
    owned = set().union(*(assets(page) for page in SCRIPTS))
    assert set((DIST / "assets").glob("*.js")) <= owned


@pytest.mark.parametrize("page", SCRIPTS)
def test_the_styles_and_the_page_itself(page):
    assert total(page, ".css") <= STYLES
    assert packed(DIST / f"{page}.html") <= PAGE


def test_the_texts():
    sources = DIST.parent / "src" / "i18n"
    assert all(packed(sources / f"{language}.json") <= CATALOGUE for language in ("es", "en"))


def test_the_landing_page_s_data_and_picture():
    assert all(packed(file) <= SAMPLE for file in (DIST / "samples").glob("*/*.json"))
    assert packed(DIST / "samples/games.json") <= NAMES
    assert (DIST / "og.png").stat().st_size <= PICTURE
