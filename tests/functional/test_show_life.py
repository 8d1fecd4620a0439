"""A show from Play to its end, over HTTP, on a clock that is moved by hand."""

import itertools
from pathlib import Path
from typing import Any

import httpx
import pytest
from chatsim import stream

from local import launch
from tests import sse
from tests.functional.conftest import Clock, User

MINUTE = 60
HOUR = 3600


def last_cursor(events: list[sse.Event]) -> str:
    return str(events[-1].data["next"])


def stream_end(events: list[sse.Event]) -> tuple[str, dict[str, Any]]:
    return events[-1].name, events[-1].data


def test_play_answers_with_a_show_and_its_first_line_comes_within_a_second(user: User) -> None:
    played = user.play("Bloodborne")
    show = played["show"]
    assert (show["displayName"], show["state"], show["source"]) == ("Bloodborne", "live", "genre")
    assert (show["pace"], show["min"], show["max"]) == ("fixed", 3000, 7000)
    assert 11.9 * HOUR * 1000 < played["expiresAt"] - played["serverNow"] <= 12 * HOUR * 1000
    events = user.read(played["ticket"], last=show["first"])
    assert [event.name for event in events[:1]] == ["hello"]
    spoken = sse.lines(events)
    assert 300 <= spoken[0].data["timestamp"] - show["startedAt"] <= 800
    gaps = [b.data["timestamp"] - a.data["timestamp"] for a, b in itertools.pairwise(spoken)]
    assert gaps
    assert all(3000 <= gap <= 7000 for gap in gaps)
    name, end = stream_end(events)
    assert name == "end"
    assert end["count"] == len(spoken)
    assert end["next"] == spoken[-1].id
    assert 0.87 * 60_000 < end["again"] <= 0.9 * 60_000
    assert b"retry: " in events[-1].raw


def test_two_readers_get_the_same_lines_one_joining_late_and_one_with_a_wrong_clock(user: User, clock: Clock) -> None:
    """A reader's own clock plays no part: what it is told is the server's, in hello and in every line."""
    played = user.play("minecraft")
    early = sse.lines(user.read(played["ticket"], last=played["show"]["first"], horizon=120))
    clock.forward(30)
    joined = user.ask("GET", "/api/chat-ticket").json()
    events = user.read(joined["ticket"], horizon=60)
    late = sse.lines(events)
    assert abs(events[0].data["now"] - clock.now_ms()) < 500
    seen = [event.data for event in early]
    assert late[stream.LEAD_IN].data["timestamp"] >= played["serverNow"] + 30_000 > late[0].data["timestamp"]
    shared = [event.data for event in late if event.data["timestamp"] <= seen[-1]["timestamp"]]
    assert len(shared) >= 8
    assert shared == seen[seen.index(shared[0]) :][: len(shared)]


def test_pause_says_so_and_resume_goes_on_from_the_next_line_with_the_same_people(user: User, clock: Clock) -> None:
    played = user.play("Elden Ring", min=1000, max=1000)
    before = user.read(played["ticket"], last=played["show"]["first"], horizon=120)
    clock.forward(120)
    shown = sse.lines(before)[-1].id

    paused = user.ask("DELETE", "/api/chat-ticket?pause=1")
    assert paused.json()["show"]["state"] == "paused"
    assert stream_end(user.read(played["ticket"], last=shown)) == (
        "stopped",
        {"reason": "pause", "show": played["show"]["id"], "again": 15000},
    )
    assert user.ask("GET", "/api/chat-ticket").json()["show"]["state"] == "paused"

    clock.forward(5 * MINUTE)
    resumed = user.play("Elden Ring", min=1000, max=1000, after=shown)
    events = user.read(resumed["ticket"], last=resumed["show"]["first"], horizon=120)
    after = sse.lines(events)
    k = int(sse.lines(before)[-1].data["id"].split(".")[1])
    assert after[0].data["id"] == f"{resumed['show']['id']}.{k + 1}"
    assert after[0].data["timestamp"] - resumed["serverNow"] <= 1000
    people = {event.data["username"]: event.data["color"] for event in sse.lines(before)}
    known = [event for event in after if people.get(event.data["username"]) == event.data["color"]]
    assert len(known) > len(after) / 4
    # Greetings, laughter and emotes come again; what is said of the game does not.
    said, new = (
        {event.data["content"] for event in sse.lines(part) if event.data["category"] in ("gameplay", "questions")}
        for part in (before, after)
    )
    assert not said & new


