"""Who generates, who waits and who is served what is at hand; on a clock that is passed in."""

from typing import Any

import pytest
from chatsim import builtin, packs
from chatsim.errors import InvalidName
from chatsim.records import Head
from chatsim.shelf import Shelf
from chatsim_ai.generator import DAY_MS, LEASE_MS, REFUSED_MS, REST_MS, Allowance, Generator
from chatsim_ai.writer import AiUnavailable, Written

from tests.unit.ai.fakes import PHRASES, WRITTEN, FakeWriter, generator

GAME = builtin.named("Stardew Valley", "game")
KEY = packs.key("game", "es", GAME.key)


def source(found: Any) -> tuple[str, bool]:
    return found.pack.ref.source, found.pending


def test_the_first_to_ask_gets_the_ais_pack_and_the_others_share_it(store, writer, clock):
    asked = generator(store, writer, clock)
    assert source(asked.pack_for("ana", GAME, "es").made()) == ("ai", False)
    assert source(asked.pack_for("eva", GAME, "es").made()) == ("cache", False)
    assert asked.pack_for("eva", GAME, "es").made().pack.phrases == PHRASES
    assert writer.calls == ["es/stardew valley"]


def test_each_language_has_a_pack_of_its_own(store, writer, clock):
    for lang in ("es", "en"):
        generator(store, writer, clock).pack_for("ana", GAME, lang).made()
    assert writer.calls == ["es/stardew valley", "en/stardew valley"]


def test_without_a_provider_there_is_what_is_built_in(store, clock):
    assert source(generator(store, None, clock).pack_for("ana", GAME, "es").made())[0] in ("genre", "generic")


def test_a_game_with_a_pack_of_its_own_costs_no_call(store, writer, clock):
    found = generator(store, writer, clock).pack_for("ana", builtin.named("rdr2", "game"), "es").made()
    assert (source(found), writer.calls) == (("builtin", False), [])


def test_who_asks_while_it_is_made_gets_what_is_at_hand(store, writer, clock):
    asked, seen = generator(store, writer, clock), []
    writer.meanwhile = lambda: seen.append(asked.pack_for("eva", GAME, "es").made())
    asked.pack_for("ana", GAME, "es").made()
    (meanwhile,) = seen
    assert meanwhile.pending
    assert meanwhile.retry_after_ms > 0
    assert meanwhile.pack.ref.source in ("genre", "generic")
    assert len(writer.calls) == 1


def test_one_at_once_a_user_and_three_in_all(store, writer, clock):
    asked, pending = generator(store, writer, clock), []
    games = [builtin.named(f"game number {n}", "game") for n in range(6)]

    def nest() -> None:
        depth = len(writer.calls)
        pending.append(asked.pack_for(f"user{depth - 1}", games[4], "es").made())
        if depth < 4:
            pending.append(asked.pack_for(f"user{depth}", games[depth], "es").made())

    writer.meanwhile = nest
    asked.pack_for("user0", games[0], "es").made()
    assert len(writer.calls) == 3, "the fourth waits"
    waiting = [found for found in pending if found.pending]
    assert len(waiting) == 4
    for found in waiting:
        assert found.pack.ref.source in ("genre", "generic")
        assert found.retry_after_ms > 0
    writer.meanwhile = lambda: None
    assert source(asked.pack_for("user0", games[5], "es").made()) == ("ai", False), "every turn was given back"
    assert source(asked.pack_for("user1", games[4], "es").made()) == ("ai", False), (
        "who waited for a turn held no lease"
    )


def test_who_is_beaten_by_a_moment_waits(store, writer, clock):
    def beaten() -> FakeWriter:
        store.lead(KEY, "another", clock.ms, clock.ms + LEASE_MS)
        return writer

    allowance = Allowance(at_once=3, per_user_day=10, per_day=500, fresh_days=30, stale_days=90)
    found = Generator(store, Shelf(store), beaten, allowance, clock).pack_for("ana", GAME, "es").made()
    assert (found.pending, writer.calls) == (True, [])


