"""A leader that freezes past its lease, over the real store: the game recovers, and the late write changes nothing."""

import threading
from typing import Any
from uuid import uuid4

import pytest
from chatsim import builtin, packs
from chatsim.packs import Pack
from chatsim.shelf import Shelf
from chatsim.store.dynamo import DynamoStore
from chatsim_ai.generator import LEASE_MS, Allowance, Generator
from chatsim_ai.writer import Written

ROUNDS = 10
NOW = 1_800_000_000_000
ALLOWANCE = Allowance(at_once=3, per_user_day=1000, per_day=1000, fresh_days=30, stale_days=90)


class Scribe:
    """Writes one word, once it is let; `asked` is set when somebody waits for it."""

    def __init__(self, word: str) -> None:
        self.word, self.asked, self.let = word, threading.Event(), threading.Event()

    def write(self, *_: Any) -> Written:
        self.asked.set()
        assert self.let.wait(10)
        return Written(dict.fromkeys(packs.GAME_CATEGORIES, (self.word,) * 40), (), "fake", False, 0, 0)


def letters() -> str:
    """A title of its own; long runs of digits would be a phone number."""
    return uuid4().hex[:12].translate(str.maketrans("0123456789", "ghijklmnop"))


def generator(store: DynamoStore, scribe: Scribe, now_ms: int) -> Generator:
    return Generator(store, Shelf(store), lambda: scribe, ALLOWANCE, lambda: now_ms)


@pytest.mark.parametrize("n", range(ROUNDS))
def test_a_frozen_leader_is_replaced_and_its_late_write_is_refused(
    dynamo_client: Any, table: str, user: str, n: int
) -> None:
    store, name = DynamoStore(dynamo_client, table), builtin.named(f"juego {letters()}", "game")
    frozen, prompt, found = Scribe("late"), Scribe("good"), []
    late = threading.Thread(target=lambda: found.append(generator(store, frozen, NOW).pack_for(user, name, "es")))
    late.start()
    assert frozen.asked.wait(10)

    prompt.let.set()
    still = generator(store, prompt, NOW + LEASE_MS - 1).pack_for(f"{user}-2", name, "es")
    assert (still.pending, prompt.asked.is_set()) == (True, False)
    recovered = generator(store, prompt, NOW + LEASE_MS).pack_for(f"{user}-2", name, "es")
    assert recovered.pack.ref.source == "ai"

    frozen.let.set()
    late.join(10)
    assert found[0].pack.ref.source in ("genre", "generic"), "it has nothing to show for it"
    ref = store.head(packs.key("game", "es", name.key), consistent=True).ref
    assert ref
    kept: Pack | None = store.pack(ref)
    assert kept
    assert kept.phrases["gameplay"][0] == "good"
