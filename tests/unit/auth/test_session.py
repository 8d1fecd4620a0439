"""The verifier through its one door: the good tokens it lets in, and the table of those it does not."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from chatsim.errors import Forbidden, Unauthenticated, Unavailable
from chatsim_auth import SessionVerifier
from chatsim_auth.session import LAST_NUMERIC_DATE

from tests.unit.auth.hostile import HOSTILE, LOCAL_ISSUERS, of_size, with_claims
from tests.unit.auth.issuer import (
    NOW_S,
    ORIGIN,
    USER,
    claims,
    header,
    public_pem,
    settings,
    sign,
)

pytestmark = pytest.mark.usefixtures("clock")


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_token_is_refused(make: Callable[[], Any]) -> None:
    verifier = SessionVerifier(settings())
    token = make()
    with pytest.raises(Unauthenticated):
        verifier.verify(token)


@pytest.mark.parametrize(
    "token",
    ["a" * 3_000_000, "." * 3_000_000, "e30." + "A" * 3_000_000 + ".AA", "A" * 4097 + ".e30.AA", "A." * 4096],
    ids=["a", "dots", "three segments", "long header", "pairs"],
)
def test_size_is_refused_before_any_work(token: str) -> None:
    verifier = SessionVerifier(settings())
    started = time.process_time_ns()
    for _ in range(10):
        with pytest.raises(Unauthenticated):
            verifier.verify(token)
    per_token_ns = (time.process_time_ns() - started) / 10
    assert 0 < per_token_ns < 2_000_000  # parsing 3 MB takes tens of milliseconds


GOOD: dict[str, Callable[[], str]] = {
    "as issued": sign,
    "no sts": with_claims(sts=None),
    "no typ": lambda: sign(header={"alg": "RS256"}),
    "expired within the leeway": with_claims(exp=NOW_S - 4),
    "early within the leeway": with_claims(nbf=NOW_S + 5, iat=NOW_S + 5),
    "the first second and the last": with_claims(nbf=0, iat=0, exp=LAST_NUMERIC_DATE),
    "further claims": with_claims(fva=[1, -1], o={"id": "org_1"}, name="ゼルダ"),
    "7 KB": lambda: of_size(7000),
}


@pytest.mark.parametrize("make", GOOD.values(), ids=GOOD.keys())
def test_a_good_token_gives_its_user(make: Callable[[], str]) -> None:
    assert SessionVerifier(settings()).verify(make()) == USER


@pytest.mark.parametrize("sub", ["u", "u" * 128, "user_2XkQz", "user_ñ", "auth0|7", "ゼルダ"])
def test_a_user_may_be_any_printable_word(sub: str) -> None:
    assert SessionVerifier(settings()).verify(sign(payload=claims(sub=sub))) == sub


def test_with_a_pem_the_key_id_says_nothing() -> None:
    assert SessionVerifier(settings()).verify(sign(header=header(kid="old"))) == USER


@pytest.mark.parametrize("sub", [USER, "user_2", "user_3"])
def test_only_allowed_users_come_in_when_there_is_a_list(sub: str) -> None:
    verifier = SessionVerifier(settings(allowed_users=(USER, "user_2")))
    token = sign(payload=claims(sub=sub))
    if sub == "user_3":
        with pytest.raises(Forbidden):
            verifier.verify(token)
    else:
        assert verifier.verify(token) == sub


def test_a_stranger_never_learns_whether_there_is_a_list() -> None:
    with pytest.raises(Unauthenticated):
        SessionVerifier(settings(allowed_users=("user_2",))).verify(sign(key="theirs"))


def test_no_origins_refuse_everybody() -> None:
    with pytest.raises(Unauthenticated):
        SessionVerifier(settings(origins=())).verify(sign())


@pytest.mark.parametrize("kind", [tuple, list, set, frozenset])
def test_origins_of_the_table_count_as_they_stand_now(kind: Callable[[list[str]], Any]) -> None:
    table: list[str] = []
    verifier = SessionVerifier(settings(origins=()), lambda: kind(table))
    with pytest.raises(Unauthenticated):
        verifier.verify(sign())
    table.append(ORIGIN)
    assert verifier.verify(sign()) == USER


def test_the_table_is_asked_only_when_it_decides() -> None:
    asked: list[str] = []

    def origins() -> list[str]:
        asked.append("asked")
        return []

    verifier = SessionVerifier(settings(), origins)
    verifier.verify(sign())
    for token in (sign(key="theirs"), sign(payload=claims(sub="")), sign(payload=claims(azp=["x"]))):
        with pytest.raises(Unauthenticated):
            verifier.verify(token)
    assert asked == []
    with pytest.raises(Unauthenticated):
        verifier.verify(sign(payload=claims(azp="https://other.example")))
    assert asked == ["asked"]


def test_a_table_in_trouble_is_not_the_callers_fault() -> None:
    def origins() -> list[str]:
        raise Unavailable

    with pytest.raises(Unavailable):
        SessionVerifier(settings(origins=()), origins).verify(sign())


@pytest.mark.filterwarnings("ignore::jwt.InsecureKeyLengthWarning")  # our refusal, not the warning
@pytest.mark.parametrize("bad", ["", "garbage", public_pem("weak"), public_pem()[:200]])
def test_a_key_that_is_none_refuses_everybody(bad: str) -> None:
    def no_network(url: str) -> bytes:
        raise OSError(url)

    verifier = SessionVerifier(settings(public_key=bad), fetch_jwks=no_network)
    for token in (sign(), sign(key="weak")):
        with pytest.raises(Unauthenticated):
            verifier.verify(token)


@pytest.mark.parametrize("issuer", LOCAL_ISSUERS)
@pytest.mark.parametrize("mark", [None, "AWS_EXECUTION_ENV", "AWS_LAMBDA_INITIALIZATION_TYPE"])
@pytest.mark.parametrize("local", [True, False])
def test_an_issuer_on_the_machine_itself_counts_on_a_laptop_only(
    issuer: str, mark: str | None, local: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if mark:
        monkeypatch.setenv(mark, "AWS_Lambda_python3.13")
    verifier = SessionVerifier(settings(issuer=issuer, local=local))
    token = sign(payload=claims(iss=issuer))
    if local and not mark:
        assert verifier.verify(token) == USER
    else:
        with pytest.raises(Unauthenticated):
            verifier.verify(token)


@pytest.mark.parametrize(
    "issuer",
    [
        "",
        "clerk.streamers.example",
        "http://clerk.streamers.example",
        "https://",
        "https://user@clerk.streamers.example",
        "https://clerk.streamers.example?a=1",
        "https://clerk.streamers.example#a",
        "https://clerk.streamers.example:port",
        "https://[::1",
        "ftp://clerk.streamers.example",
    ],
)
@pytest.mark.parametrize("local", [True, False])
def test_an_issuer_that_is_no_https_address_trusts_nobody(issuer: str, local: bool) -> None:
    verifier = SessionVerifier(settings(issuer=issuer, local=local))
    with pytest.raises(Unauthenticated):
        verifier.verify(sign(payload=claims(iss=issuer)))