def test_a_refused_name_is_not_asked_about_again_for_a_day(store, writer, clock):
    asked = generator(store, writer, clock)
    writer.answer = InvalidName("game")
    for _ in range(2):
        with pytest.raises(InvalidName):
            asked.pack_for("ana", GAME, "es").made()
    assert len(writer.calls) == 1
    writer.answer = WRITTEN
    clock.ms += REFUSED_MS
    assert source(asked.pack_for("ana", GAME, "es").made()) == ("ai", False)


def test_a_refused_topic_is_called_a_topic_each_time(store, writer, clock):
    asked = generator(store, writer, clock)
    writer.answer = InvalidName("justchatting")
    for _ in range(2):
        with pytest.raises(InvalidName) as refused:
            asked.pack_for("ana", builtin.named("mi viaje", "justchatting"), "es").made()
        assert refused.value.code == "INVALID_TOPIC"


def test_after_a_failure_a_game_rests_longer_each_time(store, writer, clock):
    asked = generator(store, writer, clock)
    writer.answer = AiUnavailable({"groq": "server"})
    waits = []
    for _ in range(8):
        assert asked.pack_for("ana", GAME, "es").made().pack.ref.source in ("genre", "generic")
        waits.append(store.head(KEY).rest_until - clock.ms)
        assert asked.pack_for("ana", GAME, "es").made().pack.ref.source in ("genre", "generic"), "it rests"
        clock.ms = store.head(KEY).rest_until
    assert waits[:3] == [REST_MS, 2 * REST_MS, 4 * REST_MS]
    assert max(waits) == 3_600_000
    assert len(writer.calls) == 8
    writer.answer = WRITTEN
    assert source(asked.pack_for("ana", GAME, "es").made()) == ("ai", False)
    assert store.head(KEY).failures == 0


def test_a_stale_pack_is_served_while_a_new_one_is_made_and_when_that_fails(store, writer, clock):
    asked = generator(store, writer, clock)
    asked.pack_for("ana", GAME, "es").made()
    clock.ms += 31 * DAY_MS
    seen = []
    writer.meanwhile = lambda: seen.append(asked.pack_for("eva", GAME, "es").made())
    writer.answer = AiUnavailable({"groq": "timeout"})
    assert source(asked.pack_for("ana", GAME, "es").made()) == ("cache", False)
    assert source(seen[0]) == ("cache", True)
    clock.ms += 60 * DAY_MS
    writer.meanwhile = lambda: None
    assert asked.pack_for("ana", GAME, "es").made().pack.ref.source in ("genre", "generic"), "90 days are over"


def test_a_leader_that_froze_past_its_lease_changes_nothing(store, writer, clock):
    asked, late = (
        generator(store, writer, clock),
        Written({**PHRASES, "emotes": ("late",) * 8}, (), "fake", False, 0, 0),
    )

    def freeze() -> None:
        clock.ms += LEASE_MS
        writer.meanwhile, writer.answer = lambda: None, WRITTEN
        assert source(asked.pack_for("eva", GAME, "es").made()) == ("ai", False), (
            "the game recovers when the lease is over"
        )
        writer.answer = late

    writer.meanwhile = freeze
    assert asked.pack_for("ana", GAME, "es").made().pack.phrases != late.phrases
    assert asked.pack_for("ana", GAME, "es").made().pack.phrases == PHRASES
    assert len(writer.calls) == 2


@pytest.mark.parametrize(("limit", "users"), [({"per_user_day": 2}, 1), ({"per_day": 2}, 3)])
def test_new_packs_have_a_daily_limit(store, writer, clock, limit, users):
    asked = generator(store, writer, clock, **limit)
    found = [
        asked.pack_for(f"user{n % users}", builtin.named(f"game number {n}", "game"), "es").made() for n in range(3)
    ]
    assert [source(each)[0] for each in found[:2]] == ["ai", "ai"]
    assert source(found[2]) == (found[2].pack.ref.source, False)
    assert found[2].pack.ref.source in ("genre", "generic")
    left = store.head(packs.key("game", "es", builtin.named("game number 2", "game").key))
    assert left == Head(rest_until=clock.ms), "the lease was given back, and nothing is held against the game"
    clock.ms += DAY_MS
    again = asked.pack_for("user0", builtin.named("game number 2", "game"), "es").made()
    assert source(again) == ("ai", False)
