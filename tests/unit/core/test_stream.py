import json
from random import Random

import pytest
from chatsim import stream, waves
from chatsim.cursor import Cursor, parse
from chatsim.errors import InvalidRequest
from chatsim.packs import PackRef
from chatsim.records import Account, Current, StreamKey
from chatsim.shelf import Shelf
from chatsim.stage import due_of, opening
from chatsim.store.memory import MemoryStore
from chatsim.stream import CATCH_UP_MS, Farewell, Scene
from chatsim.ticket import Ticket
from chatsim.waves import TYPES, Wave
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.core.make import NOW, a_builtin_show, a_script, a_show, batch

END = NOW + 300_000


def a_scene(*pressed_ms: int, **changes) -> Scene:
    kinds = [TYPES[no % 4] for no in range(len(pressed_ms))]
    marks = (Wave(no + 1, f"p{no}", kinds[no], NOW + at) for no, at in enumerate(pressed_ms))
    return Scene(a_script(**changes), tuple(marks))


def ids(found) -> list[str]:
    return [line.id for line, _ in found]


def cursor_at(scene: Scene, k: int) -> Cursor:
    show = scene.script.show
    return Cursor(show.id, k, due_of(show, k))


# ── A batch and its resumption ──


@given(st.lists(st.integers(0, 200_000), max_size=5), st.integers(0, 2**32), st.sampled_from([0, 40]))
@settings(max_examples=15)
def test_cut_at_any_event_the_rest_is_exactly_what_was_left(pressed, seed, first_k):
    scene = a_scene(*sorted(pressed), seed=seed, first_k=first_k)
    whole = list(batch(scene, opening(scene.script.show), END))
    assert len(set(ids(whole))) == len(whole)
    for place, (_, after) in enumerate(whole):
        assert list(batch(scene, parse(str(after)), END)) == whole[place + 1 :]


@given(st.integers(0, 2**32))
@settings(max_examples=30)
def test_cut_again_and_again_with_moments_pressed_between(seed):
    rng, scene, at = Random(seed), a_scene(seed=seed), opening(a_show())
    now, read, pressed = NOW, [], 0
    while now < END:
        if rng.random() < 0.4 and pressed < 5:
            pressed += 1
            scene = scene._replace(waves=(*scene.waves, Wave(pressed, f"p{pressed}", rng.choice(TYPES), now)))
        start, missed = stream.place(scene, at, now)
        assert (start, missed) == (at, 0)
        some = list(batch(scene, start, now + rng.choice([1000, 15_000, 60_000])))
        for line, after in some[: rng.randrange(len(some) + 1)]:
            read.append(line)
            at = parse(str(after))
        now = max(now, min(now + rng.randrange(2000, 30_000), at.due + CATCH_UP_MS))
    read += [line for line, _ in batch(scene, at, END)]
    base = [line for line in read if ".w" not in line.id]
    assert base == [scene.script.line(k) for k in range(len(base))]
    assert len(base) >= scene.script.k_at(END)
    bursts = [line for wave in scene.waves for line in waves.moment(scene.script, wave).whole]
    assert [line for line in read if ".w" in line.id] == bursts


def test_a_batch_ends_at_its_horizon():
    scene = a_scene()
    whole = list(batch(scene, opening(a_show()), NOW + 60_000))
    assert ids(whole) == [f"0a1b2c3d4e.{k}" for k in range(scene.script.k_at(NOW + 60_000))]
    assert all(line.due < NOW + 60_000 for line, _ in whole)


def test_a_moment_is_merged_by_due_time_and_comes_whole():
    scene = a_scene(10_000, 20_000)
    whole = [line for line, _ in batch(scene, opening(a_show()), NOW + 21_000)]
    before_last = [line for line in whole if line.due < NOW + 21_000]
    assert before_last == sorted(before_last, key=lambda line: line.due)
    for wave in scene.waves:
        assert [line for line in whole if f".w{wave.no}." in line.id] == waves.moment(scene.script, wave).whole


def test_a_moment_that_was_pressed_behind_the_reader_still_comes():
    scene = a_scene(5000)
    late = list(batch(scene, cursor_at(scene, 20), END))
    assert ids(late)[: len(waves.moment(scene.script, scene.waves[0]).whole)] == [
        line.id for line in waves.moment(scene.script, scene.waves[0]).whole
    ]


