"""Any name and any body, through the doors' own handlers: a clear answer of the contract, never a fault of ours."""

import itertools
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from chatsim import data, names
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import doors, openapi
from tests.doors import Doors
from tests.figures import Figure

# With every change a look; in a soak 10,000 of both together.
QUICK = 150
NAMES_IN_A_SOAK, BODIES_IN_A_SOAK = 3_000, 7_000
# A user keeps 4 games: nobody is asked often enough to hear of nothing else.
ASKED_OF_ONE = 4

TITLES = [line for line in data.read("titles.txt").splitlines() if line and line[0] not in "[#"]
# What has broken others: cut and blown up by NFKC, invisible, of the other direction, half a character, a form's place.
TROUBLE = [
    "\x00", "\n", "\u202e", "\u200b", "\u200d", "\ud800", "\udfff", "\ufeff", "ﷺ", "㍿", "ß", "İ", "ŉ",
    "\u0345", "{game}", "{", "}", "%s", "<b>", "`", "\\", "#", "PACK#", "USER#", "/", "..", "://", "@a", "'",
    '"', "🎮", "👩\u200d👩\u200d👧", "é" * 30,
    "\u3164", "\U000e0041", "\U0010ffff", "٣", "1942", "ゼルダ", "اَلْعَرَبِيَّةُ", " ", "\u00a0", "\u2028",
]  # fmt: skip
NAMES = st.one_of(
    st.text(st.characters(), max_size=70),
    st.sampled_from(TITLES),
    st.lists(st.one_of(st.sampled_from(TROUBLE), st.sampled_from(TITLES), st.text(max_size=5)), max_size=5).map(
        "".join
    ),
)
ATOMS = st.none() | st.booleans() | st.integers() | st.floats() | NAMES
VALUES = ATOMS | st.lists(ATOMS, max_size=3) | st.dictionaries(NAMES, ATOMS, max_size=3)
GOOD: dict[str, Any] = {
    "gameName": "Elden Ring", "mode": "game", "lang": "es", "genre": "rpg", "pace": "natural", "viewers": 60,
    "type": "laugh", "id": "a", "look": {"size": 20}, "test": True,
}  # fmt: skip
SOMETIMES = {"replace": "minecraft", "min": 3000, "max": 7000, "after": "abc.1.1800000000000.0.0", "pace": "fixed"}
MEMBERS = st.sampled_from([*GOOD, *SOMETIMES])
CHANGED = st.tuples(
    st.dictionaries(MEMBERS, VALUES | st.sampled_from([*SOMETIMES.values(), None, True, -1, 1e30, ""]), max_size=2),
    st.sets(MEMBERS, max_size=2),
).map(lambda change: {name: value for name, value in (GOOD | change[0]).items() if name not in change[1]})
LOOKS = st.dictionaries(
    st.sampled_from([*openapi.COMPONENTS["schemas"]["Look"]["properties"], "else"]), ATOMS, max_size=4
)
BODIES = st.one_of(
    CHANGED.map(lambda body: json.dumps(body).encode()),
    LOOKS.map(lambda look: json.dumps({"look": look}).encode()),
    VALUES.map(lambda value: json.dumps(value).encode()),
    st.binary(max_size=200),
    st.integers(0, 200).map(lambda length: json.dumps(GOOD).encode()[:length]),
)


class Asked:
    """What was answered to somebody new for every few requests. Raises for what docs/openapi.yaml does not promise."""

    def __init__(self, opened: Doors) -> None:
        self.statuses: Counter[int] = Counter()
        self._doors = opened
        self._numbers = itertools.count()
        self._who: dict[str, str] = {}

    def ask(self, method: str, path: str, body: bytes = b"", query: dict[str, str] | None = None) -> httpx.Response:
        number = next(self._numbers)
        if number % ASKED_OF_ONE == 0:
            self._who = doors.user_token(f"user_{number}")
            self._doors.ask("POST", "/api/chat-ticket", headers=self._who, body={"gameName": "Minecraft"})
            self._doors.ask("POST", "/api/stream-key", headers=self._who)
        given = self._doors.ask(method, path, headers=self._who, query=query, body=body)
        answer = given.as_http(method, path)
        self.statuses[answer.status_code] += 1
        assert answer.status_code < 500, answer.text
        openapi.check(answer)
        return answer


@pytest.fixture(scope="module")
def opened() -> Iterator[Doors]:
    with doors.opened_in_memory() as found:
        yield found


def may_be_a_name(text: str, mode: str) -> bool:
    """The contract's rule of form, said once more: what else is refused (offensive, addresses) is tested by itself."""
    shown = " ".join(unicodedata.normalize("NFKC", re.sub("[™℠®©]", "", text)).split())
    seen = not any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn") for char in text)
    return seen and 2 <= len(shown) <= (60 if mode == "justchatting" else 50) and bool(re.search(r"[^\W_]", shown))


def many(how_many: int) -> Any:
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
    return settings(max_examples=how_many, suppress_health_check=slow)


def told(asked: Asked) -> str:
    counts = ", ".join(f"{count} x {status}" for status, count in sorted(asked.statuses.items()))
    wrong = sum(count for status, count in asked.statuses.items() if status >= 500)
    return f"{wrong} of 5xx in {asked.statuses.total():,} ({counts})"


@pytest.mark.parametrize("how_many", [QUICK, pytest.param(NAMES_IN_A_SOAK, marks=pytest.mark.soak)])
@pytest.mark.timeout(200)
def test_any_name(opened: Doors, figure: Figure, how_many: int) -> None:
    asked = Asked(opened)

    @many(how_many)
    @given(NAMES, st.sampled_from(names.MODES), st.sampled_from(["add", "play", "free", "read"]))
    def name(text: str, mode: str, what: str) -> None:
        body = json.dumps({"gameName": text, "mode": mode}).encode()
        query = {"game": text, "mode": mode, "horizon": "10"}
        match what:
            case "add":
                answer = asked.ask("POST", "/api/generate-phrases", body)
            case "play":
                answer = asked.ask("POST", "/api/chat-ticket", body)
            case "free":
                answer = asked.ask("DELETE", "/api/generate-phrases", query=query)
            case _:
                answer = asked.ask("GET", "/api/chat-stream", query=query)
        # Half a character has no place in an address.
        sent = text if what in ("add", "play") else text.encode(errors="replace").decode()
        assert answer.status_code != 200 or may_be_a_name(sent, mode), f"{text!r} is no name"

    name()
    assert asked.statuses[200] > how_many / 10, "too few of them were names"
    figure(13, "any name", told(asked))


@pytest.mark.parametrize("how_many", [QUICK, pytest.param(BODIES_IN_A_SOAK, marks=pytest.mark.soak)])
@pytest.mark.timeout(200)
def test_any_body(opened: Doors, figure: Figure, how_many: int) -> None:
    asked = Asked(opened)
    takers = sorted(route for route in openapi.routes() if "requestBody" in operation(route) and "/api/" in route)

    @many(how_many)
    @given(BODIES, st.sampled_from(takers))
    def body(sent: bytes, route: str) -> None:
        method, path = route.split()
        asked.ask(method, path, sent)

    body()
    assert asked.statuses[200] > how_many / 25, "none of them was any good"
    figure(13, "any body", told(asked))


def operation(route: str) -> dict[str, Any]:
    method, path = route.split()
    found: dict[str, Any] = openapi.PATHS[path][method.lower()]
    return found
