"""Every state of every page, in both languages and every look, read by axe: nothing serious."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.conftest import ROOT
from tests.e2e import axe
from tests.e2e.test_main_job import LINES

# Its letters are outlined by shadows, over a picture that only OBS knows: axe sees white paper.
PASSED_OVER = {"overlay, live": ["color-contrast"]}
LOOKS = ("twitch", "kick", "youtube")
GAMES = ("Minecraft", "rdr2", "1942", "ゼルダ")
ONE_TOO_MANY = "Dark Souls"


class Visit:
    """One person's page in `language`, taken from state to state."""

    def __init__(self, page: Page, site: str, language: str) -> None:
        self.page = page
        self.language = language
        self._site = site
        self._words = json.loads((ROOT / f"frontend/src/i18n/{language}.json").read_text("utf-8"))
        page.emulate_media(reduced_motion="reduce")
        page.add_init_script(f"localStorage.setItem('chatsim-language', '\"{language}\"')")

    def say(self, key: str) -> str:
        """The page's text of `key`, up to its first place to fill."""
        return str(self._words[key]).partition("{")[0].strip()

    def open(self, path: str) -> None:
        self.page.goto(self._site + path)

    def press(self, key: str) -> None:
        self.page.get_by_role("button", name=self.say(key)).first.click()

    def see(self, key: str) -> None:
        expect(self.page.get_by_text(self.say(key)).first).to_be_visible()

    def sign_in(self) -> None:
        self.page.get_by_role("textbox").fill(f"acceso-{self.language}")
        self.press("signIn.enter")
        self.see("state.none")

    def open_account(self) -> None:
        self.page.locator(".account summary").click()
        self.see("dashboard.signOut")

    def reach_the_limit(self) -> None:
        field = self.page.get_by_role("textbox", name=self.say("games.field.game"))
        for game in GAMES:
            field.fill(game)
            field.press("Enter")
            expect(field).to_have_value("")
        field.fill(ONE_TOO_MANY)
        field.press("Enter")
        self.see("games.swap")

    def go_live(self) -> None:
        self.press("games.swapCancel")
        self.press("controls.play")
        self.page.wait_for_selector(LINES)

    def make_obs_link(self) -> None:
        self.press("obs.create")
        expect(self.page.get_by_label(self.say("obs.link"))).to_be_visible()

    def open_overlay(self) -> None:
        link = self.page.get_by_label(self.say("obs.link")).input_value()
        # A moment is there at once; the next line of the show may take seconds.
        with self.page.expect_response("**/api/chat-wave"):
            self.press("moments.hype")
        self.page.goto(link)
        self.page.wait_for_selector(LINES, timeout=15_000)

    def fail(self) -> None:
        self.page.route("**/api/generate-phrases", unavailable)
        self.open("/dashboard")
        expect(self.page.get_by_role("alert").first).to_be_visible()

    def lose_the_configuration(self) -> None:
        self.page.route("**/config.json", unavailable)
        self.open("/dashboard")
        self.see("config.missing")


def unavailable(route: Route) -> None:
    route.fulfill(status=503, json={"success": False, "error": "UNAVAILABLE", "message": "…"})


# In this order, each from where the one before left off: a state is a line here.
STATES: dict[str, Callable[[Visit], None]] = {
    "landing": lambda visit: visit.open("/"),
    "not found": lambda visit: visit.open("/nowhere"),
    "sign-up": lambda visit: visit.open("/sign-up"),
    "sign-in": lambda visit: visit.open("/sign-in"),
    "dashboard, idle": Visit.sign_in,
    "dashboard, account menu": Visit.open_account,
    "dashboard, a name that is none": lambda visit: (visit.open("/dashboard"), visit.press("games.add")),
    "dashboard, limit": Visit.reach_the_limit,
    "dashboard, live": Visit.go_live,
    "dashboard, OBS link": Visit.make_obs_link,
    "overlay, live": Visit.open_overlay,
    "dashboard, error": Visit.fail,
    "no configuration": Visit.lose_the_configuration,
}


@pytest.mark.timeout(120)
@pytest.mark.soak
@pytest.mark.parametrize("language", ["es", "en"])
def test_nothing_keeps_anybody_out(page: Page, site: str, language: str) -> None:
    visit = Visit(page, site, language)
    found: list[str] = []
    for name, reach in STATES.items():
        reach(visit)
        for look in LOOKS if page.locator(f"[data-platform] {LINES}").count() else LOOKS[:1]:
            page.evaluate(
                "look => document.querySelectorAll('[data-platform]').forEach(one => one.dataset.platform = look)", look
            )
            found += [f"{name}, {look}: {finding}" for finding in axe.findings(page, PASSED_OVER.get(name, ()))]
    assert not found, "\n".join(found)
