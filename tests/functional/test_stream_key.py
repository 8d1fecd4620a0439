"""The key an overlay comes with, as the dashboard and OBS see it."""

from typing import Any

from tests import sse
from tests.functional.conftest import Clock, User

LOOK = {
    "platform": "youtube", "max": 50, "size": 72, "font": "Comic Neue", "stroke": 0, "fade": 120, "badges": False,
    "emotes": True, "timestamps": True, "bg": "00000080", "block": "nightbot, Ñandú 7", "lang": "en", "label": False,
}  # fmt: skip


def described(user: User) -> dict[str, Any]:
    answer = user.ask("GET", "/api/stream-key")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def make_key(user: User) -> str:
    key: str = user.ask("POST", "/api/stream-key", {}).json()["key"]
    return key


def as_overlay(user: User, key: str) -> dict[str, Any]:
    """What the overlay with this key is answered."""
    found: dict[str, Any] = user.http.get(f"{user.url}/api/chat-ticket", headers={"X-Stream-Key": key}).json()
    return found


def test_before_and_after_there_is_one(user: User, clock: Clock) -> None:
    none = described(user)
    assert {name: none[name] for name in ("exists", "createdAt", "seenAt", "look")} == {
        "exists": False, "createdAt": None, "seenAt": None, "look": {},
    }  # fmt: skip
    made = user.ask("POST", "/api/stream-key", {}).json()
    found = described(user)
    assert (found["exists"], found["createdAt"], found["seenAt"]) == (True, made["createdAt"], None)
    assert abs(found["serverNow"] - clock.now_ms()) < 5_000
    assert made["key"] not in str(found)
    user.ask("DELETE", "/api/stream-key")
    assert not described(user)["exists"]


def test_it_says_when_obs_was_there_and_a_new_key_has_not_been_seen(user: User, clock: Clock) -> None:
    key = make_key(user)
    as_overlay(user, key)
    first = described(user)
    assert 0 <= first["serverNow"] - first["seenAt"] < 5_000
    clock.forward(30)
    as_overlay(user, key)
    assert described(user)["seenAt"] == first["seenAt"], "noted at most once a minute"
    clock.forward(31)
    as_overlay(user, key)
    assert described(user)["seenAt"] >= first["seenAt"] + 60_000
    make_key(user)
    as_overlay(user, key)
    assert described(user)["seenAt"] is None


def test_reading_the_stream_notes_nothing(user: User, clock: Clock) -> None:
    ticket = as_overlay(user, make_key(user))["ticket"]
    before = described(user)["seenAt"]
    clock.forward(120)
    user.read(ticket)
    assert described(user)["seenAt"] == before


def test_a_page_that_follows_its_show_is_told_the_same_with_each_batch(user: User, clock: Clock) -> None:
    ticket = user.play()["ticket"]
    assert "overlay" not in user.read(ticket)[0].data, "there is no key"
    for _ in range(2):
        key = make_key(user)
        for come in (False, True):
            if come:
                opened = as_overlay(user, key)
                assert "overlay" not in user.read(opened["ticket"])[0].data, "it knows itself"
            told, asked = user.read(ticket)[0].data["overlay"], described(user)
            assert told == {name: asked[name] for name in ("createdAt", "seenAt")}
            assert (told["seenAt"] is not None) == come
    user.ask("DELETE", "/api/stream-key")
    assert "overlay" not in user.read(ticket)[0].data


def test_a_look_with_every_member_reaches_the_dashboard_and_the_overlay(user: User) -> None:
    key = make_key(user)
    saved = user.ask("PUT", "/api/stream-key", {"look": LOOK})
    assert (saved.status_code, saved.json()["look"]) == (200, LOOK)
    assert described(user)["look"] == LOOK
    opened = as_overlay(user, key)
    assert opened["look"] == LOOK
    assert user.read(opened["ticket"])[0].data["look"] == LOOK


def test_an_overlay_that_asks_for_its_ticket_is_told_the_show_and_a_test_message(user: User, clock: Clock) -> None:
    key = make_key(user)
    quiet = as_overlay(user, key)
    assert (quiet["show"], quiet["test"]) == (None, None)
    user.ask("PUT", "/api/stream-key", {"test": True})
    opened = as_overlay(user, key)
    assert opened["test"] == sse.lines(user.read(opened["ticket"]))[0].data
    user.play()
    clock.forward(61)
    playing = as_overlay(user, key)
    assert (playing["show"]["state"], playing["test"]) == ("live", None)


def test_the_link_works_the_next_day_when_its_ticket_has_expired(user: User, clock: Clock) -> None:
    key = make_key(user)
    yesterday = as_overlay(user, key)["ticket"]
    clock.forward(24 * 3600)
    user.sign_in()
    user.play()
    expired = user.http.get(f"{user.url}/api/chat-stream", headers={"X-Ticket": yesterday})
    assert expired.status_code == 401
    assert user.read(as_overlay(user, key)["ticket"])[-1].name == "end"
