"""Settings from the environment, and what health says of them."""

import base64

import pytest
from chatsim_auth import AuthSettings, SessionVerifier

from tests.unit.auth.issuer import ISSUER, ORIGIN, USER, claims, public_pem, settings, sign

SPELLINGS = {
    "newlines": public_pem(),
    "CRLF": public_pem().replace("\n", "\r\n"),
    "literal backslash-n": public_pem().replace("\n", "\\n"),
    "literal CRLF": public_pem().replace("\n", "\\r\\n"),
    "base64": base64.b64encode(public_pem().encode()).decode(),
    "base64 in lines": base64.encodebytes(public_pem().encode()).decode(),
    "base64 of literal backslash-n": base64.b64encode(public_pem().replace("\n", "\\n").encode()).decode(),
    "with blanks around": f"  {public_pem()}  \n",
}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_every_spelling_of_the_key_verifies(spelling: str) -> None:
    env = {"AUTH_ISSUER": ISSUER, "AUTH_PUBLIC_KEY": spelling, "ALLOWED_ORIGINS": ORIGIN}
    read = AuthSettings.from_env(env)
    assert read.missing() == ()
    assert SessionVerifier(read).verify(sign()) == USER


def test_lists_are_split_at_commas_and_trimmed() -> None:
    read = AuthSettings.from_env(
        {"ALLOWED_ORIGINS": f" {ORIGIN}/ ,, https://b.example,", "ALLOWED_USERS": "user_1, user_2 ,"}
    )
    assert read.origins == (ORIGIN, "https://b.example")
    assert read.allowed_users == ("user_1", "user_2")


def test_an_empty_environment_lets_nobody_in_and_says_why() -> None:
    read = AuthSettings.from_env({})
    assert read == AuthSettings(issuer="", public_key="", origins=(), allowed_users=(), local=False)
    assert read.missing() == ("AUTH_ISSUER", "ALLOWED_ORIGINS")


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({}, ()),
        ({"public_key": ""}, ()),
        ({"issuer": "http://clerk.streamers.example"}, ("AUTH_ISSUER",)),
        ({"issuer": "https://local.chatsim.localhost"}, ("AUTH_ISSUER",)),
        ({"issuer": "https://local.chatsim.localhost", "local": True}, ()),
        ({"public_key": "not a key"}, ("AUTH_PUBLIC_KEY",)),
        ({"public_key": public_pem().replace("PUBLIC", "PRIVATE")}, ("AUTH_PUBLIC_KEY",)),
        ({"origins": ()}, ("ALLOWED_ORIGINS",)),
    ],
)
def test_health_names_what_keeps_tokens_out(changes: dict[str, object], missing: tuple[str, ...]) -> None:
    assert settings(**changes).missing() == missing


def test_origins_of_the_table_make_up_for_the_setting() -> None:
    assert settings(origins=()).missing({ORIGIN}) == ()


@pytest.mark.parametrize(
    ("env", "local"),
    [
        ({"CHATSIM_LOCAL": "1"}, True),
        ({"CHATSIM_LOCAL": "0"}, False),
        ({}, False),
        ({"CHATSIM_LOCAL": "1", "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13"}, False),
        ({"CHATSIM_LOCAL": "1", "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand"}, False),
    ],
)
def test_a_laptop_says_so_and_lambda_never_is_one(env: dict[str, str], local: bool) -> None:
    assert AuthSettings.from_env(env).local is local


def test_a_deployed_door_given_the_laptops_environment_trusts_nobody_local(monkeypatch: pytest.MonkeyPatch) -> None:
    env = {
        "CHATSIM_LOCAL": "1",
        "AUTH_ISSUER": "https://local.chatsim.localhost",
        "AUTH_PUBLIC_KEY": public_pem(),
        "ALLOWED_ORIGINS": ORIGIN,
    }
    token = sign(payload=claims(iss=env["AUTH_ISSUER"]))
    assert SessionVerifier(AuthSettings.from_env(env)).verify(token) == USER
    monkeypatch.setenv("AWS_EXECUTION_ENV", "AWS_Lambda_python3.13")
    assert AuthSettings.from_env(env).missing() == ("AUTH_ISSUER",)