@pytest.mark.parametrize("change", [{"min": 500, "max": 1000}, {"min": 20000, "max": 30000}])
def test_a_change_of_pace_comes_within_its_own_maximum_and_keeps_its_minimum(
    user: User, clock: Clock, change: dict[str, int]
) -> None:
    played = user.play("Elden Ring")
    first = sse.lines(user.read(played["ticket"], last=played["show"]["first"], horizon=60))
    clock.forward(20)
    shown = [event for event in first if event.data["timestamp"] <= clock.now_ms()][-1]
    changed = user.play("Elden Ring", after=shown.id, **change)
    new = sse.lines(user.read(changed["ticket"], last=changed["show"]["first"], horizon=120))
    assert new[0].data["timestamp"] - changed["serverNow"] <= change["max"]
    times = [shown.data["timestamp"]] + [event.data["timestamp"] for event in new]
    assert all(b - a >= change["min"] for a, b in itertools.pairwise(times))
    assert all(b - a <= change["max"] for a, b in itertools.pairwise(times[1:]))
    assert stream_end(user.read(played["ticket"]))[0] == "replaced"


def test_a_change_of_game_keeps_the_people_and_changes_the_words(user: User, clock: Clock) -> None:
    played = user.play("minecraft", min=500, max=500)
    before = sse.lines(user.read(played["ticket"], last=played["show"]["first"], horizon=60))
    clock.forward(60)
    changed = user.play("bg3", min=500, max=500, after=before[-1].id)
    after = sse.lines(user.read(changed["ticket"], last=changed["show"]["first"], horizon=60))
    assert changed["show"]["displayName"] == "Baldur's Gate 3"
    people = {event.data["username"] for event in before}
    assert len(people & {event.data["username"] for event in after}) > 20


def test_stop_is_heard_and_the_show_is_gone(user: User) -> None:
    played = user.play()
    assert user.ask("DELETE", "/api/chat-ticket").status_code == 200
    assert user.ask("DELETE", "/api/chat-ticket").status_code == 200
    name, data = stream_end(user.read(played["ticket"]))
    assert (name, data["reason"]) == ("stopped", "stop")
    gone = user.ask("GET", "/api/chat-ticket")
    assert (gone.status_code, gone.json()["error"]) == (404, "NO_SHOW")


def test_a_show_nobody_attends_ends_after_fifteen_minutes(user: User, clock: Clock) -> None:
    played = user.play()
    clock.forward(14.9 * MINUTE)
    assert stream_end(user.read(played["ticket"]))[0] == "end"
    assert user.ask("GET", "/api/chat-ticket").status_code == 200
    clock.forward(14.9 * MINUTE)
    assert stream_end(user.read(played["ticket"]))[0] == "end", "being asked for kept it alive"
    clock.forward(0.2 * MINUTE)
    assert stream_end(user.read(played["ticket"])) == (
        "stopped",
        {"reason": "stop", "show": played["show"]["id"], "again": 15000},
    )
    assert user.ask("GET", "/api/chat-ticket").json()["error"] == "NO_SHOW"


def test_a_show_ends_after_twelve_hours_however_well_attended(user: User, clock: Clock) -> None:
    played = user.play()
    for _ in range(52):
        clock.forward(14.3 * MINUTE)
        if user.sign_in().ask("GET", "/api/chat-ticket").status_code == 404:
            break
    lasted = clock.now_ms() - played["serverNow"]
    assert 12 * HOUR * 1000 <= lasted <= 12.3 * HOUR * 1000
    expired = user.http.get(f"{user.url}/api/chat-stream", headers={"X-Ticket": played["ticket"]})
    assert (expired.status_code, expired.json()["error"]) == (401, "UNAUTHENTICATED")


