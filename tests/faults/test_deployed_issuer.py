"""A door on Lambda that was given the laptop's issuer, or none: nobody gets in, and health says what is wrong."""

from collections.abc import Callable

import pytest

from tests import doors
from tests.figures import Figure
from tests.unit.auth.hostile import LOCAL_ISSUERS
from tests.unit.auth.issuer import ISSUER, ORIGIN, claims, public_pem, sign

MARKS = ("AWS_EXECUTION_ENV", "AWS_LAMBDA_INITIALIZATION_TYPE")
NOT_PUBLIC = [
    *LOCAL_ISSUERS,
    "",
    " ",
    "http://clerk.streamers.example",
    "https://192.168.1.10",
    "https://intranet",
    "https://user@clerk.streamers.example",
]
GOOD = {"AUTH_ISSUER": ISSUER, "AUTH_PUBLIC_KEY": public_pem(), "ALLOWED_ORIGINS": ORIGIN}


def let_in(dynalite: str, table: str, **env: str) -> tuple[int, list[str]]:
    """How many doors let in who has a token of that very issuer, and what health calls missing."""
    token = sign(payload=claims(iss=env["AUTH_ISSUER"]))
    with doors.opened(dynalite, table, **GOOD | env) as at:
        answers = [
            at.ask("GET", "/api/generate-phrases", headers={"Authorization": f"Bearer {token}"}),
            at.ask("POST", "/api/generate-phrases", headers={"Authorization": f"Bearer {token}"}, body={}),
            at.ask("GET", "/api/chat-stream", headers={"X-Auth-Token": token}, query={"game": "Tetris"}),
            at.ask("GET", "/api/chat-stream", headers={"Cookie": f"__session={token}"}, query={"game": "Tetris"}),
        ]
        assert {answer.status for answer in answers} <= {200, 400, 401}
        return sum(answer.status != 401 for answer in answers), at.ask("GET", "/api/health").json["missing"]


def test_a_deployed_door_trusts_no_issuer_of_the_laptop(
    dynalite: str, new_table: Callable[[], str], figure: Figure
) -> None:
    table, accepted, unsaid = new_table(), [], []
    for n, issuer in enumerate(NOT_PUBLIC):
        deployed = {MARKS[n % 2]: "AWS_Lambda_python3.13", "CHATSIM_LOCAL": "1", "AUTH_ISSUER": issuer}
        got_in, missing = let_in(dynalite, table, **deployed)
        accepted += [issuer] * got_in
        unsaid += [issuer] * (missing != ["AUTH_ISSUER"])
    how_many = f"{len(accepted)} accepted of {4 * len(NOT_PUBLIC)}; unnamed by health: {len(unsaid)}"
    figure(22, f"deployed doors with one of {len(NOT_PUBLIC)} loopback or missing issuers", how_many)
    assert not accepted
    assert not unsaid


@pytest.mark.parametrize(
    ("env", "doors_open", "missing"),
    [
        ({"AUTH_ISSUER": ISSUER, MARKS[0]: "AWS_Lambda_python3.13"}, 4, []),
        ({"AUTH_ISSUER": LOCAL_ISSUERS[0], "CHATSIM_LOCAL": "1"}, 4, []),
        ({"AUTH_ISSUER": LOCAL_ISSUERS[0]}, 0, ["AUTH_ISSUER"]),
        ({"AUTH_ISSUER": ISSUER, "ALLOWED_ORIGINS": "", MARKS[0]: "AWS_Lambda_python3.13"}, 0, ["ALLOWED_ORIGINS"]),
        ({"AUTH_ISSUER": ISSUER, "AUTH_PUBLIC_KEY": "none", MARKS[1]: "on-demand"}, 0, ["AUTH_PUBLIC_KEY"]),
    ],
    ids=["deployed", "laptop", "neither", "no origins", "no key"],
)
def test_what_lets_people_in_and_what_health_says(
    dynalite: str, new_table: Callable[[], str], env: dict[str, str], doors_open: int, missing: list[str]
) -> None:
    assert let_in(dynalite, new_table(), **env) == (doors_open, missing)
