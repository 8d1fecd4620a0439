"""Live delivery on a clock that only moves when somebody sleeps."""

import json

import pytest
from chatsim import live, pace, sse, waves
from chatsim.errors import Unavailable
from chatsim.stage import opening
from chatsim.stream import Farewell, Scene
from chatsim.waves import Wave

from tests.unit.core.make import NOW, a_script, batch


class Stage:
    """What a reader sees: (time since the start, bytes) of each event, the scene read from `scene` at each look."""

    def __init__(self, **changes) -> None:
        self.now = NOW
        self.end_ms = NOW + 600_000
        self.scene: Scene | Farewell = Scene(a_script(**changes))
        self.looks: list[int] = []
        self.plan: list[tuple[int, Scene | Farewell]] = []

    def look(self) -> Scene | Farewell:
        self.looks.append(self.now)
        for at, scene in self.plan:
            if self.now >= at:
                self.scene = scene
        return self.scene

    def sleep_until(self, due_ms: int) -> None:
        self.now = max(self.now, due_ms)

    def run(self, at=None, missed: int = 0) -> list[tuple[int, bytes]]:
        assert isinstance(self.scene, Scene)
        start = at or opening(self.scene.script.show)
        return [(self.now, event) for event in live.events(
            self.scene, start, missed, end_ms=self.end_ms, look=self.look,
            now_ms=lambda: self.now, sleep_until=self.sleep_until,
        )]  # fmt: skip


def lines(events: list[tuple[int, bytes]]) -> list[tuple[int, dict]]:
    return [(at, json.loads(event.split(b"data: ")[1])) for at, event in events if event.startswith(b"id: ")]


@pytest.mark.parametrize("chosen", [pace.fixed(3000, 7000), pace.fixed(500, 500), pace.natural(5), pace.natural(200)])
def test_each_line_comes_when_it_is_due(chosen):
    stage = Stage(pace=chosen)
    scene = stage.scene
    events = stage.run()
    found = lines(events)
    assert all(at == line["timestamp"] for at, line in found)
    until = NOW + live.CONNECTION_MS
    assert [line for _, line in found] == [
        sse.message(line) for line, _ in batch(scene, opening(scene.script.show), until)
    ]


def test_a_connection_lasts_55_s_and_pings_every_15():
    events = Stage().run()
    assert [at - NOW for at, event in events if event == sse.PING] == [15_000, 30_000, 45_000]
    at, last = events[-1]
    assert at - NOW == 55_000
    assert last.startswith(b"event: end\nretry: 250\n")


def test_the_end_says_where_to_go_on():
    stage = Stage()
    events = stage.run(missed=7)
    end = json.loads(events[-1][1].split(b"data: ")[1])
    last = [event for _, event in events if event.startswith(b"id: ")][-1]
    assert last.startswith(f"id: {end['next']}\n".encode())
    assert (end["count"], end["missed"], end["again"]) == (len(lines(events)), 7, 250)


def test_the_next_connection_has_no_gap_and_no_repeat():
    from chatsim.cursor import parse

    stage = Stage()
    first = stage.run()
    end = json.loads(first[-1][1].split(b"data: ")[1])
    second = stage.run(parse(end["next"]))
    read = [line["id"] for _, line in lines(first) + lines(second)]
    assert read == [f"0a1b2c3d4e.{k}" for k in range(len(read))]


def test_what_was_missed_comes_at_once():
    stage = Stage()
    stage.now = NOW + 60_000
    found = lines(stage.run())
    early = [at for at, line in found if line["timestamp"] <= NOW + 60_000]
    assert early == [NOW + 60_000] * len(early)
    assert len(early) >= 8


def test_a_newer_show_ends_the_connection_and_is_read_from_its_first_line():
    """An overlay's reader: the place it has is of the show before."""
    stage = Stage()
    newer = Scene(a_script(id="ffffffffff", number=9, started_at=NOW + 20_000))
    stage.plan = [(NOW + 20_500, newer)]
    at, last = stage.run()[-1]
    assert NOW + 20_500 <= at <= NOW + 22_500
    assert json.loads(last.split(b"data: ")[1])["next"] == str(opening(newer.script.show))


@pytest.mark.parametrize("farewell", [Farewell("stopped", {"reason": "stop"}), Farewell("replaced", {"show": "x"})])
def test_a_stop_is_told_within_2_s(farewell):
    stage = Stage()
    stage.plan = [(NOW + 20_500, farewell)]
    events = stage.run()
    at, last = events[-1]
    assert last == farewell.event()
    assert NOW + 20_500 <= at <= NOW + 22_500
    assert max(at for at, _ in lines(events)) <= at


@pytest.mark.parametrize(
    "chosen", [pace.fixed(500, 500), pace.fixed(500, 900), pace.fixed(3000, 7000), pace.natural(200)]
)
@pytest.mark.parametrize("pressed", [4000, 5100, 6999, 14_900])
def test_a_moment_comes_within_2_s_and_delays_no_line(chosen, pressed):
    stage = Stage(pace=chosen)
    scene = stage.scene
    wave = Wave(1, "p", "hype", NOW + pressed)
    after = scene._replace(waves=(wave,))
    stage.plan = [(wave.at, after)]
    events = stage.run()
    found = lines(events)
    base = [(at, line) for at, line in found if ".w" not in line["id"]]
    burst = [(at, line) for at, line in found if ".w" in line["id"]]
    assert all(at == line["timestamp"] for at, line in base)
    assert [line for _, line in burst] == [sse.message(line) for line in waves.moment(scene.script, wave).whole]
    assert all(0 <= at - line["timestamp"] <= 2000 for at, line in burst)
    assert [at - NOW for at, event in events if event == sse.PING] == [15_000, 30_000, 45_000]


def test_the_store_is_asked_every_2_s():
    stage = Stage(pace=pace.fixed(500, 500))
    stage.run()
    gaps = [later - earlier for earlier, later in zip(stage.looks, stage.looks[1:], strict=False)]
    assert max(gaps) <= live.LOOK_MS
    assert len(stage.looks) <= 31


def test_a_moment_at_the_end_of_a_connection_goes_on_in_the_next():
    from chatsim.cursor import parse

    stage = Stage()
    scene = stage.scene
    wave = Wave(1, "p", "fear", NOW + 53_500)
    stage.plan = [(wave.at, scene._replace(waves=(wave,)))]
    first = stage.run()
    assert first[-1][0] == NOW + 55_000
    rest = stage.run(parse(json.loads(first[-1][1].split(b"data: ")[1])["next"]))
    burst = [line["id"] for _, line in lines(first) + lines(rest) if ".w" in line["id"]]
    assert burst == [line.id for line in waves.moment(scene.script, wave).whole]


def test_it_says_goodbye_before_its_caller_must_end():
    stage = Stage()
    stage.end_ms = NOW + 9_000
    events = stage.run()
    assert b"event: end" in events[-1][1]
    assert events[-1][0] == NOW + 9_000


def test_a_store_that_fails_meanwhile_is_told():
    stage = Stage()

    def fail() -> Scene:
        raise Unavailable

    stage.look = fail
    at, event = stage.run()[-1]
    assert at <= NOW + 2_000
    assert event.startswith(b"event: error\nretry: 1000\n")
    assert b'"error":"UNAVAILABLE"' in event