# ── Where reading begins ──


@pytest.mark.parametrize("away_ms", [-60_000, 0, 1, CATCH_UP_MS - 1, CATCH_UP_MS])
def test_a_cursor_of_two_minutes_gets_all(away_ms):
    scene = a_scene(5000)
    at = cursor_at(scene, 30).in_wave(1, 2)
    assert stream.place(scene, at, at.due + away_ms) == (at, 0)


def test_an_older_one_goes_on_from_now_and_is_told_what_it_missed():
    scene = a_scene()
    at = cursor_at(scene, 30)
    now = scene.script.due(31) + CATCH_UP_MS + 1
    here, missed = stream.place(scene, at, now)
    assert missed == scene.script.k_at(now) - 31 > 0
    first, _ = next(batch(scene, here, END * 2))
    assert first.id == f"0a1b2c3d4e.{30 + missed + 1}"
    assert first.due >= now
    assert scene.script.due(here.k) < now


def test_an_old_cursor_in_a_long_lull_has_missed_nothing():
    from chatsim import pace

    scene = a_scene(pace=pace.natural(5))
    k = next(k for k in range(10_000) if scene.script.due(k + 1) - scene.script.due(k) > CATCH_UP_MS + 10)
    at = cursor_at(scene, k).in_wave(3, 1)
    assert stream.place(scene, at, at.due + CATCH_UP_MS + 5) == (at, 0)


@pytest.mark.parametrize("now", [NOW + 100_000, NOW + 501_500], ids=["amid a block", "as a block begins"])
@pytest.mark.parametrize("at", [None, Cursor("0fedcba987", 3, NOW)], ids=["nowhere", "in a show before"])
def test_who_joins_gets_the_last_three_lines_and_goes_on(at, now):
    scene = a_scene()
    here, missed = stream.place(scene, at, now)
    lines = [line for line, _ in batch(scene, here, now + 60_000)]
    first = scene.script.k_at(now) - 3
    assert missed == 0
    assert lines == [scene.script.line(first + i) for i in range(len(lines))]
    assert [line.due < now for line in lines[:4]] == [True, True, True, False]


def test_who_joins_after_the_first_line_gets_that_one():
    scene = a_scene(first_k=40)
    here, _ = stream.place(scene, None, scene.script.due(40) + 1)
    assert here == opening(scene.script.show)


def test_who_joins_before_the_first_line_gets_them_all():
    scene = a_scene(first_k=40)
    here, _ = stream.place(scene, None, NOW)
    assert here == opening(scene.script.show)
    assert next(batch(scene, here, END))[0].id.endswith(".40")


def test_who_joins_amid_a_moment_gets_its_tail():
    scene = a_scene(2000, 50_000)
    burst = waves.moment(scene.script, scene.waves[1]).whole
    here, _ = stream.place(scene, None, burst[3].due)
    assert [line for line, _ in batch(scene, here, burst[-1].due + 1) if ".w" in line.id] == burst[3:]


def test_who_joins_after_a_moment_gets_nothing_of_it():
    scene = a_scene(2000)
    here, _ = stream.place(scene, None, NOW + 60_000)
    assert not any(".w" in name for name in ids(batch(scene, here, END)))


@pytest.mark.parametrize(("k", "shift_ms"), [(5, 1), (5, -1), (-2, 0), (999_999_999, 0), (-1, 5)])
def test_a_cursor_made_up_is_refused(k, shift_ms):
    scene = a_scene()
    due = due_of(scene.script.show, k) if -1 <= k < 999 else NOW
    with pytest.raises(InvalidRequest):
        stream.place(scene, Cursor("0a1b2c3d4e", k, max(0, due + shift_ms)), NOW + 30_000)


# ── Who gets what: farewells ──

SHOW = a_builtin_show(number=3)
KEY = StreamKey("h" * 64, "g1")
CURRENT = Current(SHOW, "live", NOW + 1000)
PASS = Ticket("ana", "show", NOW * 2, SHOW.id, 3)
OVERLAY = Ticket("ana", "overlay", NOW * 2, generation="g1")
AT = opening(SHOW)


