"""What a streamer's hour costs, and what strangers can add: the pages' own asking, the real doors, one clock."""

import base64
import itertools
import json
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from chatsim import limits, packs
from chatsim.packs import Pack, PackRef
from chatsim.store.dynamo import DynamoReader, DynamoStore
from chatsim.ticket import TicketKeys, sign, verify
from cryptography.hazmat.primitives.asymmetric import rsa

from local.issuer import Issuer
from tests.faults import counted_doors as doors
from tests.faults.counted_doors import START_MS, Asked, Doors
from tests.figures import Figure

Request = tuple[str, str, dict[str, str]]


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    return Issuer.load(tmp_path_factory.mktemp("issuer"))


@pytest.fixture
def own_table(new_table: Callable[[], str]) -> str:
    return new_table()


@pytest.fixture
def opened(dynalite: str, own_table: str, issuer: Issuer) -> Iterator[Doors]:
    """Environments that nobody has asked anything, over an empty table."""
    with doors.opened(dynalite, own_table, issuer) as found:
        yield found


def test_what_a_streamers_hour_costs(opened: Doors, user: str, figure: Figure) -> None:
    asked, heard = doors.simulate(opened, user, "hour")
    dashboard, both = len(asked["dashboard"]), sum(map(len, asked.values()))
    units = sum(answer.read_units for answers in asked.values() for answer in answers)
    figure(18, "invocations of a streamer's hour, dashboard alone", f"{dashboard} (85)")
    figure(18, "invocations of the hour with an overlay", f"{both} (340)")
    figure(18, "read units of the hour with an overlay", f"{units:g} (400)")
    assert heard["lines"] > 600, "it was a whole hour of 60 viewers"
    assert all(answer.status == 200 or "NO_SHOW" in answer.body for answers in asked.values() for answer in answers)
    assert dashboard <= 85
    assert both <= 340
    assert units <= 400


def test_what_is_there_is_told_by_two_calls_of_the_store(opened: Doors, own_table: str, dynamo_client: Any) -> None:
    """The one that counts the request among them. A game that is new to a user with a stored pack is a third."""
    store, key = DynamoStore(dynamo_client, own_table), packs.key("game", "es", "nioh")
    words, clock = dict.fromkeys(packs.GAME_CATEGORIES, ("¡qué jefe!",)), itertools.count(START_MS, 10)
    fence = store.lead(key, "me", START_MS, START_MS + 1) or 0
    pack = Pack(PackRef(key, "1", "ai"), words)
    store.put_pack(key, pack, fence, fresh_until=START_MS * 2, stale_until=START_MS * 2)

    def calls(user: str, method: str, path: str, **body: str) -> tuple[int, int, str]:
        headers = {"authorization": f"Bearer {opened.token(user, START_MS)}", "content-type": "application/json"}
        answer = opened.ask(next(clock), method, path, headers, json.dumps(body) if body else "")
        assert answer.status == 200, answer
        told = json.loads(answer.body)
        return answer.reads, answer.writes, told.get("source") or told["show"]["source"]

    phrases, ticket = ("POST", "/api/generate-phrases"), "/api/chat-ticket"
    assert calls("ana", *phrases, gameName="Nioh") == (2, 3, "cache"), "the first one reads head and pack"
    assert calls("ana", *phrases, gameName="Nioh") == (0, 2, "cache")
    assert calls("eva", *phrases, gameName="Nioh") == (0, 3, "cache")
    assert [calls("eva", *phrases, gameName="Minecraft") for _ in range(2)] == [(0, 2, "builtin")] * 2
    assert calls("eva", *phrases, gameName="Tetris", replace="Nioh")[:2] == (2, 3), "the head of no pack, and the slots"
    calls("ana", "POST", ticket, gameName="Nioh")
    assert calls("ana", "POST", ticket, gameName="Nioh") == (0, 2, "cache")
    assert calls("ana", "GET", ticket) == (0, 2, "cache")


@pytest.mark.soak
def test_an_overlay_whose_key_is_revoked_is_silent_within_16_seconds(opened: Doors, user: str, figure: Figure) -> None:
    _, heard = doors.simulate(opened, user, "revoked", "40")
    after_ms = heard["silentAfterMs"]
    figure(
        20, "an overlay goes on after its key was revoked", f"{max(after_ms) / 1000:.1f} s at most, of {len(after_ms)}"
    )
    assert min(after_ms) >= 0, "one spoke again"
    assert max(after_ms) <= 16_000


# ── Strangers ──


def play(opened: Doors, user: str, at_ms: int) -> str:
    """A ticket as it should be."""
    headers = {"authorization": f"Bearer {opened.token(user, at_ms)}", "content-type": "application/json"}
    answer = opened.ask(at_ms, "POST", "/api/chat-ticket", headers, '{"gameName": "Minecraft"}')
    return str(json.loads(answer.body)["ticket"])


def base64url(what: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(what).encode()).rstrip(b"=").decode()


def random(length: int) -> str:
    return secrets.token_urlsafe(length)[:length]


def with_tickets(*make: Callable[[], str]) -> Iterator[Request]:
    for made in itertools.cycle(make):
        yield "GET", "/api/chat-stream", {"x-ticket": made()}


def with_keys(length: int) -> Iterator[Request]:
    while True:
        yield "GET", "/api/chat-ticket", {"x-stream-key": random(length)}


