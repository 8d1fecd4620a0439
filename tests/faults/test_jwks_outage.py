"""Signing in while the issuer's key set is down, hangs or changes, and while strangers ask for keys nobody has."""

import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from itertools import pairwise
from pathlib import Path

import pytest
import time_machine
from chatsim_auth import keys
from chatsim_auth.keys import FETCH_S, RETRY_S

from tests import doors
from tests.doors import Doors
from tests.figures import Figure
from tests.unit.auth.issuer import NOW_S, ORIGIN, b64, claims, header, jwks, public_pem, segment, sign
from tests.unit.auth.issuer_server import Answer, Issuer, body, serving

UNKNOWN_KIDS = 1_000
# The two doors that verify sessions, each with a key set of its own.
ASK = {"API": ("/api/generate-phrases", {}), "stream": ("/api/chat-stream", {"game": "Tetris", "horizon": "1"})}


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW_S, tick=False) as traveller:
        yield traveller


@pytest.fixture
def issuer(tmp_path: Path) -> Iterator[Issuer]:
    with serving(tmp_path) as issuer:
        yield issuer


@pytest.fixture
def at(issuer: Issuer, dynalite: str, table: str) -> Iterator[Doors]:
    sign_in = {"AUTH_ISSUER": issuer.url, "AUTH_PUBLIC_KEY": "", "ALLOWED_ORIGINS": ORIGIN, "CHATSIM_LOCAL": "1"}
    with doors.opened(dynalite, table, **sign_in) as opened:
        yield opened


class Streamers:
    """Signed-in people and strangers at one door. `refused`: the good tokens that were."""

    def __init__(self, at: Doors, issuer: Issuer, door: str) -> None:
        self._at, self._issuer = at, issuer
        self._path, self._query = ASK[door]
        self.asked, self.strangers = 0, 0
        self.refused: list[str] = []

    def come(self, user: str, key: str = "ours") -> None:
        """One whose token the issuer signs now with its key of that name."""
        self.asked += 1
        token = sign(header=header(kid=key), payload=claims(iss=self._issuer.url, sub=user), key=key)
        if self._ask(token) != 200:
            self.refused.append(f"{key} at {time.time() - NOW_S:.0f} s")

    def are_strange(self, how_many: int) -> None:
        """Nobody signs for these: each names a key that is in no set."""
        payload = segment(claims(iss=self._issuer.url))
        for _ in range(how_many):
            self.strangers += 1
            token = f"{segment(header(kid=f'k{self.strangers}'))}.{payload}.{b64(b's' * 256)}"
            assert self._ask(token) in (401, 429)

    def _ask(self, token: str) -> int:
        return self._at.ask("GET", self._path, headers={"X-Auth-Token": token}, query=self._query).status


def outages(issuer: Issuer) -> dict[str, Answer]:
    """How a key set can be out of order."""

    def hang(request: BaseHTTPRequestHandler) -> None:
        issuer.hold.wait()

    return {
        "hangs": hang,
        "down": body(b"", 503),
        "refuses": body(b"{}", 404),
        "cut": lambda request: request.connection.close(),
        "empty": body(b'{"keys": []}'),
        "garbage": body(b"<html>"),
        "of others": body(jwks("theirs"), 302, Location=issuer.url),
    }


def closest_s(issuer: Issuer) -> float:
    return min((later - sooner for sooner, later in pairwise(issuer.asked_s)), default=float("inf"))


LASTING = [("API", 0.2), *(pytest.param(door, FETCH_S, marks=pytest.mark.soak) for door in ASK)]


@pytest.mark.parametrize(("door", "fetch_s"), LASTING)
def test_who_signs_in_hears_nothing_of_an_outage(
    at: Doors,
    issuer: Issuer,
    clock: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
    figure: Figure,
    user: str,
    door: str,
    fetch_s: float,
) -> None:
    """An hour in which the set grows old, then two minutes of each outage, a storm of unknown keys all along."""
    monkeypatch.setattr(keys, "FETCH_S", fetch_s)
    people = Streamers(at, issuer, door)
    people.come(user)
    clock.shift(3600)
    troubles = outages(issuer)
    for name, issuer.answer in troubles.items():
        until_s = time.time() + (RETRY_S if name == "hangs" else 120)
        while time.time() < until_s:
            people.are_strange(UNKNOWN_KIDS // 70)
            people.come(user)
            clock.shift(10)
    # The next key is published ahead of its use, as issuers do, and the last one stays until its tokens are gone.
    issuer.answer = body(jwks("ours", "second"))
    for key in ("ours",) * 3 + ("second", "ours") * 3:
        people.are_strange(20)
        clock.shift(10)
        people.come(user, key)
    passed = people.asked - len(people.refused)
    what = f"{door} door, JWKS out of order in {len(troubles)} ways, {people.strangers:,} unknown kids"
    figure(12, what, f"{passed} of {people.asked} good tokens pass, fetches at least {closest_s(issuer):g} s apart")
    assert people.strangers >= UNKNOWN_KIDS
    assert not people.refused
    assert closest_s(issuer) >= RETRY_S
    assert len(issuer.asked_s) > len(troubles)


@pytest.mark.parametrize("door", ASK)
def test_with_the_key_among_the_settings_nobody_is_asked(
    issuer: Issuer, dynalite: str, table: str, user: str, door: str
) -> None:
    """So that an environment which starts in the middle of an outage lets people in as well."""
    sign_in = {"AUTH_ISSUER": issuer.url, "AUTH_PUBLIC_KEY": public_pem(), "ALLOWED_ORIGINS": ORIGIN}
    with doors.opened(dynalite, table, CHATSIM_LOCAL="1", **sign_in) as at:
        people = Streamers(at, issuer, door)
        people.come(user)
        people.are_strange(10)
    assert not people.refused
    assert not issuer.asked_s
