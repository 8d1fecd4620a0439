"""The life of a show, on a clock that is passed in."""

from itertools import count

import pytest
from chatsim import pace, stage
from chatsim.cursor import Cursor
from chatsim.errors import InvalidRequest, NoShow, NoShowToAct, RateLimited
from chatsim.packs import Pack, key
from chatsim.records import LONGEST_MS
from chatsim.shelf import Shelf
from chatsim.show import Script, Show
from chatsim.stage import UNATTENDED_MS, Wish, due_of
from chatsim.store.memory import MemoryStore
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.core.make import NOW, PACE, PACK, game

USER = "ana"
WISH = Wish(game("Elden Ring"), "es", PACE)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def shelf(store: MemoryStore) -> Shelf:
    return Shelf(store)


def shown(show: Show, k: int) -> Cursor:
    return Cursor(show.id, k, due_of(show, k))


def state(store: MemoryStore, now_ms: int) -> str:
    current = store.account(USER).current
    assert current
    return current.state_at(now_ms)


# ── Start ──


def test_a_show_starts_now_and_is_the_newest(store, shelf):
    first = stage.start(store, shelf, USER, WISH, NOW)
    second = stage.start(store, shelf, USER, WISH, NOW + 5)
    assert (first.number, second.number, second.first_k, second.started_at) == (1, 2, 0, NOW + 5)
    assert (second.game, second.display_name, second.pack.source) == ("elden ring", "Elden Ring", "builtin")
    assert store.account(USER).current.show == second
    assert first.id != second.id
    assert (first.seed, first.cast_seed) != (second.seed, second.cast_seed)


@pytest.mark.parametrize(("title", "sources"), [("Nioh", ["cache", "genre"]), ("Elden Ring", ["builtin"] * 2)])
def test_a_stored_pack_is_better_than_a_built_in_one_of_another_game(store, shelf, title, sources):
    wish = WISH._replace(name=game(title))
    place = key("game", "es", wish.name.key)
    pack = Pack(PACK.ref._replace(id=place), PACK.phrases)
    store.put_pack(place, pack, store.lead(place, "me", NOW, NOW + 1), fresh_until=NOW, stale_until=NOW + 10)
    assert [stage.start(store, shelf, USER, wish, now).pack.source for now in (NOW + 9, NOW + 10)] == sources


# ── Join, attended and unattended ──


def test_nothing_to_join(store, shelf):
    with pytest.raises(NoShow):
        stage.join(store, USER, NOW)
    stage.start(store, shelf, USER, WISH, NOW)
    stage.end(store, USER, pause=False)
    with pytest.raises(NoShow):
        stage.join(store, USER, NOW + 1)


def test_a_show_ends_unattended_after_15_minutes(store, shelf):
    show = stage.start(store, shelf, USER, WISH, NOW)
    assert state(store, NOW + UNATTENDED_MS - 1) == "live"
    assert state(store, NOW + UNATTENDED_MS) == "stopped"
    with pytest.raises(NoShow):
        stage.join(store, USER, NOW + UNATTENDED_MS)
    assert state(store, NOW + UNATTENDED_MS) == "stopped"
    assert store.account(USER).current.show == show


def test_a_show_that_is_asked_for_goes_on(store, shelf):
    show = stage.start(store, shelf, USER, WISH, NOW)
    for minute in range(5, 60, 5):
        assert stage.join(store, USER, NOW + minute * 60_000).show == show
    assert state(store, NOW + 69 * 60_000) == "live"
    assert state(store, NOW + 70 * 60_000) == "stopped"


def test_after_12_hours_it_is_over_however_attended(store, shelf):
    stage.start(store, shelf, USER, WISH, NOW)
    for minute in range(5, 12 * 60, 5):
        stage.join(store, USER, NOW + minute * 60_000)
    assert state(store, NOW + LONGEST_MS - 1) == "live"
    assert state(store, NOW + LONGEST_MS) == "stopped"
    with pytest.raises(NoShow):
        stage.join(store, USER, NOW + LONGEST_MS)


# ── Pause and stop ──


def test_stop_and_pause(store, shelf):
    assert stage.end(store, USER, pause=False) is None
    stage.start(store, shelf, USER, WISH, NOW)
    assert stage.end(store, USER, pause=True).state == "paused"
    assert stage.join(store, USER, NOW + 1).state == "paused"
    assert stage.end(store, USER, pause=False).state == "stopped"
    assert stage.end(store, USER, pause=True).state == "stopped"


# ── Continue ──


