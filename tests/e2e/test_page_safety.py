"""The pages under a deployed site's headers: nothing they do is against them, nothing others do gets through."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, expect

from tests.e2e import headers
from tests.e2e.chat import FedChat, Streamer
from tests.e2e.test_main_job import LINES, play
from tests.figures import Figure

ISSUER = "https://clerk.example"
Safe = tuple[Page, list[str], list[Request]]
PAGES = ("/", "/sign-in", "/sign-up", "/dashboard", "/overlay", "/nothing-here")
MARKUP = (
    "<img src=x onerror=pwned()>",
    "<script>pwned()</script>",
    "<svg/onload=pwned()>",
    "<a href='javascript:pwned()'>x</a>",
    "</span><iframe srcdoc='<script>parent.pwned()</script>'></iframe>",
    "{{constructor.constructor('pwned()')()}}",
    "&lt;b&gt; &amp; &#60;i>",
)
HOSTILE_EMOTES = {"emotes": [{"name": name, "id": 'x" onerror="pwned()'} for name in ("Kappa", MARKUP[0])]}


def directives(path: str) -> dict[str, list[str]]:
    policy = headers.of(path, ISSUER)["content-security-policy"]
    return {name: values for name, *values in (part.split() for part in policy.split(";"))}


@pytest.mark.parametrize("path", PAGES)
def test_no_policy_lets_in_a_script_that_is_not_ours(path: str) -> None:
    found = directives(path)
    assert found["default-src"] == found["base-uri"] == ["'none'"]
    assert set(found["script-src"]) <= {"'self'", ISSUER, "https://challenges.cloudflare.com"}
    assert set(found["worker-src"]) <= {"'self'", "blob:"}
    assert set(found["connect-src"]) <= {"'self'", ISSUER, "https://7tv.io"}
    assert set(found["form-action"]) <= {"'self'", "'none'", ISSUER}
    assert "object-src" not in found
    assert not [
        value for values in found.values() for value in values if "*" in value or value in ("http:", "'unsafe-eval'")
    ]
    own = headers.of(path, ISSUER)
    framed_by = {"'none'": "DENY", "'self'": "SAMEORIGIN"}
    assert [framed_by[value] for value in found["frame-ancestors"]] == [own["x-frame-options"]]
    assert (found["frame-ancestors"] == ["'self'"]) == (path == "/overlay")


def test_every_answer_has_a_policy_of_headers() -> None:
    assert all(own.get("ResponseHeadersPolicyId") for _, own in headers.behaviours())
    assert all("https" in own["ViewerProtocolPolicy"] for _, own in headers.behaviours())


@pytest.fixture
def safe(page: Page, site: str) -> Safe:
    """A page under the headers, what breaks them, and what goes to other hosts."""
    abroad: list[Request] = []
    page.context.on(
        "request", lambda request: request.url.startswith((site, "data:", "blob:")) or abroad.append(request)
    )
    return page, headers.serve(page.context, site), abroad


def test_a_visit_to_every_page_breaks_nothing(safe: Safe, site: str, figure: Figure) -> None:
    page, broken, abroad = safe
    page.goto(f"{site}/nothing-here")
    page.goto(f"{site}/")
    page.goto(f"{site}/sign-in?next=/dashboard%3Fgame%3DElden%2BRing")
    page.get_by_role("textbox").fill("Segura")
    page.get_by_role("button", name="Entrar").click()
    page.wait_for_url("**/dashboard?*")
    (cookie,) = page.context.cookies()
    assert (cookie["name"], cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == ("__session", True, "Lax", "/")
    assert page.evaluate("document.cookie") == ""
    play(page, "Elden Ring")
    expect(page.locator(LINES).first).to_be_visible()
    page.get_by_role("button", name="Hype").click()
    expect(page.locator(f'{LINES}[data-id*=".w1."]').first).to_be_visible()
    page.get_by_role("button", name="Crear enlace para OBS").click()
    expect(page.frame_locator(".obs-scene iframe").locator(LINES).first).to_be_visible()
    watched = page.context.new_page()
    streamer = Streamer(site, "Segura")
    watched.goto(streamer.overlay())
    streamer.close()
    watched.add_style_tag(content="body { letter-spacing: 3px }")  # as OBS does
    expect(watched.locator(LINES).first).to_be_visible()
    assert watched.evaluate("getComputedStyle(document.body).letterSpacing") == "3px"
    assert broken == []
    told = {(urlsplit(request.frame.url).path, request.headers.get("referer")) for request in abroad}
    assert told == {("/dashboard", f"{site}/"), ("/overlay", None)}, "what those who serve emotes hear of us"
    figure(21, "violations of the deployed headers", f"{len(broken)} on {len(PAGES)} pages, a show running")


@pytest.mark.parametrize("path", ["/dashboard", "/overlay#k=key"])
def test_markup_is_text(safe: Safe, site: str, figure: Figure, path: str) -> None:
    page, broken, _ = safe
    pwned: list[str] = []
    page.context.expose_binding("pwned", lambda _: pwned.append(page.url))
    page.context.route("https://7tv.io/**", lambda route: route.fulfill(json=HOSTILE_EMOTES))
    chat = FedChat(page, title=MARKUP[0])
    chat.say(*MARKUP, "Kappa", username=MARKUP[1], badges=[MARKUP[2]], color=f'red" onclick="{MARKUP[0]}')
    chat.serve()
    page.goto(site + path)
    if path == "/dashboard":  # which sends a stranger to sign in
        page.get_by_role("button", name="Entrar").click()
    expect(page.locator(LINES)).to_have_count(len(MARKUP) + 1, timeout=20_000)
    assert page.locator(f"{LINES} .chat-text").all_inner_texts()[: len(MARKUP)] == [*MARKUP]
    assert page.locator(f"{LINES} .chat-author").first.inner_text().removesuffix(":") == MARKUP[1]
    assert page.locator(f"{LINES} :is(script, iframe, svg[onload], a, b, img[onerror])").count() == 0
    assert (pwned, broken) == ([], [])
    figure(21, f"markup that is more than text in {path.partition('#')[0]}", f"0 of {len(MARKUP)} kinds")


def test_no_other_site_may_frame_a_page(page: Page, site: str, figure: Figure) -> None:
    """The other site is this machine by another name, and the page of our own that may is the dashboard's preview."""
    headers.serve(page.context, site)
    frames = "".join(f"<iframe src='{site}{path}'></iframe>" for path in PAGES)
    for other in (site.replace("localhost", "127.0.0.1"), site):
        page.context.route(f"{other}/frames", lambda route: route.fulfill(content_type="text/html", body=frames))
        page.goto(f"{other}/frames")
        shown = [urlsplit(frame.url).path for frame in page.frames[1:] if frame.url.startswith(site)]
        assert shown == ([] if other != site else ["/overlay"])
    figure(21, "pages another site may frame", f"0 of {len(PAGES)}")
