"""How much one may ask: users by a counter that all processes share, strangers by one in memory, packs by the day."""

import gc
import json
import subprocess
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from chatsim import limits
from chatsim.store.dynamo import DynamoStore
from chatsim_web import services

from local.launch import FakeAi
from tests import doors
from tests.doors import Answer, Doors
from tests.faults.conftest import PROVIDERS, new_game
from tests.figures import Figure
from tests.unit.auth.issuer import ISSUER, NOW_S, ORIGIN, claims, public_pem, sign

SIGN_IN = {"AUTH_ISSUER": ISSUER, "AUTH_PUBLIC_KEY": public_pem(), "ALLOWED_ORIGINS": ORIGIN}
MINUTE_S = NOW_S // 60 * 60
A_MINUTE = 60
MINUTES = 4
DAYS_S = 10 * limits.DAY_S

# Asks for a user's games so many times at that time of day; prints how often each status came, and the last refusal's
# Retry-After.
ASKER = """
import json, sys
import time_machine
from collections import Counter
from tests import doors
endpoint, table, env = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
with doors.opened(endpoint, table, **env) as at:
    print("ready", flush=True)
    for line in sys.stdin:
        now_s, token, times = json.loads(line)
        with time_machine.travel(now_s, tick=False):
            headers = {"Authorization": f"Bearer {token}"}
            answers = [at.ask("GET", "/api/generate-phrases", headers=headers) for _ in range(times)]
        refused = [answer for answer in answers if answer.status == 429]
        waits = sorted({answer.headers["retry-after"] for answer in refused})
        print(json.dumps([[answer.status for answer in answers], waits]), flush=True)
"""


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MINUTE_S + 15, tick=False) as traveller:
        yield traveller


@pytest.fixture
def at(clock: time_machine.Traveller, dynalite: str, table: str) -> Iterator[Doors]:
    with doors.opened(dynalite, table, **SIGN_IN) as opened:
        yield opened