def test_a_paused_show_resumes_by_continuing(store, shelf):
    before = stage.start(store, shelf, USER, WISH, NOW)
    stage.end(store, USER, pause=True)
    later = NOW + UNATTENDED_MS * 3
    after = stage.start(store, shelf, USER, WISH._replace(after=shown(before, 12)), later)
    assert (after.first_k, after.number, after.seed, after.cast_seed) == (13, 2, before.seed, before.cast_seed)
    assert state(store, later) == "live"
    old, new = (Script(show, shelf.get(show.pack)) for show in (before, after))
    for k in range(13, 60):
        assert (old.line(k).text, old.line(k).chatter) == (new.line(k).text, new.line(k).chatter)


def test_who_is_paused_amid_a_thought_ends_it(store, shelf):
    before = stage.start(store, shelf, USER, WISH, NOW)
    old = Script(before, shelf.get(before.pack))
    k = next(k for k in count() if old.author(k) == old.author(k + 1))
    stage.end(store, USER, pause=True)
    after = stage.start(store, shelf, USER, WISH._replace(after=shown(before, k)), old.due(k) + 1)
    # Paused again before it has said a line.
    again = stage.start(store, shelf, USER, WISH._replace(after=shown(after, k)), old.due(k) + 2)
    for show in (after, again):
        new = Script(show, shelf.get(show.pack))
        assert (new.line(k + 1).text, new.author(k + 1)) == (old.line(k + 1).text, old.author(k + 1))


def test_a_change_of_game_keeps_the_people(store, shelf):
    before = stage.start(store, shelf, USER, WISH, NOW)
    wish = WISH._replace(name=game("Minecraft"), after=shown(before, 3))
    after = stage.start(store, shelf, USER, wish, NOW + 20_000)
    assert (after.game, after.pack.source, after.first_k) == ("minecraft", "builtin", 4)
    assert after.cast_seed == before.cast_seed


def test_a_show_another_device_took_over_is_let_go(store, shelf):
    before = stage.start(store, shelf, USER, WISH, NOW)
    other = stage.start(store, shelf, USER, WISH, NOW + 1000)
    after = stage.start(store, shelf, USER, WISH._replace(after=shown(before, 3)), NOW + 2000)
    assert (after.first_k, after.number) == (0, 3)
    assert after.seed not in (before.seed, other.seed)


def test_a_cursor_made_up_does_not_continue(store, shelf):
    show = stage.start(store, shelf, USER, WISH, NOW)
    for made_up in (
        shown(show, 3)._replace(due=due_of(show, 3) + 1),
        Cursor(show.id, -2, NOW),
        Cursor(show.id, 4, NOW),
    ):
        with pytest.raises(InvalidRequest):
            stage.start(store, shelf, USER, WISH._replace(after=made_up), NOW + 5000)
    assert store.account(USER).current.show == show


paces = st.one_of(
    st.tuples(st.integers(500, 30_000), st.integers(500, 30_000)).map(lambda ends: pace.fixed(*sorted(ends))),
    st.sampled_from(pace.VIEWERS).map(pace.natural),
)


@given(paces, paces, st.integers(0, 30), st.integers(0, 60_000))
def test_the_next_line_keeps_its_distance_and_comes_within_the_new_maximum(before_pace, new_pace, k, waited):
    store = MemoryStore()
    shelf = Shelf(store)
    before = stage.start(store, shelf, USER, WISH._replace(pace=before_pace), NOW)
    now = due_of(before, k) + waited
    after = stage.start(store, shelf, USER, WISH._replace(pace=new_pace, after=shown(before, k)), now)
    first = due_of(after, after.first_k)
    assert first - due_of(before, k) >= new_pace.min_ms
    assert now < first <= now + new_pace.max_ms


@given(st.lists(paces, min_size=2, max_size=6), st.lists(st.integers(0, 3000), min_size=6, max_size=6))
def test_pulling_the_pace_about_keeps_the_distance_too(chosen, waits):
    """Each change comes before the show of the last one has said a word."""
    store = MemoryStore()
    shelf = Shelf(store)
    show = stage.start(store, shelf, USER, WISH, NOW)
    now = spoken = due_of(show, 4)
    after = shown(show, 4)
    for new_pace, wait in zip(chosen, waits, strict=False):
        show = stage.start(store, shelf, USER, WISH._replace(pace=new_pace, after=after), now)
        first = due_of(show, show.first_k)
        assert first - spoken >= new_pace.min_ms
        assert now < first <= now + new_pace.max_ms
        assert show.first_k == 5
        now, after = min(now + wait, first - 1), stage.opening(show)


