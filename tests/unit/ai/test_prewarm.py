"""Which packs are made before anybody asks, when, and what a run tells; on a clock that is passed in."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from chatsim import builtin, limits, packs, popular
from chatsim.chance import chance
from chatsim.errors import InvalidName
from chatsim.names import LANGS
from chatsim.records import Head
from chatsim.store.memory import MemoryStore
from chatsim_ai import prewarm
from chatsim_ai.generator import DAY_MS, LEASE_MS, Generator
from chatsim_ai.prewarm import PACK_MS, Popular
from chatsim_ai.provider import SettingError
from chatsim_ai.writer import AiUnavailable

from tests.unit.ai import fakes
from tests.unit.ai.fakes import WRITTEN, Clock

FRESH_DAYS = 30
NOTHING = {"made": 0, "fresh": 0, "skipped": 0, "failed": 0, "left": 0}
FIVE_MINUTES_MS = 300_000


@pytest.fixture
def generator(store, writer, clock) -> Callable[..., Generator]:
    return partial(fakes.generator, store, writer, clock, fresh_days=FRESH_DAYS)


@pytest.fixture
def errors() -> list[Exception]:
    return []


@pytest.fixture
def run(generator, store, clock, errors) -> Callable[..., dict[str, Any]]:
    """run(games, …) → what the run tells, by the ends that came."""

    def go(games: str = "", langs: str = "es", most: int = 40, left_ms: int = FIVE_MINUTES_MS, **changes: int) -> Any:
        wanted = Popular.from_env({"POPULAR_GAMES": games, "POPULAR_LANGS": langs, "POPULAR_MAX": str(most)})
        deadline = clock() + left_ms
        report = prewarm.run(
            generator(**changes), store, wanted, clock, lambda: max(0, deadline - clock()), errors.append
        )
        told = report.as_dict()
        assert told.keys() >= NOTHING.keys()
        return {end: count for end, count in told.items() if count}

    return go


def ask_for(store: MemoryStore, clock: Clock, *titles: str, lang: Any = "es", mode: Any = "game") -> None:
    for title in titles:
        popular.note(store, builtin.named(title, mode), lang, clock())


def test_the_owners_games_come_first_in_each_language_then_what_users_asked_for(run, store, writer, clock):
    ask_for(store, clock, "Tunic", "Gris", "Gris")
    ask_for(store, clock, "Celeste", lang="es-MX")
    assert run("Stardew Valley, Gris", "es,en") == {"made": 6}
    assert writer.calls[:4] == ["es/stardew valley", "en/stardew valley", "es/gris", "en/gris"]
    assert sorted(writer.calls[4:]) == ["es-MX/celeste", "es/tunic"]
    assert run("Stardew Valley, Gris", "es,en") == {"fresh": 6}


def test_no_more_than_so_many_in_all(run, store, writer, clock):
    ask_for(store, clock, "Tunic", "Gris", "Gris", "Celeste", "Celeste", "Celeste")
    assert run("Stardew Valley", most=3) == {"made": 3}
    assert writer.calls == ["es/stardew valley", "es/celeste", "es/gris"]
    assert run("Stardew Valley", most=0) == {}


def test_what_needs_no_pack_is_skipped_and_takes_nobodys_place(run, store, writer, clock):
    ask_for(store, clock, *["Elden Ring"] * 9, "Gris")
    assert run("rdr2", most=2) == {"skipped": 1, "made": 1}
    assert writer.calls == ["es/gris"]


def test_a_topic_with_a_built_in_pack_is_made_all_the_same(run, store, writer, clock):
    ask_for(store, clock, "Comida", mode="justchatting")
    assert run() == {"made": 1}


@pytest.mark.parametrize("bad", ["x", "<b>hola</b>", "http://x.example", "puta", "y" * 51])
def test_an_owners_name_that_is_none_is_skipped_and_the_others_are_made(run, writer, bad):
    assert run(f"{bad}, Gris,,", "es,en") == {"skipped": 2, "made": 2}
    assert writer.calls == ["es/gris", "en/gris"]


def test_a_name_the_ai_refuses_is_skipped_and_not_asked_about_again(run, writer, clock):
    writer.answer = InvalidName("game")
    assert run("Gris") == {"skipped": 1}
    clock.ms += DAY_MS // 2
    assert run("Gris") == {"skipped": 1}
    assert len(writer.calls) == 1


def test_a_failing_game_is_counted_rests_and_the_next_one_has_its_turn(run, writer):
    def fail_first() -> None:
        writer.answer = AiUnavailable({"groq": "timeout"}) if writer.calls[-1] == "es/gris" else WRITTEN

    writer.meanwhile = fail_first
    assert run("Gris, Tunic") == {"failed": 1, "made": 1}
    assert run("Gris, Tunic") == {"skipped": 1, "fresh": 1}


def test_a_fault_of_ours_is_told_and_the_next_one_has_its_turn(run, writer, errors):
    def break_first() -> None:
        if writer.calls[-1] == "es/gris":
            raise ZeroDivisionError

    writer.meanwhile = break_first
    assert run("Gris, Tunic") == {"failed": 1, "made": 1}
    assert [type(error) for error in errors] == [ZeroDivisionError]


def test_a_pack_is_renewed_once_when_80_to_90_percent_of_its_life_are_over(run, store, writer, clock):
    began = clock.ms
    titles = [f"juego numero {letter}" for letter in "abcdefghij"]
    assert run(",".join(titles)) == {"made": 10}
    made_again: dict[str, float] = {}
    for hour in range(0, FRESH_DAYS * 24, 3):
        clock.ms = began + hour * 3_600_000
        before = len(writer.calls)
        run(",".join(titles))
        for call in writer.calls[before:]:
            assert call not in made_again
            made_again[call] = hour / (FRESH_DAYS * 24)
    assert len(made_again) == 10
    assert all(0.8 <= share <= 0.905 for share in made_again.values()), made_again
    assert len(set(made_again.values())) > 5, "not all at once"


def test_when_it_is_due_follows_from_its_version(run, store, clock):
    run("Gris")
    head = store.head(packs.key("game", "es", "gris"))
    share = 0.9 - 0.1 * chance(head.ref.id, head.ref.version).random()
    due = head.fresh_until - int((1 - share) * FRESH_DAYS * DAY_MS)
    clock.ms = due - 1
    assert run("Gris") == {"fresh": 1}
    clock.ms = due
    assert run("Gris") == {"made": 1}


def test_three_runs_within_each_other_make_one_pack(run, writer, clock):
    """As three events at once: the second begins while the first one writes."""
    inner: list[dict[str, Any]] = []

    def meanwhile() -> None:
        writer.meanwhile = lambda: None
        inner.extend(run("Gris") for _ in range(2))

    run("Gris")
    clock.ms += int(0.95 * FRESH_DAYS * DAY_MS)
    writer.meanwhile = meanwhile
    assert run("Gris") == {"made": 1}
    assert inner == [{"skipped": 1}] * 2
    assert len(writer.calls) == 2


def test_a_leader_that_is_gone_is_followed_when_its_lease_is_over(run, store, clock):
    store.lead(packs.key("game", "es", "gris"), "gone", clock(), clock() + LEASE_MS)
    assert run("Gris") == {"skipped": 1}
    clock.ms += LEASE_MS
    assert run("Gris") == {"made": 1}


def test_nothing_is_begun_that_could_not_end_before_the_deadline(run, writer, clock):
    def take_12_s() -> None:
        clock.ms += 12_000

    writer.meanwhile = take_12_s
    assert run("Gris, Tunic, Celeste, Hades", left_ms=12_000 + PACK_MS) == {"made": 2, "left": 2}
    assert run("Gris, Tunic, Celeste, Hades", left_ms=PACK_MS - 1) == {"left": 4}


def test_it_counts_for_the_day_and_for_no_user(run, generator, store, clock):
    assert run("Gris, Tunic, Celeste, Hades", per_day=2) == {"made": 2, "left": 2}
    assert store.head(packs.key("game", "es", "celeste")) == Head(rest_until=clock.ms), "the lease was given back"
    asked = generator(per_day=2).pack_for("ana", builtin.named("Hades", "game"), "es").made()
    assert asked.pack.ref.source != "ai", "the day's packs are used up for users too"
    clock.ms += DAY_MS
    asked = generator(per_day=4, per_user_day=2)
    own = [asked.pack_for("ana", builtin.named(f"juego {n} de ana", "game"), "es").made() for n in range(2)]
    assert [found.pack.ref.source for found in own] == ["ai", "ai"]
    assert run("Gris, Tunic, Celeste, Hades", per_day=4) == {"fresh": 2, "made": 2}
    assert store.count("packs", clock() // DAY_MS, limits.DAY_S) == 5


def test_without_a_key_it_ends_at_once_and_says_why(store, clock, errors):
    ask_for(store, clock, "Tunic")
    without = fakes.generator(store, None, clock)
    report = prewarm.run(without, store, Popular(("Gris", "<b>"), ("es", "en"), 40), clock, lambda: 0, errors.append)
    assert report.as_dict() == {**NOTHING, "skipped": 5, "why": "no AI key"}


def test_settings_are_lists_and_a_language_that_is_none_is_named():
    env = {"POPULAR_GAMES": " Elden Ring ,, Gris", "POPULAR_LANGS": "es, es-MX", "POPULAR_MAX": "7"}
    assert Popular.from_env(env) == Popular(("Elden Ring", "Gris"), ("es", "es-MX"), 7)
    assert Popular.from_env({**env, "POPULAR_GAMES": ""}).games == ()
    with pytest.raises(SettingError, match=f"POPULAR_LANGS must be some of {', '.join(LANGS)}"):
        Popular.from_env({**env, "POPULAR_LANGS": "es,fr"})