def follow(account: Account, ticket: Ticket, at: Cursor | None = None, now: int = NOW):
    return stream.follow(account, ticket, at, Shelf(MemoryStore()), now)


def farewell(found):
    assert isinstance(found, Farewell)
    return found.name, found.data.get("reason")


def with_show(**changes) -> Account:
    return Account(current=CURRENT._replace(**changes), key=KEY)


def with_(**changes) -> Account:
    return with_show(show=SHOW._replace(**changes))


STOPPED, PAUSED, OVER = with_show(state="stopped"), with_show(state="paused"), with_show(until=NOW)
GONE, OTHER_ENGINE = with_(pack=PackRef(SHOW.pack.id, "0ld", "genre")), with_(engine=0)
NO_STORED_PACK = with_(pack=PackRef("PACK#game#es#x", "1", "ai"))


@pytest.mark.parametrize("ticket", [PASS, OVERLAY], ids=lambda ticket: ticket.purpose)
def test_a_live_show_is_a_scene(ticket):
    pressed = (Wave(1, "p", "omg", NOW),)
    found = follow(with_show(waves=pressed), ticket)
    assert isinstance(found, Scene)
    assert (found.script.show, found.waves) == (SHOW, pressed)


@pytest.mark.parametrize(
    ("account", "at", "expected"),
    [
        (Account(), None, ("stopped", "stop")),
        (with_(number=2), None, ("stopped", "stop")),
        (with_(number=4, id="newer"), None, ("replaced", None)),
        (STOPPED._replace(current=STOPPED.current._replace(show=SHOW._replace(number=4))), None, ("replaced", None)),
        (STOPPED, None, ("stopped", "stop")),
        (STOPPED, AT, ("stopped", "stop")),
        (PAUSED, None, ("stopped", "pause")),
        (OVER, AT, ("stopped", "stop")),
        (GONE, None, ("reset", None)),
        (NO_STORED_PACK, None, ("reset", None)),
        (OTHER_ENGINE, AT, ("reset", None)),
    ],
)
def test_farewells_of_a_show_ticket(account, at, expected):
    assert farewell(follow(account, PASS, at)) == expected


@pytest.mark.parametrize(
    ("account", "at", "expected"),
    [
        (Account(), None, ("revoked", None)),
        (with_show()._replace(key=None), None, ("revoked", None)),
        (with_show()._replace(key=StreamKey("h" * 64, "g2")), AT, ("revoked", None)),
        (Account(key=KEY), None, ("idle", None)),
        (STOPPED, None, ("idle", None)),
        (STOPPED, AT, ("stopped", "stop")),
        (STOPPED, Cursor("0fedcba987", 1, NOW), ("idle", None)),
        (OVER, None, ("idle", None)),
        (OVER, AT, ("stopped", "stop")),
        (PAUSED, None, ("stopped", "pause")),
        (PAUSED, AT, ("stopped", "pause")),
        (GONE, AT, ("reset", None)),
        (OTHER_ENGINE, None, ("reset", None)),
    ],
)
def test_farewells_of_an_overlay(account, at, expected):
    assert farewell(follow(account, OVERLAY, at)) == expected


def test_an_overlay_follows_whatever_show_is_newest():
    newer = SHOW._replace(id="newer", number=9)
    found = follow(with_show(show=newer), OVERLAY, AT)
    assert isinstance(found, Scene)
    assert found.script.show == newer


@pytest.mark.parametrize(
    ("account", "ticket", "expected"),
    [
        (Account(), PASS, True),
        (with_(number=2), PASS, True),
        (with_show(), PASS, False),
        (with_(number=4), PASS, False),
        (Account(), OVERLAY, True),
        (Account(key=StreamKey("h", "g0")), OVERLAY, True),
        (Account(key=KEY), OVERLAY, False),
    ],
)
def test_a_reading_older_than_the_ticket_is_worth_another(account, ticket, expected):
    assert stream.behind(account, ticket) is expected


# ── Bytes ──


