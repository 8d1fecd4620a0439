"""A write whose answer is lost is sent again by the doors' client: it has one effect, and nobody hears of an error.

Each is made twice, in peace and with every first answer dropped on its way back; answers and tables must be the same.
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from chatsim import packs, stage, waves
from chatsim.errors import LimitReached
from chatsim.packs import Pack, PackRef
from chatsim.records import Slot, StreamKey
from chatsim.shelf import Shelf
from chatsim.store.dynamo import DynamoStore
from chatsim.ticket import TicketKeys
from chatsim.waves import Wave

from tests.conftest import client_of, create_table, signed_client_of
from tests.faults.conftest import Trouble
from tests.figures import Figure
from tests.unit.core.make import NOW, a_show

MAX = 4
USER = "ana"
GAME = packs.key("game", "es", "elden ring")
WORDS = dict.fromkeys(packs.GAME_CATEGORIES, ("¡qué jefe!",) * 40)
PACK = Pack(PackRef(GAME, "v1", "ai", "soulslike"), WORDS)
OLD_KEY, NEW_KEY = (StreamKey(hash_, hash_, {"max": 5}, created_at=NOW) for hash_ in ("old", "new"))
LAUGH = (Wave(1, "p1", "laugh", NOW),)
# A counter counts every call, and says so.
COUNTERS, READS = {"count", "note_asked"}, {"key_owner", "asked"}
WRITES = {name for name in vars(DynamoStore) if not name.startswith("_")} - COUNTERS - READS
DROPPED = [
    {"operation": operation, "sequence": {"fail": 1, "pass": 1}, "response": {"abort_bytes": 0}}
    for operation in ("PutItem", "UpdateItem", "DeleteItem")
]

Act = Callable[[DynamoStore], Any]


def slot(game: str) -> Slot:
    return Slot("game", game, game.title(), "es", "generic", "", NOW)


def keep(*games: str) -> Act:
    return lambda store: [store.reserve_slot(USER, slot(game), MAX) for game in games]


def play(store: DynamoStore) -> Any:
    return store.start_show(USER, a_show(id="s1"), NOW + 1)


def led(store: DynamoStore) -> int:
    return store.lead(GAME, "me", NOW, NOW + 1) or 0


def put(store: DynamoStore, fence: int) -> bool:
    return store.put_pack(GAME, PACK, fence, fresh_until=NOW, stale_until=NOW * 2)


def refused(act: Act) -> Act:
    def told(store: DynamoStore) -> Any:
        with pytest.raises(LimitReached) as limit:
            act(store)
        return sorted(limit.value.games)

    return told


@dataclass(frozen=True)
class Case:
    """A write to try after what came `before` it, in peace."""

    write: str
    act: Act
    before: Act = lambda store: None
    how: str = ""

    def __str__(self) -> str:
        return f"{self.write}-{self.how}" if self.how else self.write


CASES = [
    Case("reserve_slot", keep("hades")),
    Case("reserve_slot", keep("d"), keep("a", "b", "c"), "the last one"),
    Case("reserve_slot", refused(keep("e")), keep("a", "b", "c", "d"), "none left"),
    Case("reserve_slot", keep("a"), keep("a", "b"), "kept already"),
    Case("update_slot", lambda store: store.update_slot(USER, slot("a")._replace(source="ai")), keep("a", "b")),
    Case("update_slot", lambda store: store.update_slot(USER, slot("a")), keep("b"), "given up"),
    Case("swap_slot", lambda store: store.swap_slot(USER, slot("a").member, slot("z")), keep("a", "b", "c", "d")),
    Case("free_slot", lambda store: store.free_slot(USER, slot("a").member), keep("a", "b")),
    Case("free_slot", lambda store: store.free_slot(USER, slot("a").member), keep("a"), "the last one"),
    Case("start_show", play),
    Case("start_show", lambda store: store.start_show(USER, a_show(id="s2"), NOW), play, "a second"),
    Case("keep_show", lambda store: store.keep_show(USER, NOW, NOW + 9), play),
    Case("set_state", lambda store: store.set_state(USER, "s1", "paused"), play, "paused"),
    Case("set_state", lambda store: store.set_state(USER, "s1", "stopped"), play, "stopped"),
    Case("set_waves", lambda store: store.set_waves(USER, "s1", LAUGH), play),
    Case("set_waves", lambda store: stage.press(store, Shelf(store), USER, "hype", "p2", NOW + waves.REST_MS),
         lambda store: (play(store), store.keep_show(USER, NOW, NOW * 2), store.set_waves(USER, "s1", LAUGH)),
         "pressed"),
    Case("put_key", lambda store: store.put_key(USER, NEW_KEY)),
    Case("put_key", lambda store: store.put_key(USER, NEW_KEY), lambda store: store.put_key(USER, OLD_KEY), "again"),
    Case("set_look", lambda store: store.set_look(USER, "old", look={"max": 9}, test={"id": "t", "at": NOW}),
         lambda store: store.put_key(USER, OLD_KEY)),
    Case("set_seen", lambda store: store.set_seen(USER, "old", NOW), lambda store: store.put_key(USER, OLD_KEY)),
    Case("drop_key", lambda store: store.drop_key(USER), lambda store: store.put_key(USER, OLD_KEY)),
    Case("lead", lambda store: put(store, led(store)), how="and write"),
    Case("lead", lambda store: store.lead(GAME, "me", NOW, NOW + 1),
         lambda store: store.lead(GAME, "you", NOW, NOW + 1), "another does"),
    Case("put_pack", lambda store: put(store, 1), led),
    Case("put_pack", lambda store: put(store, 1),
         lambda store: [store.lead(GAME, "me", NOW + n, NOW + n) for n in (1, 2)], "too late"),
    Case("rest_pack", lambda store: store.rest_pack(GAME, 1, NOW, 3, refused=True), led),
    Case("take", lambda store: store.take("a turn", "me", NOW, NOW + 1)),
    Case("take", lambda store: store.take("a turn", "me", NOW, NOW + 1),
         lambda store: store.take("a turn", "you", NOW, NOW + 1), "another has it"),
    Case("give_back", lambda store: store.give_back("a turn", "me"),
         lambda store: store.take("a turn", "me", NOW, NOW + 1)),
    Case("set_origins", lambda store: store.set_origins(("https://a.example", "https://b.example"))),
    Case("add_ticket_keys", lambda store: store.add_ticket_keys(TicketKeys("k", {"k": b"s" * 32}))),
]  # fmt: skip


def test_every_write_but_counters_is_tried() -> None:
    assert {case.write for case in CASES} == WRITES


@pytest.fixture(scope="module")
def trouble(dynamodb: str, trouble_before: Callable[[str], Trouble]) -> Trouble:
    return trouble_before(dynamodb)


@pytest.fixture(scope="module")
def calm(dynamodb: str) -> Iterator[Any]:
    with contextlib.closing(client_of(dynamodb)) as client:
        yield client


@dataclass(frozen=True)
class Outcome:
    answer: Any
    items: list[Any]


def outcome(case: Case, calm: Any, client: Any, trouble: Trouble | None = None) -> Outcome:
    """What the write says, and all that is in the table then."""
    table = create_table(calm)
    case.before(DynamoStore(calm, table))
    if trouble:
        trouble.make(*DROPPED)
    try:
        answer = case.act(DynamoStore(client, table))
    except Exception as error:
        answer = repr(error)
    items = calm.scan(TableName=table, ConsistentRead=True)["Items"]
    # A fence grows by one or more each time somebody leads: it says who is last, not how often.
    told = [{name: value for name, value in item.items() if name != "fence"} for item in items]
    return Outcome(answer, sorted(told, key=lambda item: (item["pk"]["S"], item["sk"]["S"])))


@pytest.mark.soak
def test_a_write_whose_answer_is_lost_has_one_effect(calm: Any, trouble: Trouble, figure: Figure) -> None:
    doubles, false_errors, dropped = [], [], 0
    for case in CASES:
        # A client of its own each: on a connection that is kept, a lost answer costs no attempt.
        shaken = signed_client_of(trouble.endpoint)
        with contextlib.closing(shaken._connection):
            wanted, found = outcome(case, calm, calm), outcome(case, calm, shaken, trouble)
            struck = trouble.made()
            assert struck, f"{case}: nothing was dropped"
            dropped += struck
            if found.answer != wanted.answer:
                false_errors.append(f"{case}: {found.answer}, not {wanted.answer}")
            if found.items != wanted.items:
                doubles.append(f"{case}: {found.items}, not {wanted.items}")
    measured = (
        f"{len(doubles)} doubles, {len(false_errors)} false errors in {dropped} lost answers of {len(WRITES)} writes"
    )
    figure(2, "writes sent again after their answer was lost", measured)
    assert doubles == []
    assert false_errors == []