def test_a_second_device_takes_over_and_the_first_is_told(user: User) -> None:
    first = user.play("Elden Ring")
    second = user.play("minecraft")
    name, data = stream_end(user.read(first["ticket"]))
    assert (name, data["show"]) == ("replaced", second["show"]["id"])
    assert stream_end(user.read(second["ticket"]))[0] == "end"
    taken_back = user.play("Elden Ring", after=first["show"]["first"])
    assert stream_end(user.read(second["ticket"]))[0] == "replaced"
    assert stream_end(user.read(taken_back["ticket"]))[0] == "end"


def test_an_old_cursor_goes_on_from_now_and_counts_what_it_missed(user: User, clock: Clock) -> None:
    played = user.play("Elden Ring", min=1000, max=1000)
    start = sse.lines(user.read(played["ticket"], last=played["show"]["first"], horizon=5))[-1].id
    clock.forward(100)
    caught_up = user.read(played["ticket"], last=start, horizon=1)
    assert caught_up[-1].data["missed"] == 0
    assert len(sse.lines(caught_up)) >= 94
    clock.forward(100)
    late = user.read(played["ticket"], last=start, horizon=10)
    assert 190 <= late[-1].data["missed"] <= 200
    assert 9 <= len(sse.lines(late)) <= 11


def test_an_overlay_follows_whatever_runs_and_falls_silent_when_its_key_is_revoked(user: User, clock: Clock) -> None:
    made = user.ask("POST", "/api/stream-key", {}, Origin=user.url).json()
    assert made["url"] == f"{user.url}/overlay#k={made['key']}"
    opened = user.http.get(f"{user.url}/api/chat-ticket", headers={"X-Stream-Key": made["key"]}).json()
    assert opened["show"] is None
    assert stream_end(user.read(opened["ticket"]))[0] == "idle"

    played = user.play("Elden Ring")
    events = user.read(opened["ticket"], horizon=16)
    assert events[0].data["show"] == played["show"]["id"]
    shown = sse.lines(events)[-1].id
    user.ask("DELETE", "/api/chat-ticket?pause=1")
    assert stream_end(user.read(opened["ticket"], last=shown))[1]["reason"] == "pause"
    user.play("minecraft")
    assert stream_end(user.read(opened["ticket"], last=shown))[0] == "end"

    user.ask("DELETE", "/api/stream-key")
    assert stream_end(user.read(opened["ticket"]))[0] == "revoked"
    dead = user.http.get(f"{user.url}/api/chat-ticket", headers={"X-Stream-Key": made["key"]})
    assert (dead.status_code, dead.json()["error"]) == (401, "UNAUTHENTICATED")


def test_a_new_key_ends_the_old_one_and_keeps_the_look(user: User) -> None:
    old = user.ask("POST", "/api/stream-key", {}).json()["key"]
    assert user.ask("PUT", "/api/stream-key", {"look": {"size": 24, "badges": False}}).status_code == 200
    new = user.ask("POST", "/api/stream-key", {}).json()["key"]
    answers = [user.http.get(f"{user.url}/api/chat-ticket", headers={"X-Stream-Key": key}) for key in (old, new)]
    assert [answer.status_code for answer in answers] == [401, 200]
    assert answers[1].json()["look"] == {"size": 24, "badges": False}
    overlay = user.read(answers[1].json()["ticket"])
    assert overlay[0].data["look"] == {"size": 24, "badges": False}


def test_a_test_message_reaches_an_overlay_with_and_without_a_show(user: User, clock: Clock) -> None:
    key = user.ask("POST", "/api/stream-key", {}).json()["key"]
    ticket = user.http.get(f"{user.url}/api/chat-ticket", headers={"X-Stream-Key": key}).json()["ticket"]
    user.ask("PUT", "/api/stream-key", {"test": True})
    events = user.read(ticket)
    assert [event.name for event in events] == ["hello", "message", "idle"]
    assert events[1].data["id"].startswith("test.")
    user.play()
    assert sse.lines(user.read(ticket))[0].data == events[1].data
    clock.forward(61)
    assert not [event for event in user.read(ticket) if event.data.get("id", "").startswith("test.")]


