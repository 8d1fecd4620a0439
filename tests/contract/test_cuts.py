"""A reader whose stream is cut, again and again, each time mended in a process that knows nothing of the last one.

The stream door's own handler answers each time in a fresh process (tests/contract/cold_door.py), over the real store.
Between cuts time passes, moments are pressed and a new version of the pack is written.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest
from chatsim import cursor, packs, stage, ticket, waves
from chatsim.names import Name
from chatsim.pace import Pace
from chatsim.packs import Pack, PackRef
from chatsim.shelf import Shelf
from chatsim.show import Script, Show
from chatsim.stage import Wish
from chatsim.store.dynamo import DynamoStore
from chatsim.ticket import Ticket, TicketKeys

from tests import sse
from tests.conftest import CREDENTIALS, ROOT

CUTS = 1000
PATTERNS = 20
# One process a cut takes its time: these are looked at with every change, all of them in a soak.
QUICK = 1
START_MS = 1_800_000_000_000
KEYS = TicketKeys("k1", {"k1": b"s" * 32})
Ask = Callable[[dict[str, Any], int], bytes]
PACK_KEY = packs.key("game", "es", "cut game")


@pytest.fixture(scope="module")
def cold_door(dynalite: str, table: str) -> Iterator["subprocess.Popen[bytes]"]:
    settings = {"AWS_ENDPOINT_URL": dynalite, "TABLE_NAME": table, "ALLOW_LIVE": "false"}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.contract.cold_door"],
        cwd=ROOT,
        env={**os.environ, **CREDENTIALS, **settings},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        yield process
        assert process.stdin
        process.stdin.close()
        process.wait(timeout=5)


@pytest.fixture(scope="module")
def table(new_table: Callable[[], str]) -> str:
    """One of its own, whose tickets are signed with our keys."""
    return new_table()


@pytest.fixture
def fresh(cold_door: "subprocess.Popen[bytes]") -> Ask:
    """fresh(event, now_ms) → the body of the answer, made by a process of its own."""

    def ask(event: dict[str, Any], now_ms: int) -> bytes:
        assert cold_door.stdin
        assert cold_door.stdout
        cold_door.stdin.write(json.dumps([event, now_ms]).encode() + b"\n")
        cold_door.stdin.flush()
        return cold_door.stdout.read(int(cold_door.stdout.readline()))

    return ask


@pytest.fixture
def store(dynamo_client: Any, table: str) -> DynamoStore:
    kept = DynamoStore(dynamo_client, table)
    kept.add_ticket_keys(KEYS)
    return kept


def write_pack(store: DynamoStore, version: str) -> None:
    phrases = {name: tuple(f"{name} {version} {n}" for n in range(40)) for name in packs.GAME_CATEGORIES}
    pack = Pack(PackRef(PACK_KEY, version, "ai", "rpg"), phrases)
    fence = store.lead(PACK_KEY, "test", START_MS, START_MS + 1)
    assert fence
    assert store.put_pack(PACK_KEY, pack, fence, fresh_until=START_MS, stale_until=START_MS * 2)


def event_of(signed: str, place: str | None, rng: Random, horizon: int) -> dict[str, Any]:
    """A function URL's event; the place in the header or in the query, as an EventSource or a page would."""
    headers, query = {"x-ticket": signed}, {"horizon": str(horizon)}
    if place and rng.random() < 0.5:
        headers["last-event-id"] = place
    elif place:
        query["last"] = place
    return {"requestContext": {"http": {"method": "GET"}}, "headers": headers, "queryStringParameters": query}


def play(store: DynamoStore, user: str, pace: Pace, now_ms: int) -> Show:
    return stage.start(store, Shelf(store), user, Wish(Name("game", "cut game", "Cut Game"), "es", pace), now_ms)


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "seed", [seed if seed < QUICK else pytest.param(seed, marks=pytest.mark.soak) for seed in range(PATTERNS)]
)
def test_no_line_is_lost_or_repeated_over_cuts(store: DynamoStore, user: str, fresh: Ask, seed: int) -> None:
    rng = Random(seed)
    write_pack(store, f"v1{seed}")
    show = play(store, user, rng.choice([Pace("fixed", 500, 900), Pace("fixed", 3000, 7000)]), START_MS)
    store.keep_show(user, START_MS, START_MS * 2)
    shelf = Shelf(store)
    signed = ticket.sign(Ticket(user, "show", START_MS * 2, show.id, show.number), KEYS)
    now, place, received, pressed = START_MS, str(stage.opening(show)), [], []

    for cut in range(CUTS // PATTERNS):
        # A reader who stays away for two minutes is told what it missed instead; this one always comes back before.
        away = now - cursor.parse(place).due
        now += min(rng.choice([0, 50, 1000, 20_000, rng.randrange(100_000)]), max(0, 110_000 - away))
        for _ in range(rng.choice([0, 0, 1, 3])):
            now += waves.REST_MS
            moment = stage.press(store, shelf, user, rng.choice(waves.TYPES), f"p{now}", now)  # type: ignore[arg-type]
            pressed += [sse_data(line) for line in moment.whole]
        if cut == CUTS // PATTERNS // 2:
            write_pack(store, f"v2{seed}")
        body = fresh(event_of(signed, place, rng, rng.choice([1, 15, 60])), now)
        arrived = sse.parse(body[: rng.randrange(len(body) + 1)])
        received += sse.lines(arrived)
        place = next((event.id for event in reversed(arrived) if event.id), place)
    received += sse.lines(sse.parse(fresh(event_of(signed, place, rng, 1), now)))

    base = [event for event in received if ".w" not in event.data["id"]]
    moments = [event.data for event in received if ".w" in event.data["id"]]
    script = Script(show, shelf.get(show.pack))  # type: ignore[arg-type]
    assert [event.data for event in base] == [sse_data(script.line(k)) for k in range(len(base))]
    assert moments == pressed
    assert pressed
    assert show.pack.version == f"v1{seed}"

    whole = sse.lines(sse.parse(fresh(event_of(signed, str(stage.opening(show)), rng, 120), START_MS)))
    uncut = {event.data["id"]: data_bytes(event) for event in whole}
    assert all(uncut.get(event.data["id"], data_bytes(event)) == data_bytes(event) for event in base)
    assert len(whole) > 10


def sse_data(line: Any) -> dict[str, Any]:
    from chatsim.sse import message

    found: dict[str, Any] = json.loads(json.dumps(message(line)))
    return found


def data_bytes(event: sse.Event) -> bytes:
    return event.raw.partition(b"data: ")[2]


def test_a_new_show_speaks_from_the_new_pack(store: DynamoStore, user: str) -> None:
    write_pack(store, "v3")
    assert play(store, user, Pace("fixed", 3000, 7000), START_MS).pack.version == "v3"
    write_pack(store, "v4")
    assert play(store, user, Pace("fixed", 3000, 7000), START_MS).pack.version == "v4"
