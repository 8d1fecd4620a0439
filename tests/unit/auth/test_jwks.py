"""Keys from the issuer's JWKS: a real https server on this machine, its outages and its new keys."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import time_machine
from chatsim.errors import Unauthenticated
from chatsim_auth import SessionVerifier
from chatsim_auth.keys import FETCH_S, MAX_JWKS_BYTES, fetch_jwks

from tests.unit.auth.issuer import USER, claims, header, jwk, jwks, settings, sign
from tests.unit.auth.issuer_server import Answer, Issuer, body, serving


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls")


@pytest.fixture
def issuer(tls: Path) -> Iterator[Issuer]:
    with serving(tls) as issuer:
        yield issuer


def refused(verifier: SessionVerifier, token: str) -> bool:
    try:
        verifier.verify(token)
    except Unauthenticated:
        return True
    return False


@pytest.mark.usefixtures("clock")
def test_one_fetch_serves_an_hour(issuer: Issuer, clock: time_machine.Traveller) -> None:
    verifier = issuer.verifier()
    for _ in range(60):
        assert verifier.verify(issuer.token()) == USER
        clock.shift(59.9)
    assert verifier.verify(issuer.token()) == USER
    assert issuer.paths == ["/.well-known/jwks.json"]
    clock.shift(6)
    assert verifier.verify(issuer.token()) == USER
    assert len(issuer.paths) == 2


def test_no_fetch_for_a_token_that_is_wrong_anyway(issuer: Issuer) -> None:
    verifier = issuer.verifier()
    assert refused(verifier, "a.b.c")
    assert refused(verifier, sign(header=header(alg="HS256")))
    assert refused(verifier, sign(header={"alg": "RS256"}, payload=claims(iss=issuer.url)))
    assert issuer.paths == []


def test_with_a_pem_the_jwks_is_never_asked(issuer: Issuer) -> None:
    verifier = SessionVerifier(settings(issuer=issuer.url, local=True))
    assert verifier.verify(issuer.token(kid="unknown")) == USER
    assert issuer.paths == []


def test_a_key_of_another_id_does_not_verify(issuer: Issuer, clock: time_machine.Traveller) -> None:
    issuer.answer = body(jwks("ours", "second"))
    verifier = issuer.verifier()
    assert refused(verifier, issuer.token(kid="second", key="ours"))
    assert verifier.verify(issuer.token(kid="second", key="second")) == USER


def test_rotation_is_noticed_within_30_s_and_the_old_key_goes(issuer: Issuer, clock: time_machine.Traveller) -> None:
    verifier = issuer.verifier()
    assert verifier.verify(issuer.token()) == USER
    issuer.answer = body(jwks("second"))
    clock.shift(29.9)
    assert refused(verifier, issuer.token("second", "second"))
    clock.shift(0.1)
    assert verifier.verify(issuer.token("second", "second")) == USER
    assert refused(verifier, issuer.token())
    assert len(issuer.paths) == 2


@pytest.mark.usefixtures("clock")
def test_callers_at_a_cold_start_wait_for_the_one_fetch(issuer: Issuer) -> None:
    def slow(request: BaseHTTPRequestHandler) -> None:
        issuer.hold.wait(0.2)
        body(jwks("ours"))(request)

    issuer.answer = slow
    verifier = issuer.verifier()
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(verifier.verify, [issuer.token()] * 8)) == [USER] * 8
    assert len(issuer.paths) == 1


@pytest.mark.parametrize("answer", [body(jwks("ours")), body(b"", 503)], ids=["healthy", "outage"])
def test_a_storm_of_unknown_ids_costs_one_fetch_in_30_s(
    issuer: Issuer, clock: time_machine.Traveller, answer: Answer
) -> None:
    verifier = issuer.verifier()
    assert verifier.verify(issuer.token()) == USER
    issuer.answer = answer
    for _ in range(3):
        clock.shift(30)
        storm = [issuer.token(kid=f"k{i}", key="theirs") for i in range(50)]
        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(lambda token: refused(verifier, token), storm))
        assert verifier.verify(issuer.token()) == USER
    assert len(issuer.paths) == 1 + 3


def test_good_tokens_pass_for_as_long_as_an_outage_lasts(
    issuer: Issuer, clock: time_machine.Traveller, caplog: pytest.LogCaptureFixture
) -> None:
    verifier = issuer.verifier()
    assert verifier.verify(issuer.token()) == USER
    issuer.answer = body(b"{}", 500)
    for _ in range(48):
        clock.shift(3600)
        token = issuer.token()
        assert verifier.verify(token) == USER
        assert token not in caplog.text
    assert "JWKS not refreshed: OSError" in caplog.text
    assert len(issuer.paths) == 1 + 48
    issuer.answer = body(jwks("second"))
    clock.shift(30)
    assert refused(verifier, issuer.token())
    assert verifier.verify(issuer.token("second", "second")) == USER


def test_an_outage_from_the_start_ends_with_the_next_try(issuer: Issuer, clock: time_machine.Traveller) -> None:
    issuer.answer = body(b"", 500)
    verifier = issuer.verifier()
    for _ in range(5):
        assert refused(verifier, issuer.token())
    assert len(issuer.paths) == 1
    issuer.answer = body(jwks("ours"))
    clock.shift(30)
    assert verifier.verify(issuer.token()) == USER


def keys(*values: object) -> bytes:
    return json.dumps({"keys": values}).encode()


USELESS = {
    "empty": b"",
    "no JSON": b"<html>",
    "not UTF-8": b"\xff\xfe\xfd",
    "a list": b"[]",
    "null": b"null",
    "no keys": b"{}",
    "keys null": b'{"keys": null}',
    "no key": keys(),
    "keys of no shape": keys(None, 7, "ours", [], {}),
    "bomb": b'{"keys":' + b"[" * 60_000,
    "for encryption": keys(jwk("ours", use="enc")),
    "for RS512": keys(jwk("ours", alg="RS512")),
    "an HMAC secret": keys({"kty": "oct", "kid": "ours", "k": "c2VjcmV0"}),
    "no modulus": keys({"kty": "RSA", "kid": "ours", "e": "AQAB"}),
    "modulus of no type": keys(jwk("ours", n=7)),
    "modulus of no base64": keys(jwk("ours", n="*")),
    "short modulus": keys(jwk("ours", n="AQAB")),
    "private": keys(jwk("ours", d="AQAB")),
    "id is a list": keys(jwk("ours", kid=["ours"])),
}


@pytest.mark.parametrize("content", USELESS.values(), ids=USELESS.keys())
def test_a_set_without_a_usable_key_changes_nothing(content: bytes, clock: time_machine.Traveller) -> None:
    answers = [content, jwks("ours"), content]
    verifier = SessionVerifier(settings(public_key=""), fetch_jwks=lambda url: answers.pop(0))
    assert refused(verifier, sign())
    clock.shift(30)
    assert verifier.verify(sign()) == USER
    clock.shift(3600)
    assert verifier.verify(sign()) == USER
    assert answers == []


def test_one_broken_key_does_not_spoil_the_others() -> None:
    verifier = SessionVerifier(settings(public_key=""), fetch_jwks=lambda url: keys(jwk("bad", n="*"), jwk("ours")))
    assert verifier.verify(sign()) == USER


@pytest.mark.parametrize("issuer", ["https://clerk.streamers.example", "https://clerk.streamers.example/"])
def test_the_address_is_the_issuers_own(issuer: str) -> None:
    asked: list[str] = []

    def fetch(url: str) -> bytes:
        asked.append(url)
        return jwks("ours")

    verifier = SessionVerifier(settings(issuer=issuer, public_key=""), fetch_jwks=fetch)
    assert verifier.verify(sign(payload=claims(iss=issuer))) == USER
    assert asked == ["https://clerk.streamers.example/.well-known/jwks.json"]


# ── the fetch itself ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_redirect_is_not_followed(issuer: Issuer) -> None:
    issuer.answer = body(jwks("theirs"), 302, Location=issuer.url + "/elsewhere")
    with pytest.raises(OSError, match="answered 302"):
        fetch_jwks(issuer.url + "/keys")
    assert issuer.paths == ["/keys"]


def test_a_body_is_read_to_its_limit_only(issuer: Issuer) -> None:
    issuer.answer = body(b"x" * MAX_JWKS_BYTES)
    assert len(fetch_jwks(issuer.url)) == MAX_JWKS_BYTES
    issuer.answer = body(b"x" * (MAX_JWKS_BYTES + 1000))
    with pytest.raises(OSError, match=f"{MAX_JWKS_BYTES + 1} bytes"):
        fetch_jwks(issuer.url)


@pytest.mark.parametrize("scheme", ["http", "file", "ftp", "data"])
def test_nothing_but_https_is_fetched(issuer: Issuer, scheme: str) -> None:
    with pytest.raises(OSError, match="not at an https address"):
        fetch_jwks(issuer.url.replace("https", scheme))
    assert issuer.paths == []


def test_a_certificate_nobody_vouches_for_is_refused(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
        fetch_jwks(issuer.url)


def test_a_dripping_server_does_not_outlive_the_deadline(issuer: Issuer) -> None:
    def drip(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not issuer.hold.wait(0.1):
            request.wfile.write(b"X-Drip: 1\r\n")

    issuer.answer = drip
    started = time.monotonic()
    with pytest.raises(TimeoutError):
        fetch_jwks(issuer.url)
    assert FETCH_S <= time.monotonic() - started < FETCH_S + 3
