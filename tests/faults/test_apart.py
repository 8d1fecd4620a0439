"""Users are apart: whatever one asks for, with whatever of another's things, that other neither shows nor changes."""

import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any
from uuid import uuid4

import pytest

from tests import doors, sse
from tests.doors import Answer, Doors
from tests.figures import Figure
from tests.unit.auth.issuer import ISSUER, ORIGIN, b64, claims, public_pem, sign

SIGN_IN = {"AUTH_ISSUER": ISSUER, "AUTH_PUBLIC_KEY": public_pem(), "ALLOWED_ORIGINS": ORIGIN}
STREAM = "/api/chat-stream"
OWN = ("generate-phrases", "stream-key", "chat-ticket")


@pytest.fixture
def at(dynalite: str, table: str) -> Iterator[Doors]:
    # Limits are for another test: here one user asks more in a minute than a person does.
    with doors.opened(dynalite, table, **SIGN_IN, REQUESTS_PER_MINUTE="1000000") as opened:
        yield opened


@dataclass
class Streamer:
    """Somebody with a game of their own, a show, a moment pressed in it, and an overlay."""

    at: Doors
    # Of letters that make no word, least of all one that games are refused for.
    name: str = field(default_factory=lambda: "".join(secrets.choice("lmnr") for _ in range(20)))
    played: Any = None
    key: str = ""
    overlay: str = ""
    press: str = field(default_factory=lambda: f"press-{uuid4().hex}")

    @property
    def user(self) -> str:
        return f"user_{self.name}"

    @property
    def game(self) -> str:
        return f"Partida {self.name}"

    @property
    def block(self) -> str:
        """Whose lines the overlay leaves out: a word nobody else knows."""
        return f"nightbot {self.name[::-1]}"

    def settle(self) -> "Streamer":
        self.headers = {"Authorization": f"Bearer {sign(payload=claims(sub=self.user, exp=2**33))}"}
        self.ask("POST", "/api/generate-phrases", {"gameName": self.game})
        self.played = self.ask("POST", "/api/chat-ticket", {"gameName": self.game}).json
        self.ask("POST", "/api/chat-wave", {"type": "hype", "id": self.press})
        self.key = self.ask("POST", "/api/stream-key", {}).json["key"]
        self.ask("PUT", "/api/stream-key", {"look": {"block": self.block}})
        self.overlay = self.at.ask("GET", "/api/chat-ticket", headers={"X-Stream-Key": self.key}).json["ticket"]
        return self

    def ask(self, method: str, path: str, body: Any = None, **query: str) -> Answer:
        return self.at.ask(method, path, headers=self.headers, body=body, query=query)

    def read(self, ticket: str, last: str = "") -> Answer:
        query = {"horizon": "5"} | ({"last": last} if last else {})
        return self.at.ask("GET", STREAM, headers={"X-Ticket": ticket}, query=query)

    def marks(self) -> list[str]:
        """What nobody else is to see."""
        played = self.played
        return [self.name, self.block, self.key, self.overlay, played["ticket"], played["show"]["id"]]

    def state(self) -> list[Any]:
        """All that is theirs, as they see it."""
        slots, key, show = (self.ask("GET", f"/api/{path}").json for path in OWN)
        first = self.played["show"]["first"]
        lines = [
            sse.lines(sse.parse(self.read(ticket, first).body)) for ticket in (self.played["ticket"], self.overlay)
        ]
        spoken = [[line.data for line in batch[:3]] for batch in lines]
        return [slots, key["look"], key["createdAt"], show.get("show"), *spoken]


Try = tuple[Any, Answer]


def asking(thief: Streamer) -> Callable[..., Try]:
    """ask(…) → what was sent, and the answer."""
    return lambda method, path, body=None, **query: ([body, query], thief.ask(method, path, body, **query))


def with_what_is_theirs(thief: Streamer, victim: Streamer) -> Iterator[Try]:
    """Every request that can name a thing of somebody's: game, show, moment, place, ticket."""
    ask, shown = asking(thief), victim.played["show"]
    yield ask("DELETE", "/api/generate-phrases", game=victim.game)
    yield ask("POST", "/api/generate-phrases", {"gameName": "Tetris", "replace": victim.game})
    going_on = ask("POST", "/api/chat-ticket", {"gameName": "Tetris", "after": shown["first"]})
    yield going_on
    yield ask("POST", "/api/chat-wave", {"type": "fear", "id": victim.press})
    mine, theirs = going_on[1].json["ticket"].split("."), victim.played["ticket"].split(".")
    renamed = json.dumps([victim.user, "overlay", 2**53, "", 0, ""], separators=(",", ":")).encode()
    forged = [f"{mine[0]}.{payload}.{mine[2]}" for payload in (theirs[1], b64(renamed))]
    for ticket in (".".join(mine), thief.overlay, *forged):
        yield ticket, thief.read(ticket, shown["first"])
    unlisted = {"game": victim.game, "last": shown["first"], "show": shown["id"], "horizon": "1"}
    yield unlisted, thief.at.ask("GET", STREAM, headers=thief.headers, query=unlisted)


def without(thief: Streamer, victim: Streamer) -> Iterator[Try]:
    """Every request that is about whoever asks, whomever it says it is for."""
    ask, said = asking(thief), {"user": victim.user, "key": victim.key, "show": victim.played["show"]["id"]}
    for path in OWN:
        yield ask("GET", f"/api/{path}", **said)
    for change in ({"look": {"size": 20}}, {"test": True}):
        yield ask("PUT", "/api/stream-key", change | said)
    yield ask("POST", "/api/stream-key", said)
    yield ask("DELETE", "/api/stream-key", **said)
    yield ask("DELETE", "/api/chat-ticket", pause="1", **said)
    yield ask("DELETE", "/api/chat-ticket", **said)


@pytest.mark.parametrize(("thieves", "victims"), [(2, 3), pytest.param(10, 20, marks=pytest.mark.soak)])
def test_nobody_sees_or_changes_what_is_anothers(at: Doors, figure: Figure, thieves: int, victims: int) -> None:
    people = [Streamer(at).settle() for _ in range(victims)]
    before = [victim.state() for victim in people]
    assert all(all(state) for state in before), "each has slots, a look and a show, and it is seen at both places"
    leaks, asked = [], 0
    for _ in range(thieves):
        thief = Streamer(at).settle()
        tries = [*chain(*(with_what_is_theirs(thief, victim) for victim in people)), *without(thief, people[0])]
        for sent, answer in tries:
            asked += 1
            assert answer.status < 500
            said, own = answer.body.decode(), json.dumps(sent, ensure_ascii=False)
            leaks += [(mark, sent) for each in people for mark in each.marks() if mark in said and mark not in own]
    changed = [victim.user for victim, was in zip(people, before, strict=True) if victim.state() != was]
    figure(15, f"{thieves * victims} pairs of users", f"{len(leaks)} leaks, {len(changed)} changes, in {asked:,} tries")
    assert not leaks
    assert not changed
