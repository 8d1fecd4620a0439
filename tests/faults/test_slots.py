"""Slots under races: adds, removes and swaps by callers in two processes that share nothing but the store."""

from collections import Counter
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest
from chatsim.errors import LimitReached
from chatsim.records import Slot
from chatsim.store.dynamo import DynamoStore
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.faults.conftest import Crew, StoreOf, Table
from tests.faults.slot_caller import MAX_SLOTS, slot
from tests.figures import Figure

THREADS = 32
STEPS = 2
QUICK_ROUNDS = 4
ROUNDS = 100
GAMES = [f"game {letter}" for letter in "abcdefghij"]

Step = list[str]


def adds(_: Random, caller: str, __: list[str]) -> list[Step]:
    return [["add", f"{caller} {n}"] for n in range(STEPS)]


def swaps(rng: Random, caller: str, kept: list[str]) -> list[Step]:
    """There and back, for a game that many others want to swap too."""
    game = rng.choice(kept or GAMES)
    return [["swap", game, caller], ["swap", caller, game]]


def anything(rng: Random, _: str, __: list[str]) -> list[Step]:
    verbs = rng.choices(["add", "remove", "swap"], [4, 3, 3], k=STEPS)
    return [[verb, *rng.sample(GAMES, 2 if verb == "swap" else 1)] for verb in verbs]


KINDS: list[Callable[[Random, str, list[str]], list[Step]]] = [adds, swaps, anything, anything]


class Races:
    def __init__(self, crew: Crew, table: Table, store: DynamoStore) -> None:
        self.crew, self.table, self.store = crew, table, store
        self.went: Counter[str] = Counter()
        self.violations: list[str] = []

    def round(self, n: int) -> None:
        rng, user, kind = Random(n), f"user {n}", KINDS[n % len(KINDS)]
        before = rng.sample(GAMES, n % (MAX_SLOTS + 1))
        for game in before:
            self.store.reserve_slot(user, slot(game), MAX_SLOTS)
        plans = {who: [kind(rng, f"{who} {n}", before) for n in range(THREADS)] for who in "ab"}
        answers = self.crew.tell({"user": user, "plans": plans})
        went = sum((Counter(answer["went"]) for answer in answers), Counter[str]())
        self.went += went
        self.judge(n, user, len(before), went, max(answer["most"] for answer in answers))

    def judge(self, n: int, user: str, before: int, went: Counter[str], most: int) -> None:
        after = self.members(user)
        held = {
            "never more than four": max(most, len(after)) <= MAX_SLOTS,
            "no error": not any(how.startswith("error") for how in went),
            "as many let in as were free": KINDS[n % len(KINDS)] is not adds or went["add"] == MAX_SLOTS - before,
            "a swap neither adds nor removes": KINDS[n % len(KINDS)] is not swaps or len(after) == before,
        }
        self.violations += [f"round {n}: {what}: {most} seen, {went}" for what, holds in held.items() if not holds]

    def members(self, user: str) -> set[str]:
        """The names in the set, each with what is known of it, and nothing beside."""
        key = {"pk": {"S": f"USER#{user}"}, "sk": {"S": "SLOTS"}}
        item = self.table.client.get_item(TableName=self.table.name, Key=key, ConsistentRead=True).get("Item", key)
        members = set(item["slots"]["SS"]) if "slots" in item else set()
        if members != set(item) - {"pk", "sk", "slots"}:
            self.violations.append(f"{user}: {sorted(item)}")
        return members


@pytest.fixture
def races(crew: Callable[..., Crew], store_of: StoreOf) -> Callable[[Table], Races]:
    return lambda table: Races(crew("tests.faults.slot_caller", table, THREADS), table, store_of(table))


def test_never_more_than_four_slots(races: Any, quick_table: Table) -> None:
    held = races(quick_table)
    for n in range(QUICK_ROUNDS):
        held.round(n)
    assert held.violations == []
    assert held.went.total() == QUICK_ROUNDS * 2 * THREADS * STEPS


@pytest.mark.soak
@pytest.mark.timeout(300)
def test_never_more_than_four_slots_in_a_hundred_races(races: Any, referee: Table, figure: Figure) -> None:
    held = races(referee)
    for n in range(ROUNDS):
        held.round(n)
    done = held.went.total()
    figure(1, "slots over the limit, of one user in two processes", f"{len(held.violations)} in {done:,} operations")
    assert held.violations == []
    assert done >= 10_000
    assert {"add", "remove", "swap", "refused"} <= set(held.went)


games = st.sampled_from(GAMES[:6])


class Model(RuleBasedStateMachine):
    """What a dict says of the slots, the store says too, after any story."""

    store: DynamoStore
    users: Iterator[str]

    @initialize()
    def begin(self) -> None:
        self.user, self.kept, self.clock = next(self.users), dict[str, Slot](), 0

    def new(self, game: str) -> Slot:
        self.clock += 1
        return Slot("game", game, game.title(), "es", "generic", "", self.clock)

    @rule(game=games)
    def add(self, game: str) -> None:
        wanted = self.new(game)
        if wanted.member in self.kept or len(self.kept) < MAX_SLOTS:
            told = self.store.reserve_slot(self.user, wanted, MAX_SLOTS)
            self.kept.setdefault(wanted.member, wanted)
            assert list(told) == self.by_age()
        else:
            with pytest.raises(LimitReached):
                self.store.reserve_slot(self.user, wanted, MAX_SLOTS)

    @rule(game=games)
    def remove(self, game: str) -> None:
        self.store.free_slot(self.user, slot(game).member)
        self.kept.pop(slot(game).member, None)

    @rule(game=games, other=games)
    def swap(self, game: str, other: str) -> None:
        old, wanted = slot(game).member, self.new(other)
        there = bool({old, wanted.member} & set(self.kept))
        told = self.store.swap_slot(self.user, old, wanted)
        if there:
            self.kept.pop(old, None)
            self.kept[wanted.member] = wanted
        assert told == (tuple(self.by_age()) if there else None)

    @rule(game=games)
    def update(self, game: str) -> None:
        anew = self.new(game)
        if anew.member in self.kept:
            self.kept[anew.member] = anew
        assert list(self.store.update_slot(self.user, anew)) == self.by_age()

    def by_age(self) -> list[Slot]:
        return sorted(self.kept.values(), key=lambda kept: kept.at)

    @invariant()
    def agree(self) -> None:
        assert list(self.store.account(self.user, consistent=True).slots) == self.by_age()


def stories(over: DynamoStore, examples: int) -> None:
    class OverThisTable(Model):
        store = over
        users = (f"story {n}" for n in range(10**6))

    run_state_machine_as_test(OverThisTable, settings=settings(max_examples=examples, stateful_step_count=20))


def test_slots_are_what_a_dict_would_be(quick_table: Table, store_of: StoreOf) -> None:
    stories(store_of(quick_table), 8)


@pytest.mark.soak
def test_slots_are_what_a_dict_would_be_in_many_stories(referee: Table, store_of: StoreOf, figure: Figure) -> None:
    stories(store_of(referee), 50)
    figure(1, "stories of adds, removes and swaps that end unlike a dict's", "0 in 50")
