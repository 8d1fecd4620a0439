"""What only looks like a session, a ticket, a stream key or a place in a show, at every door that takes one."""

import base64
import string
from collections import Counter
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest
import time_machine
from chatsim import ticket
from chatsim.ticket import Ticket, TicketKeys

from tests import doors, sse
from tests.doors import Answer, Doors
from tests.figures import Figure
from tests.unit.auth.hostile import HOSTILE
from tests.unit.auth.issuer import ISSUER, NOW_S, ORIGIN, claims, public_pem, sign

SIGN_IN = {"AUTH_ISSUER": ISSUER, "AUTH_PUBLIC_KEY": public_pem(), "ALLOWED_ORIGINS": ORIGIN}
STREAM = "/api/chat-stream"
# How many changed copies: of what is refused unread, and of what costs a read of the store.
MANY = [200, pytest.param(5_000, marks=pytest.mark.soak)]
FEWER = [100, pytest.param(1_000, marks=pytest.mark.soak)]


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW_S, tick=False) as traveller:
        yield traveller


@pytest.fixture
def at(clock: time_machine.Traveller, dynalite: str, table: str) -> Iterator[Doors]:
    with doors.opened(dynalite, table, **SIGN_IN) as opened:
        yield opened


def knocks(at: Doors) -> list[Callable[[str], Answer]]:
    """Every way in which a request can bring a session: each route with each place to put it."""
    routes = [(function, *route) for function in doors.FUNCTIONS for route in function.routes]
    signed = [(method, path) for _, method, path in routes if path not in ("/api/health", "$default")]
    assert len(signed) >= 11

    def api(method: str, path: str, name: str, before: str) -> Callable[[str], Answer]:
        return lambda token: at.ask(method, path, headers={name: before + token}, body={})

    def stream(name: str, before: str) -> Callable[[str], Answer]:
        return lambda token: at.ask("GET", STREAM, headers={name: before + token}, query={"game": "Tetris"})

    places = [("Authorization", "Bearer "), ("X-Auth-Token", "")]
    cookies = [("Cookie", "__session="), ("Cookie", "__session_aB3-x_9z=")]
    return [
        *(api(method, path, *place) for method, path in signed for place in places),
        *(stream(*place) for place in places + cookies),
    ]


REFUSED = ("UNAUTHENTICATED", "RATE_LIMITED")


class Tally:
    """Answers by their error; `let_in` are those that did not say who asks is nobody, `broken` those of 5xx."""

    def __init__(self) -> None:
        self.codes: Counter[str] = Counter()
        self.broken: list[Any] = []
        self.let_in: list[Any] = []

    def add(self, answer: Answer, what: object) -> None:
        self.codes[answer.error] += 1
        if answer.status >= 500:
            self.broken.append(what)
        if answer.error not in REFUSED:
            self.let_in.append((answer.error, what))

    def failures(self) -> str:
        return f"{len(self.broken)} of 5xx in {self.codes.total():,} requests"

    def __str__(self) -> str:
        return f"{self.codes['']} accepted, {self.failures()}"


def mutants(good: str, how_many: int, *, seed: str) -> Iterator[str]:
    """Copies of a text with one to three changes, none of them the text itself."""
    chance = Random(seed)
    while how_many:
        text = good
        for _ in range(chance.choice((1, 1, 2, 3))):
            text = chance.choice(CHANGES)(text, chance)
        if text.strip(" \t") != good:
            how_many -= 1
            yield text


ALPHABET = string.ascii_letters + string.digits + "-_"
STRANGE = [*"\0\n\t =+/%#.", "\u202e", "ñ", "ゼ", "\U0001f600", "\ud800", "%00", "..", "' OR 1=1", "=" * 3, "A" * 9000]


def replaced(text: str, chance: Random) -> str:
    at = chance.randrange(len(text) + 1)
    return text[:at] + chance.choice(ALPHABET) + text[at + 1 :]


def last_bits(text: str, chance: Random) -> str:
    """Another character at the end of a segment, where base64 leaves bits unused."""
    segments = text.split(".")
    at = chance.randrange(len(segments))
    segments[at] = segments[at][:-1] + chance.choice(ALPHABET)
    return ".".join(segments)


def inserted(text: str, chance: Random) -> str:
    at = chance.randrange(len(text) + 1)
    return text[:at] + chance.choice(STRANGE) + text[at:]


def cut(text: str, chance: Random) -> str:
    start, end = sorted(chance.randrange(len(text) + 1) for _ in range(2))
    return text[:start] + text[end:] if chance.random() < 0.5 else text[:end]


def shuffled(text: str, chance: Random) -> str:
    segments = text.split(".")
    chance.shuffle(segments)
    return ".".join(segments[: chance.randrange(1, len(segments) + 2)])


def recoded(text: str, chance: Random) -> str:
    """A bit of what a segment says, flipped, and the segment written again."""
    segments = text.split(".")
    at = chance.randrange(len(segments))
    try:
        raw = bytearray(base64.urlsafe_b64decode(segments[at] + "=" * (-len(segments[at]) % 4)))
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    except ValueError:
        return text
    segments[at] = base64.urlsafe_b64encode(bytes(raw)).rstrip(b"=").decode()
    return ".".join(segments)


def other_case(text: str, chance: Random) -> str:
    at = chance.randrange(len(text) + 1)
    return text[:at] + text[at : at + 1].swapcase() + text[at + 1 :]


CHANGES = [replaced, last_bits, inserted, cut, shuffled, recoded, other_case]