def test_a_moment_answers_its_burst_at_once_and_the_stream_brings_it_to_others(user: User, clock: Clock) -> None:
    nobody = user.ask("POST", "/api/chat-wave", {"type": "laugh", "id": "a"})
    assert (nobody.status_code, nobody.json()["error"]) == (409, "NO_SHOW")
    played = user.play()
    base = sse.lines(user.read(played["ticket"], last=played["show"]["first"], horizon=60))
    moment = user.ask("POST", "/api/chat-wave", {"type": "laugh", "id": "a"}).json()
    assert 6 <= len(moment["lines"]) <= 9
    gaps = [b["timestamp"] - a["timestamp"] for a, b in itertools.pairwise(moment["lines"])]
    assert all(180 <= gap <= 350 for gap in gaps)
    assert 3 <= len(moment["tail"]) <= 6
    pressed = moment["lines"] + moment["tail"]
    again = user.ask("POST", "/api/chat-wave", {"type": "laugh", "id": "a"}).json()
    assert again["lines"] + again["tail"] == pressed
    soon = user.ask("POST", "/api/chat-wave", {"type": "hype", "id": "b"})
    assert (soon.status_code, soon.json()["error"], soon.headers["retry-after"]) == (429, "RATE_LIMITED", "2")
    late = sse.lines(user.read(played["ticket"], last=base[-1].id, horizon=60))
    assert [event.data for event in late if ".w1." in event.data["id"]] == pressed
    again = sse.lines(user.read(played["ticket"], last=played["show"]["first"], horizon=60))
    assert [event.data for event in again if ".w" not in event.data["id"]][: len(base)] == [e.data for e in base]


def test_an_unlisted_show_writes_nothing_and_goes_on_from_its_cursor(user: User, clock: Clock) -> None:
    def listen(**query: Any) -> list[sse.Event]:
        answer = user.http.get(
            f"{user.url}/api/chat-stream",
            params={"game": "Elden Ring", "horizon": 20, **query},
            headers={"X-Auth-Token": user.token},
        )
        assert answer.status_code == 200, answer.text
        return sse.parse(answer.content)

    first = listen()
    clock.forward(15)
    second = listen(last=last_cursor(first))
    heard = [int(event.data["id"].split(".")[1]) for event in sse.lines(first) + sse.lines(second)]
    assert heard == list(range(len(heard)))
    assert user.ask("GET", "/api/chat-ticket").status_code == 404
    assert user.ask("GET", "/api/generate-phrases").json()["games"] == []


def test_a_new_stack_plays_though_somebody_came_with_a_ticket_before(tmp_path: Path) -> None:
    """An old tab or overlay asks first, when no ticket was ever signed."""
    with launch.running(tmp_path / "data", errors=tmp_path / "errors") as running, httpx.Client(timeout=10) as http:
        early = http.get(f"{running.url}/api/chat-stream?ticket=a.b.c")
        assert (early.status_code, early.json()["error"]) == (401, "UNAUTHENTICATED")
        somebody = User(running.url, "somebody", http).sign_in()
        assert stream_end(somebody.read(somebody.play()["ticket"]))[0] == "end"


def test_a_revoked_overlay_is_told_nothing_more(user: User) -> None:
    key = user.ask("POST", "/api/stream-key", {}).json()["key"]
    ticket = user.http.get(f"{user.url}/api/chat-ticket", headers={"X-Stream-Key": key}).json()["ticket"]
    user.ask("POST", "/api/stream-key", {})
    user.ask("PUT", "/api/stream-key", {"look": {"size": 33}})
    user.ask("PUT", "/api/stream-key", {"test": True})
    events = user.read(ticket)
    assert [event.name for event in events] == ["hello", "revoked"]
    assert "look" not in events[0].data
