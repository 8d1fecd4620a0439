"""docs/openapi.yaml given to Schemathesis: requests that fit it and requests that do not, to every route."""

import itertools
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from tests import openapi
from tests.figures import Figure
from tests.functional.conftest import User
from tests.unit.docs.test_openapi import OPERATIONS

HOW_MANY = 30
STREAM = "/api/chat-stream"
TAKES = {"parameters", "requestBody"}
# They look at nothing that could be wrong.
TAKE_ANYTHING = {"POST /local/sign-out", "DELETE /api/chat-ticket"}
# Nobody asks so often that the answer is about that.
ASKED_OF_ONE = 25
# A name of the right form may yet be none (422).
NOT_MEANT = [positive_data_acceptance]
# With a ticket, or with another pace, it looks at few of its parameters; test_bad_input.py has each where it counts.
NOT_MEANT_OF_A_STREAM = [*NOT_MEANT, negative_data_rejection]
# Whoever asks is signed in: bad tokens, tickets and keys are tested by themselves.
SIGNED_IN = {
    **openapi.DOCUMENT,
    "security": [],
    "paths": {
        path: {method: {**operation, "security": []} for method, operation in methods.items()}
        for path, methods in openapi.PATHS.items()
    },
}
schemathesis.openapi.format(
    "name", st.sampled_from(["Elden Ring", "ゼルダ", "2048"]) | st.text(min_size=2, max_size=50)
)


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as found:
        found.trust_env = False
        yield found


def credentials(route: str, user: User) -> Iterator[dict[str, str]]:
    """Headers that open the route, by turns; somebody new, who plays and has an overlay, for every few requests."""
    while True:
        user.name += "x"
        ticket, key = user.sign_in().play()["ticket"], user.ask("POST", "/api/stream-key").json()["key"]
        signed_in = {"Authorization": f"Bearer {user.token}"}
        other = {f"GET {STREAM}": {"X-Ticket": ticket}, "GET /api/chat-ticket": {"X-Stream-Key": key}}
        yield from itertools.islice(itertools.cycle((signed_in, other.get(route, signed_in))), ASKED_OF_ONE)


@pytest.mark.soak
@pytest.mark.parametrize("mode", GenerationMode)
def test_every_request(url: str, user: User, session: requests.Session, figure: Figure, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_dict(SIGNED_IN)
    answered: Counter[tuple[str, int]] = Counter()

    def ask_many(route: str) -> None:
        method, path = route.split()
        opening = credentials(route, user)

        @settings(max_examples=HOW_MANY, suppress_health_check=list(HealthCheck))
        @given(schema[path][method].as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            if case.query and case.query.get("delivery") == "live":
                case.query = {**case.query, "delivery": "batch"}  # it would take 55 s
            answer = case.call(base_url=url, headers=next(opening), session=session, timeout=10)
            answered[route, answer.status_code] += 1
            case.validate_response(answer, excluded_checks=NOT_MEANT_OF_A_STREAM if path == STREAM else NOT_MEANT)

        ask()

    picky = {route for route, operation in OPERATIONS.items() if operation.keys() & TAKES} - TAKE_ANYTHING
    routes = OPERATIONS.keys() if mode.is_positive else picky
    for route in sorted(routes):
        ask_many(route)
    assert mode.is_negative or {route for route, status in answered if status == 200} == routes
    by_status: Counter[int] = Counter()
    for (_, status), count in answered.items():
        by_status[status] += count
    counts = ", ".join(f"{count} x {status}" for status, count in sorted(by_status.items()))
    assert not [status for status in by_status if status >= 500]
    figure(
        13,
        f"{mode.value} requests to {len(routes)} routes",
        f"0 of 5xx, as promised, in {by_status.total()} ({counts})",
    )