@pytest.mark.parametrize("apart", [5, pytest.param(1, marks=pytest.mark.soak)])
def test_a_hostile_token_opens_no_door(at: Doors, figure: Figure, apart: int) -> None:
    """Each kind in every way, or in a fifth of them, another for the next kind."""
    tally, ways = Tally(), knocks(at)
    made = {name: make() for name, make in HOSTILE.items()}
    # Blanks around a header's value are HTTP's, not the token's.
    kinds = {name: token for name, token in made.items() if isinstance(token, str) and token.strip(" ") != sign()}
    for start, (name, token) in enumerate(kinds.items()):
        for n, knock in enumerate(ways[start % apart :: apart]):
            tally.add(knock(token), (name, n))
    figure(11, f"{len(kinds)} hostile kinds of session token", str(tally))
    assert not tally.broken
    assert not tally.let_in, tally.let_in[:20]
    assert sum(knock(sign()).status == 200 for knock in ways) >= 10, "the good one opens those that need no more"


@pytest.mark.parametrize("how_many", MANY)
def test_a_mutated_token_opens_no_door(at: Doors, figure: Figure, how_many: int) -> None:
    tally, ways, chance = Tally(), knocks(at), Random(11)
    streams, routes = ways[-4:], ways[:-4]
    for token in mutants(sign(), how_many, seed="tokens"):
        for knock in (chance.choice(routes), chance.choice(streams)):
            tally.add(knock(token), token)
    figure(11, f"{how_many:,} mutated session tokens", str(tally))
    assert not tally.broken
    assert not tally.let_in, tally.let_in[:20]
    assert tally.codes["UNAUTHENTICATED"] >= how_many, "the stream door counts no strangers: it judged each"


def signed_in(at: Doors, user: str) -> Callable[..., Answer]:
    """ask(method, path, body) as that user."""
    headers = {"Authorization": f"Bearer {sign(payload=claims(sub=user))}"}
    return lambda method, path, body=None: at.ask(method, path, headers=headers, body=body)


@pytest.mark.parametrize("how_many", MANY)
def test_a_mutated_ticket_opens_no_stream(at: Doors, user: str, figure: Figure, how_many: int) -> None:
    ask, tally = signed_in(at, user), Tally()
    key = ask("POST", "/api/stream-key", {}).json["key"]
    tickets = [
        ask("POST", "/api/chat-ticket", {"gameName": "Tetris"}).json["ticket"],
        at.ask("GET", "/api/chat-ticket", headers={"X-Stream-Key": key}).json["ticket"],
    ]
    for good in tickets:
        assert at.ask("GET", STREAM, headers={"X-Ticket": good}, query={"horizon": "1"}).status == 200
        for text in mutants(good, how_many // 2, seed="tickets"):
            tally.add(at.ask("GET", STREAM, headers={"X-Ticket": text}), text)
    # The last character of a MAC has two bits to spare: another spelling of the same bits is another ticket.
    for good in tickets:
        for letter in set(ALPHABET) - {good[-1]}:
            tally.add(at.ask("GET", STREAM, query={"ticket": good[:-1] + letter}), letter)
    figure(11, "mutated tickets", str(tally))
    assert not tally.broken
    assert tally.codes.keys() == {"UNAUTHENTICATED"}


def test_a_ticket_signed_by_somebody_else_opens_no_stream(at: Doors, user: str) -> None:
    good = signed_in(at, user)("POST", "/api/chat-ticket", {"gameName": "Tetris"}).json["ticket"]
    key_id = good.partition(".")[0]
    mine = Ticket(user, "show", NOW_S * 1000 + 60_000, "0a1b2c3d4e", 1)
    for secret in (b"", b"\0" * 32, key_id.encode(), user.encode()):
        forged = ticket.sign(mine, TicketKeys(key_id, {key_id: secret}))
        assert at.ask("GET", STREAM, headers={"X-Ticket": forged}).error == "UNAUTHENTICATED"


@pytest.mark.parametrize("how_many", FEWER)
def test_a_mutated_stream_key_opens_nothing(at: Doors, user: str, figure: Figure, how_many: int) -> None:
    ask, tally = signed_in(at, user), Tally()
    key = ask("POST", "/api/stream-key", {}).json["key"]
    for text in mutants(key, how_many, seed="keys"):
        tally.add(at.ask("GET", "/api/chat-ticket", headers={"X-Stream-Key": text}), text)
    other_house = {"X-Stream-Key": key, "CloudFront-Viewer-Address": "198.51.100.10:40000"}
    assert at.ask("GET", "/api/chat-ticket", headers=other_house).status == 200
    figure(11, "mutated stream keys", str(tally))
    assert not tally.broken
    assert not tally.let_in, tally.let_in[:20]


@pytest.mark.parametrize("how_many", FEWER)
def test_a_mutated_cursor_shows_nothing_but_ones_own_show(at: Doors, user: str, figure: Figure, how_many: int) -> None:
    """A place in a show is no secret and opens nothing; it must not break anything either."""
    played = signed_in(at, user)("POST", "/api/chat-ticket", {"gameName": "Tetris", "min": 500, "max": 500}).json
    show, tally, foreign = played["show"], Tally(), []
    for text in mutants(show["first"], how_many, seed="cursors"):
        headers = {"X-Ticket": played["ticket"], "Last-Event-ID": text}
        answer = at.ask("GET", STREAM, headers=headers, query={"horizon": "2"})
        tally.add(answer, text)
        if answer.status == 200:
            lines = sse.lines(sse.parse(answer.body))
            foreign += [text for line in lines if not line.data["id"].startswith(f"{show['id']}.")]
    figure(11, "mutated cursors", f"{len(foreign)} foreign lines, {tally.failures()}")
    assert not tally.broken
    assert not foreign
    assert tally.codes["INVALID_REQUEST"] > how_many / 2
    assert tally.codes.keys() == {"", "INVALID_REQUEST"}