def test_a_line_still_to_come_does_not_delay_the_next(store, shelf):
    """A page that names a line it has read ahead and not shown yet."""
    show = stage.start(store, shelf, USER, WISH, NOW)
    after = stage.start(store, shelf, USER, WISH._replace(after=shown(show, 10)), NOW + 1000)
    assert due_of(after, 11) <= NOW + 1000 + PACE.max_ms


# ── Moments ──


def press(store, shelf, press_id, now_ms, kind="laugh"):
    return stage.press(store, shelf, USER, kind, press_id, now_ms).lines


def test_a_press_gives_its_lines_once(store, shelf):
    show = stage.start(store, shelf, USER, WISH, NOW)
    lines = press(store, shelf, "a", NOW + 5000)
    assert lines[0].id == f"{show.id}.w1.0"
    assert NOW + 5180 <= lines[0].due <= NOW + 5350
    assert press(store, shelf, "a", NOW + 5001) == lines
    assert press(store, shelf, "a", NOW + 9999, "fear") == lines
    assert len(store.account(USER).current.waves) == 1


def test_one_moment_in_two_seconds(store, shelf):
    stage.start(store, shelf, USER, WISH, NOW)
    press(store, shelf, "a", NOW)
    with pytest.raises(RateLimited) as refused:
        press(store, shelf, "b", NOW + 1999)
    assert refused.value.retry_after_s == 2
    assert press(store, shelf, "b", NOW + 2000)[0].id.endswith(".w2.0")


def test_no_moment_without_a_live_show(store, shelf):
    def refused(now_ms):
        with pytest.raises(NoShowToAct) as error:
            press(store, shelf, "a", now_ms)
        assert (error.value.code, error.value.status) == ("NO_SHOW", 409)

    refused(NOW)
    stage.start(store, shelf, USER, WISH, NOW)
    refused(NOW + UNATTENDED_MS)
    stage.end(store, USER, pause=True)
    refused(NOW + 1)
    stage.end(store, USER, pause=False)
    refused(NOW + 2)


def test_moments_go_on_counting_when_the_oldest_are_let_go(store, shelf):
    stage.start(store, shelf, USER, WISH, NOW)
    for i in range(8):
        lines = press(store, shelf, f"p{i}", NOW + i * 2000)
        assert f".w{i + 1}." in lines[0].id


def test_a_moment_taken_by_another_page_meanwhile(store, shelf):
    """Both read before either writes: the slower one looks again, finds the other's and has to wait its two seconds."""
    stage.start(store, shelf, USER, WISH, NOW)
    kept = store.set_waves

    def slower(user, show_id, waves):
        store.set_waves = kept
        press(store, shelf, "other", NOW + 10)
        return kept(user, show_id, waves)

    store.set_waves = slower
    with pytest.raises(RateLimited):
        press(store, shelf, "mine", NOW + 10)
    assert [wave.id for wave in store.account(USER).current.waves] == ["other"]


def test_a_continuing_start_that_is_asked_for_again_still_continues(store, shelf):
    """The answer was lost: the page has the old place, the store the new show."""
    first = stage.start(store, shelf, USER, WISH, NOW)
    again = WISH._replace(after=shown(first, 3))
    lost = stage.start(store, shelf, USER, again, NOW + 60_000)
    second = stage.start(store, shelf, USER, again, NOW + 61_000)
    assert (second.seed, second.cast_seed, second.first_k) == (first.seed, first.cast_seed, 4)
    assert second.number == lost.number + 1


@pytest.mark.parametrize("viewers", [5, 15, 200])
def test_nobody_speaks_twice_running_where_a_show_goes_on(store, shelf, viewers):
    """Another audience is another cast: who spoke last must not speak first in it."""
    for n in range(60):
        first = stage.start(store, shelf, f"{USER}{n}", WISH, NOW)
        wish = WISH._replace(pace=pace.natural(viewers), after=shown(first, 7))
        second = stage.start(store, shelf, f"{USER}{n}", wish, NOW + 60_000)
        before, after = (Script(show, shelf.get(show.pack)) for show in (first, second))
        assert before.line(7).chatter.username != after.line(8).chatter.username


def test_a_moment_after_the_show_goes_on_says_something_else(store, shelf):
    first = stage.start(store, shelf, USER, WISH, NOW)
    said = [line.text for line in stage.press(store, shelf, USER, "laugh", "a", NOW + 1).lines]
    stage.start(store, shelf, USER, WISH._replace(after=shown(first, 3)), NOW + 60_000)
    assert [line.text for line in stage.press(store, shelf, USER, "laugh", "b", NOW + 60_001).lines] != said