@pytest.fixture
def store_calls(at: Doors, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each verb of the store was called by the doors that write."""
    calls: Counter[str] = Counter()
    client = services.store()._client
    call = client.call

    def counted(operation: str, request: Any) -> Any:
        calls[operation] += 1
        return call(operation, request)

    monkeypatch.setattr(client, "call", counted)
    return calls


def bearer(user: str) -> dict[str, str]:
    """Good for all the days of these tests."""
    lasting = claims(sub=user, iat=NOW_S - DAYS_S, nbf=NOW_S - DAYS_S, exp=NOW_S + DAYS_S)
    return {"Authorization": f"Bearer {sign(payload=lasting)}"}


def is_rate_limited(answer: Answer, limit: int, wait_s: int) -> bool:
    told = [answer.headers.get(f"x-ratelimit-{name}") for name in ("limit", "remaining", "reset")]
    said = (answer.status, answer.error, answer.headers.get("retry-after"))
    return said == (429, "RATE_LIMITED", str(wait_s)) and told == [str(limit), "0", str(wait_s)]


def test_a_user_has_sixty_requests_a_clock_minute(
    at: Doors, clock: time_machine.Traveller, user: str, figure: Figure
) -> None:
    def asked(how_many: int) -> list[Answer]:
        return [at.ask("GET", "/api/generate-phrases", headers=bearer(user)) for _ in range(how_many)]

    answers = asked(A_MINUTE + 1)
    assert [answer.status for answer in answers[:-1]] == [200] * A_MINUTE
    assert is_rate_limited(answers[-1], A_MINUTE, 45)
    assert at.ask("GET", "/api/generate-phrases", headers=bearer(f"{user}2")).status == 200
    clock.shift(45)
    assert asked(1)[0].status == 200
    figure(16, "requests of a user let through in a minute", f"{A_MINUTE} of {len(answers)}, 429 with Retry-After 45")


def test_an_overlay_has_sixty_requests_of_its_own(at: Doors, user: str) -> None:
    key = at.ask("POST", "/api/stream-key", headers=bearer(user), body={}).json["key"]
    answers = [at.ask("GET", "/api/chat-ticket", headers={"X-Stream-Key": key}) for _ in range(A_MINUTE + 1)]
    assert [answer.status for answer in answers[:-1]] == [200] * A_MINUTE
    assert is_rate_limited(answers[-1], A_MINUTE, 45)
    assert at.ask("GET", "/api/stream-key", headers=bearer(user)).status == 200


@pytest.mark.soak
def test_a_users_minute_is_one_over_all_processes(dynalite: str, table: str, user: str, figure: Figure) -> None:
    command = [sys.executable, "-c", ASKER, dynalite, table, json.dumps(SIGN_IN)]
    askers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=doors.ROOT)
        for _ in range(3)
    ]
    assert [process.stdout.readline() for process in askers if process.stdout] == ["ready\n"] * 3
    passed, waits = [], set()
    for n in range(MINUTES):
        now_s = MINUTE_S + 60 * n + 10 * n
        token = bearer(user)["Authorization"].removeprefix("Bearer ")
        for process in askers:
            assert process.stdin
            process.stdin.write(json.dumps([now_s, token, 30]) + "\n")
            process.stdin.flush()
        told = [json.loads(process.stdout.readline()) for process in askers if process.stdout]
        passed.append(sum(status == 200 for statuses, _ in told for status in statuses))
        waits |= {(10 * n, wait) for _, found in told for wait in found}
    for process in askers:
        process.communicate(timeout=10)
    figure(16, "the same from 3 processes at once", f"{min(passed)} to {max(passed)} of 90 a minute")
    assert passed == [A_MINUTE] * MINUTES
    assert waits == {(gone_s, str(60 - gone_s)) for gone_s in range(0, 10 * MINUTES, 10)}


STRANGE = {"no token": "", "a bad one": "Bearer a.b.c", "a forged one": "Bearer {forged}"}


@pytest.mark.parametrize("kind", STRANGE)
def test_a_stranger_is_turned_away_without_a_call_of_the_store(
    at: Doors, clock: time_machine.Traveller, store_calls: Counter[str], user: str, figure: Figure, kind: str
) -> None:
    brought = {"Authorization": STRANGE[kind].format(forged=sign(key="theirs"))}
    paths = [("GET", "/api/generate-phrases"), ("POST", "/api/generate-phrases"), ("POST", "/api/chat-ticket")]

    def came(how_many: int, address: str = "198.51.100.10:40000") -> list[Answer]:
        sent = brought | {"CloudFront-Viewer-Address": address}
        return [at.ask(*paths[n % 3], headers=sent, body={}) for n in range(how_many)]

    answers = came(limits.STRANGERS_PER_MINUTE + 1)
    assert {answer.error for answer in answers[:-1]} == {"UNAUTHENTICATED"}
    assert is_rate_limited(answers[-1], limits.STRANGERS_PER_MINUTE, 45)
    figure(
        16, f"a stranger with {kind}", f"429 from request {len(answers)} on, {store_calls.total()} calls of the store"
    )
    assert not store_calls
    assert came(1, "198.51.100.11:40000")[0].error == "UNAUTHENTICATED"
    known = bearer(user) | {"CloudFront-Viewer-Address": "198.51.100.10:40000"}
    assert at.ask("GET", "/api/generate-phrases", headers=known).status == 200, "a neighbour is not kept out"
    clock.shift(45)
    assert came(1)[0].error == "UNAUTHENTICATED"


def test_who_tries_stream_keys_soon_costs_nothing(
    at: Doors, store_calls: Counter[str], user: str, figure: Figure
) -> None:
    def tried(key: str, address: str = "198.51.100.10:40000") -> Answer:
        return at.ask("GET", "/api/chat-ticket", headers={"X-Stream-Key": key, "CloudFront-Viewer-Address": address})

    assert {tried(key).error for key in ("", "x", "a" * 42, "a" * 44, "ñ" * 43, "a" * 42 + "=")} == {"UNAUTHENTICATED"}
    assert not store_calls, "these have not even the form of one"
    wrong = [tried(f"{n:043d}") for n in range(2 * limits.STRANGERS_PER_MINUTE)]
    errors = Counter(answer.error for answer in wrong)
    figure(16, f"{len(wrong)} wrong stream keys from one address", f"{store_calls.total()} reads of the store")
    assert errors == {"UNAUTHENTICATED": limits.STRANGERS_PER_MINUTE - 6, "RATE_LIMITED": 306}
    assert store_calls == {"GetItem": limits.STRANGERS_PER_MINUTE - 6}
    good = at.ask("POST", "/api/stream-key", headers=bearer(user), body={}).json["key"]
    assert tried(good, "198.51.100.11:40000").status == 200


@pytest.fixture
def at_with_ai(ai: FakeAi, dynalite: str, new_table: Callable[[], str]) -> Iterator[tuple[Doors, str]]:
    """The doors with providers, and their table, which nobody else counts in."""
    table = new_table()
    for provider in PROVIDERS:
        ai.behave(provider, "ok", seconds=0)
    with doors.opened(dynalite, table, CHATSIM_LOCAL="1", **SIGN_IN, **ai.environment) as opened:
        yield opened, table
    ai.start_over()
    with warnings.catch_warnings():  # the SDKs leave their connections to the end of the process
        warnings.simplefilter("ignore", ResourceWarning)
        del opened
        gc.collect()


@pytest.mark.soak
def test_new_packs_are_so_many_a_day(
    ai: FakeAi, at_with_ai: tuple[Doors, str], dynamo_client: Any, figure: Figure
) -> None:
    """Who is over it is not refused: what is at hand is the answer, and no provider is asked."""
    at, table = at_with_ai
    before = sum(ai.calls().values())

    def source(user: str) -> str:
        """Where the phrases of a new game come from, which takes the place of the user's last one."""
        game = new_game()
        added = at.ask("POST", "/api/generate-phrases", headers=bearer(user), body={"gameName": game})
        assert (added.status, added.json["pending"]) == (200, False)
        at.ask("DELETE", "/api/generate-phrases", headers=bearer(user), query={"game": game})
        found: str = added.json["source"]
        return found

    today = MINUTE_S // limits.DAY_S
    with time_machine.travel(today * limits.DAY_S + 3600, tick=True) as clock:
        one = [source("ana") for _ in range(12)]
        assert one == ["ai"] * 10 + ["generic"] * 2
        store = DynamoStore(dynamo_client, table)
        while store.count("packs", today, limits.DAY_S) < 498:
            pass
        others = [source(user) for user in ("eva", "luis", "sara", "pablo")]
        assert others == ["ai"] * 2 + ["generic"] * 2
        made = sum(ai.calls().values()) - before
        figure(16, "new packs in a day", f"{one.count('ai')} of a user's {len(one)}; {498 + others.count('ai')} of all")
        assert made == 12, "who is over the limit costs no call"
        clock.shift(limits.DAY_S)
        assert source("ana") == "ai"
