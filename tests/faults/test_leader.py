"""A leader that freezes past its lease: the game recovers, and what the leader does late changes nothing."""

import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from chatsim import builtin, packs
from chatsim.games import Found
from chatsim.shelf import Shelf
from chatsim.store.dynamo import DynamoStore
from chatsim.store.signed_client import SignedClient
from chatsim_ai import generator
from chatsim_ai.generator import Generator
from chatsim_ai.writer import Written

from tests.faults.conftest import Crew, StoreOf, Table
from tests.faults.leader import ALLOWANCE, Stalled, now_ms, pack_of
from tests.faults.titles import new_title
from tests.figures import Figure

QUICK_LEASE_MS = 1_200
WITHIN_S = 1.0
# What a machine that runs other tests beside this one may add.
BUSY_S = 2.0
# Where a leader freezes, and how what it does ends when it thaws; one more of those that write.
STORIES = [("writing", "written"), ("between", "written"), ("writing", "failed"), ("writing", "refused")]
BATCH = [*STORIES, STORIES[0]]
BATCHES = 10


class Prompt:
    """A writer that answers at once, and counts."""

    def __init__(self) -> None:
        self.calls = 0

    def write(self, *_: Any) -> Written:
        self.calls += 1
        return pack_of("good")


def pack_for(store: DynamoStore, writer: Prompt, title: str, now: int) -> Found:
    asking = Generator(store, Shelf(store), lambda: writer, ALLOWANCE, lambda: now)
    return asking.pack_for(f"somebody else who wants {title}", builtin.named(title, "game"), "es").made()


def pack_key(title: str) -> str:
    return packs.key("game", "es", builtin.named(title, "game").key)


def head_item(table: Table, title: str) -> Any:
    key = {"pk": {"S": pack_key(title)}, "sk": {"S": "HEAD"}}
    return table.client.get_item(TableName=table.name, Key=key, ConsistentRead=True)["Item"]


def first_words(table: Table, title: str) -> str:
    store = DynamoStore(table.client, table.name)
    ref = store.head(pack_key(title), consistent=True).ref
    pack = store.pack(ref) if ref else None
    return pack.phrases["gameplay"][0] if pack else ""


@pytest.mark.parametrize(("stage", "end"), STORIES)
def test_a_frozen_leader_is_replaced_and_comes_too_late(
    quick_table: Table, signed_client: SignedClient, store_of: StoreOf, stage: str, end: str
) -> None:
    title, prompt, others = new_title(), Prompt(), store_of(quick_table)
    leader = Stalled(signed_client, quick_table.name, title, stage, end)
    leader.thread.start()
    assert leader.here.wait(10)

    still = pack_for(others, prompt, title, leader.until_ms - 1)
    assert (still.pending, prompt.calls) == (True, 0)
    recovered = pack_for(others, prompt, title, leader.until_ms)
    assert (recovered.pack.ref.source, prompt.calls) == ("ai", 1)

    before = head_item(quick_table, title)
    leader.on.set()
    leader.thread.join(10)
    assert leader.gave in ("genre", "generic", "refused"), "it has nothing to show for it"
    assert head_item(quick_table, title) == before
    assert first_words(quick_table, title) == "good"


def sleep_until(when_ms: int) -> None:
    time.sleep(max(0, when_ms - now_ms()) / 1000)


class Recovery:
    """Somebody who asks for a game shortly before the lease is over, and from then on until there is a pack."""

    def __init__(self, store: DynamoStore, title: str, lease_end_ms: int) -> None:
        self.store, self.title, self.lease_end_ms = store, title, lease_end_ms
        self.late_s = 0.0
        self.early = False

    def wait(self) -> None:
        writer = Prompt()
        sleep_until(self.lease_end_ms - 300)
        while pack_for(self.store, writer, self.title, asked := now_ms()).pack.ref.source != "ai":
            assert asked < self.lease_end_ms + 30_000
            sleep_until(max(self.lease_end_ms, now_ms() + 50))
        self.late_s = (now_ms() - self.lease_end_ms) / 1000
        self.early = asked < self.lease_end_ms


def freeze(leaders: Crew, table: Table, store_of: StoreOf) -> tuple[list[Recovery], list[str]]:
    """One batch: how each game recovered, and those whose head or words the late leader changed."""
    (process,) = leaders.processes
    titles = [new_title() for _ in BATCH]
    (ends,) = leaders.tell([[title, *story] for title, story in zip(titles, BATCH, strict=True)])
    recoveries = [Recovery(store_of(table), title, when) for title, when in zip(titles, ends, strict=True)]
    process.send_signal(signal.SIGSTOP)
    try:
        with ThreadPoolExecutor(len(BATCH)) as pool:
            list(pool.map(Recovery.wait, recoveries))
        before = [head_item(table, title) for title in titles]
    finally:
        process.stdin.write("go on\n")
        process.stdin.flush()
        process.send_signal(signal.SIGCONT)
    gave = leaders.hear(process)
    assert set(gave) <= {"genre", "generic", "refused"}
    after = [head_item(table, title) for title in titles]
    changed = [
        t for t, was, now in zip(titles, before, after, strict=True) if was != now or first_words(table, t) != "good"
    ]
    return recoveries, changed


@pytest.mark.soak
@pytest.mark.timeout(120)
def test_leaders_stopped_by_the_machine_harm_nobody(
    crew: Callable[..., Crew], referee: Table, store_of: StoreOf, monkeypatch: pytest.MonkeyPatch, figure: Figure
) -> None:
    monkeypatch.setattr(generator, "LEASE_MS", QUICK_LEASE_MS)
    leaders = crew("tests.faults.leader", referee, QUICK_LEASE_MS, who="a")
    recoveries, changed = [], []
    for _ in range(BATCHES):
        found, overwritten = freeze(leaders, referee, store_of)
        recoveries += found
        changed += overwritten
    slowest = max(recovery.late_s for recovery in recoveries)
    rounds = len(recoveries)
    figure(4, "what a leader did after its lease and counted", f"{len(changed)} of {rounds}, stopped by SIGSTOP")
    figure(4, "a game without its leader recovers", f"lease + {slowest:.1f} s at most in {rounds} rounds")
    assert rounds == 50
    assert changed == []
    assert not [recovery.title for recovery in recoveries if recovery.early]
    assert slowest < WITHIN_S + BUSY_S