def with_tokens(forged: str) -> Iterator[Request]:
    body, header = forged.split(".")[1], base64url({"alg": "none", "typ": "JWT"})
    bad = itertools.cycle(
        [forged, f"{header}.{body}.", f"{forged.rpartition('.')[0]}.{random(342)}", "a.b.c", "x" * 9_000]
    )
    verbs = ("POST", "GET", "DELETE")
    paths = ("/api/chat-ticket", "/api/generate-phrases", "/api/chat-wave", "/api/stream-key")
    for method, path in itertools.cycle(itertools.product(verbs, paths)):
        yield method, path, {"authorization": f"Bearer {next(bad)}", "content-type": "application/json"}
        yield "GET", "/api/chat-stream?game=Minecraft", {"x-auth-token": next(bad)}
        yield "GET", "/api/chat-stream?game=Minecraft", {"cookie": f"__session={next(bad)}"}


def junk() -> Iterator[Request]:
    yield from itertools.cycle(
        (method, path, {})
        for method in ("GET", "POST", "PATCH", "HEAD")
        for path in (
            "/api/wp-login.php",
            "/api/",
            "/api/chat-stream/x",
            "/api/chat-stream?horizon=0",
            "/api/chat-ticket/..",
        )
    )


def garbage(good: str, expired: str, forged: str) -> dict[str, Iterator[Request]]:
    """What nobody is let in with, of each kind without end. `good`: a ticket to be spoilt; `forged`: a token."""
    key_id, payload, mac = good.split(".")
    return {
        "ticket without a form": with_tickets(
            lambda: random(60), lambda: "a.b.c", lambda: random(5_000), lambda: f"{payload}.{mac}"
        ),
        "ticket of our key": with_tickets(
            lambda: f"{key_id}.{payload}.{random(43)}", lambda: f"{key_id}.{random(40)}.{mac}", lambda: expired
        ),
        "ticket of another key": with_tickets(lambda: f"{secrets.token_hex(4)}.{payload}.{mac}"),
        "token": with_tokens(forged),
        "stream key without a form": with_keys(42),
        "stream key": with_keys(43),
        "junk": junk(),
    }


@pytest.mark.parametrize("a_second", [5, pytest.param(100, marks=pytest.mark.soak)])
def test_a_minute_of_strangers_makes_the_doors_read_next_to_nothing(
    opened: Doors, user: str, figure: Figure, a_second: int
) -> None:
    """One environment each. Whether a stream key is one, only the store can say."""
    expired, good = play(opened, user, START_MS - 13 * 3_600_000), play(opened, user, START_MS)
    nobody = Issuer(rsa.generate_private_key(public_exponent=65537, key_size=2048))
    kinds = garbage(good, expired, doors.token(nobody, "local_demo", START_MS))
    asked, reads = Counter[str](), Counter[str]()
    for n, kind in zip(range(60 * a_second), itertools.cycle(kinds), strict=False):
        answer = opened.ask(START_MS + n * 1_000 // a_second, *next(kinds[kind]))
        assert 400 <= answer.status < 500, (kind, answer)
        assert not answer.writes, kind
        asked[kind] += 1
        reads[kind] += answer.reads
    own = reads.pop("stream key")
    others = asked.total() - asked["stream key"]
    figure(18, f"reads for {others:,} requests of garbage in a minute", f"{reads.total()}, of the ticket keys")
    figure(
        18, f"reads for {asked['stream key']} keys of an overlay's form from one address", f"{own}, half a unit each"
    )
    assert reads.pop("ticket of our key") == 1, "the ticket keys, for five minutes"
    assert reads.pop("ticket of another key") < 6, "the ticket keys, which may have changed"
    assert reads.total() == 0, reads
    assert own <= min(asked["stream key"], limits.STRANGERS_PER_MINUTE)


def read(opened: Doors, second: int, ticket: str) -> Asked:
    return opened.ask(START_MS + second * 1_000, "GET", "/api/chat-stream", {"x-ticket": ticket})


def test_ticket_keys_are_read_once_in_five_minutes(opened: Doors, user: str) -> None:
    """Beside the one look at the user's show."""
    good = play(opened, user, START_MS)
    assert [read(opened, second, good).reads for second in (0, 1, 299, 300, 301, 599)] == [2, 1, 1, 2, 1, 1]


def test_a_new_ticket_key_opens_while_the_old_one_is_remembered(
    opened: Doors, user: str, own_table: str, dynamo_client: Any
) -> None:
    old = play(opened, user, START_MS)
    assert read(opened, 0, old).status == 200
    where = {"TableName": own_table, "Key": {"pk": {"S": "CONFIG"}, "sk": {"S": "TICKET_KEY"}}}
    keys = DynamoReader(dynamo_client, own_table).ticket_keys()
    assert keys
    dynamo_client.delete_item(**where)
    changed = TicketKeys("next", {**keys.secrets, "next": secrets.token_bytes(32)})
    DynamoStore(dynamo_client, own_table).add_ticket_keys(changed)
    new = sign(verify(old, keys, START_MS), changed)
    assert (read(opened, 30, new).status, read(opened, 31, old).status) == (200, 200)


def test_where_nobody_has_played_yet_strangers_cost_a_read_in_ten_seconds(opened: Doors) -> None:
    forged = f"{secrets.token_hex(4)}.{random(40)}.{random(43)}"
    answers = [opened.ask(START_MS + s * 100, "GET", "/api/chat-stream", {"x-ticket": forged}) for s in range(300)]
    assert {answer.status for answer in answers} == {401}
    assert sum(answer.reads for answer in answers) == 3