def test_the_events_of_a_batch():
    scene = a_scene()
    start = opening(a_show())
    found = b"".join(stream.events(scene, start, 4, NOW, 60, 54_000)).decode().split("\n\n")
    lines, last = found[:-2], found[-2]
    cursor = [after for _, after in batch(scene, start, NOW + 60_000)][-1]
    assert lines[0].startswith("id: 0a1b2c3d4e.0.")
    assert lines[-1].startswith(f"id: {cursor}\n")
    head, body = last.split("\ndata: ")
    assert head == "event: end\nretry: 54000"
    assert json.loads(body) == {"next": str(cursor), "count": len(lines), "missed": 4, "again": 54_000}


def test_an_empty_batch_ends_where_it_began():
    scene, at = a_scene(), cursor_at(a_scene(), 4)
    (only,) = stream.events(scene, at, 0, at.due, 1, 900)
    assert json.loads(only.decode().split("data: ")[1]) == {"next": str(at), "count": 0, "missed": 0, "again": 900}


def test_a_farewell_says_when_to_ask_again():
    assert Farewell("idle", {}).event() == b'event: idle\nretry: 15000\ndata: {"again":15000}\n\n'
    assert Farewell("stopped", {"reason": "pause"}).event().endswith(b'data: {"reason":"pause","again":15000}\n\n')


def test_hello():
    scene = a_scene()
    assert stream.hello(NOW, scene, None) == f'event: hello\ndata: {{"now":{NOW},"show":"0a1b2c3d4e"}}\n\n'.encode()
    greeting = stream.hello(NOW, None, StreamKey("h", "g", {"size": 20})).decode()
    assert json.loads(greeting.split("data: ")[1]) == {"now": NOW, "show": None, "look": {"size": 20}}


@pytest.mark.parametrize(("seen_at", "told"), [(0, None), (NOW - 1, NOW - 1)])
def test_hello_tells_a_page_how_its_users_overlay_stands(seen_at, told):
    greeting = stream.hello(NOW, None, None, StreamKey("h", "g", {"size": 20}, {}, NOW - 9, seen_at)).decode()
    overlay = {"createdAt": NOW - 9, "seenAt": told}
    assert json.loads(greeting.split("data: ")[1]) == {"now": NOW, "show": None, "overlay": overlay}


@pytest.mark.parametrize(("lang", "word"), [({}, "prueba"), ({"lang": "en"}, "test"), ({"lang": "xx"}, "prueba")])
def test_a_test_message_is_sent_for_a_minute(lang, word):
    key = StreamKey("h", "g1", lang, {"id": "t1", "at": NOW})
    said = json.loads(stream.test_message(key, NOW + 60_000).decode().removeprefix("data: "))
    assert (said["id"], said["timestamp"]) == ("test.t1", NOW)
    assert word in said["content"].lower()
    assert stream.test_message(key, NOW + 60_001) == b""
    assert stream.test_message(key._replace(test={}), NOW) == stream.test_message(None, NOW) == b""


@pytest.mark.parametrize("horizon_s", [1, 15, 60, 120])
@pytest.mark.parametrize("jitter", [0.0, 0.5, 1.0])
def test_who_comes_back_comes_before_the_batch_runs_out(horizon_s, jitter):
    assert 0.85 * horizon_s * 1000 < stream.again_ms(horizon_s, jitter) <= 0.9 * horizon_s * 1000


def test_horizons():
    assert [stream.horizon_of(text, 60) for text in (None, "1", "15", "120")] == [60, 1, 15, 120]


@pytest.mark.parametrize(
    "text",
    ["0", "121", "9999", "-1", "+5", "1.5", "", " 5", "5s", "١٥", "²", "1e2", "00120999", "0000000060999", "9" * 5000],
)
def test_horizons_that_are_none(text):
    with pytest.raises(InvalidRequest):
        stream.horizon_of(text, 60)


def test_who_joins_amid_two_moments_gets_the_rest_of_both():
    scene = a_scene(5000, 7000)
    first, second = (waves.moment(scene.script, wave).whole for wave in scene.waves)
    for now in range(first[0].due, second[-1].due, 37):
        here, _ = stream.place(scene, None, now)
        told = {line.id for line, _ in batch(scene, here, END)}
        assert {line.id for line in (*first, *second) if line.due >= now} <= told
