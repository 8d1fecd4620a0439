"""The verifier through its one door: the good tokens it lets in, and the table of those it does not."""

import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from chatsim.errors import Forbidden, Unauthenticated, Unavailable
from chatsim_auth import SessionVerifier
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding

from tests.unit.auth.issuer import (
    ISSUER,
    NOW_S,
    ORIGIN,
    USER,
    b64,
    claims,
    header,
    jwk,
    private_key,
    public_pem,
    segment,
    settings,
    sign,
)

pytestmark = pytest.mark.usefixtures("clock")


def with_claims(**changes: Any) -> Callable[[], str]:
    return lambda: sign(payload=claims(**changes))


def with_header(**changes: Any) -> Callable[[], str]:
    return lambda: sign(header=header(**changes))


def raw_payload(edit: Callable[[str], str]) -> Callable[[], str]:
    return lambda: sign(payload=edit(json.dumps(claims())))


def unsigned(alg: str) -> str:
    return f"{segment(header(alg=alg))}.{segment(claims())}."


def hs256_with_the_public_key(alg: str = "HS256") -> str:
    signing_input = f"{segment(header(alg=alg))}.{segment(claims())}"
    return f"{signing_input}.{b64(hmac.digest(public_pem().encode(), signing_input.encode(), 'sha256'))}"


def es256() -> str:
    signing_input = f"{segment(header(alg='ES256'))}.{segment(claims())}"
    signature = ec.generate_private_key(ec.SECP256R1()).sign(signing_input.encode(), ec.ECDSA(hashes.SHA256()))
    return f"{signing_input}.{b64(signature)}"


def ps256() -> str:
    signing_input = f"{segment(header(alg='PS256'))}.{segment(claims())}"
    pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
    return f"{signing_input}.{b64(private_key('ours').sign(signing_input.encode(), pss, hashes.SHA256()))}"


def swapped_payload() -> str:
    head, _, signature = sign().split(".")
    return f"{head}.{segment(claims(sub='user_other'))}.{signature}"


def of_size(total: int) -> str:
    """A token that is good but for its size."""
    return sign(payload=claims(pad="x" * (int((total - len(sign())) * 0.75) - 8)))


HOSTILE: dict[str, Callable[[], Any]] = {
    # not a token at all
    "empty": lambda: "",
    "one word": lambda: "token",
    "two segments": lambda: "a.b",
    "four segments": lambda: sign() + ".a",
    "dots": lambda: "..",
    "no signature": lambda: sign().rpartition(".")[0] + ".",
    "3 MB of a": lambda: "a" * 3_000_000,
    "3 MB of dots": lambda: "." * 3_000_000,
    "3 MB signed": lambda: sign(payload=claims(pad="x" * 2_250_000)),
    "over 8 KB, signed": lambda: of_size(8400),
    "header over 4 KB, signed": lambda: sign(header=header(pad="x" * 3200)),
    "lone surrogate": lambda: sign() + "\udc80",
    "surrogates alone": lambda: "\ud800.\udfff.\ud800",
    "NUL at the end": lambda: sign() + "\0",
    "NUL within": lambda: sign().replace(".", ".\0", 1),
    "newline at the end": lambda: sign() + "\n",
    "space in front": lambda: " " + sign(),
    "fullwidth digits": lambda: sign() + "１",
    "padding at the end": lambda: sign() + "==",
    "standard base64 alphabet": lambda: "e30+.e30/.e30=",
    "bytes": lambda: sign().encode(),
    "None": lambda: None,
    "a number": lambda: 7,
    # base64 and JSON
    "bad base64 length": lambda: "a.a.a",
    "base64 with stray bits": lambda: "e30.e31.e30",
    "header is no JSON": lambda: sign(header="{alg"),
    "header is a list": lambda: sign(header='["RS256"]'),
    "header is a string": lambda: sign(header='"RS256"'),
    "header is null": lambda: sign(header="null"),
    "header in UTF-16": lambda: sign(header=json.dumps(header()).encode("utf-16")),
    "header is not UTF-8": lambda: sign(header=b'{"alg":"RS256","kid":"\xff"}'),
    "header with a BOM": lambda: sign(header="\ufeff" + json.dumps(header())),
    "header bomb": lambda: sign(header="[" * 2900),
    "payload bomb of lists": lambda: sign(payload="[" * 2800 + "]" * 2800),
    "payload bomb of objects": lambda: sign(payload='{"a":' * 1100),
    "payload is a list": lambda: sign(payload="[]"),
    "payload is a number": lambda: sign(payload="1"),
    "payload is empty": lambda: sign(payload=b""),
    "payload in UTF-16": lambda: sign(payload=json.dumps(claims()).encode("utf-16")),
    "sub twice": raw_payload(lambda text: text[:-1] + ', "sub": "user_admin"}'),
    "exp twice": raw_payload(lambda text: '{"exp": 1, ' + text[1:]),
    "nested name twice": raw_payload(lambda text: text[:-1] + ', "act": {"a": 1, "a": 2}}'),
    "alg twice": lambda: sign(header='{"alg": "none", ' + json.dumps(header())[1:]),
    "integer of 5000 digits": raw_payload(lambda text: text.replace(str(NOW_S + 60), "9" * 5000)),
    # algorithm, key, signature
    "alg none": lambda: unsigned("none"),
    "alg None": lambda: unsigned("None"),
    "alg none with a good signature": with_header(alg="none"),
    "alg missing": lambda: sign(header={"typ": "JWT", "kid": "ours"}),
    "alg null": with_header(alg=None),
    "alg is a list": with_header(alg=["RS256"]),
    "alg in lower case": with_header(alg="rs256"),
    "HS256 with the public key": hs256_with_the_public_key,
    "RS256 name on an HMAC": lambda: hs256_with_the_public_key("RS256"),
    "RS512 name": with_header(alg="RS512"),
    "PS256": ps256,
    "ES256": es256,
    "another key": lambda: sign(key="theirs"),
    "another key and kid": lambda: sign(header=header(kid="theirs"), key="theirs"),
    "payload swapped": swapped_payload,
    "signature cut": lambda: sign()[:-8],
    "kid is a number": with_header(kid=7),
    "kid is an object": with_header(kid={"a": 1}),
    "jku": with_header(jku="https://evil.example/jwks.json"),
    "x5u": with_header(x5u="https://evil.example/cert.pem"),
    "x5c": with_header(x5c=["MIIB"]),
    "own jwk": lambda: sign(header=header(jwk=jwk("theirs")), key="theirs"),
    "crit": with_header(crit=["exp"]),
    "crit b64": with_header(crit=["b64"], b64=False),
    "zip": with_header(zip="DEF"),
    "typ of an access token": with_header(typ="at+jwt"),
    "typ is a list": with_header(typ=["JWT"]),
    # issuer
    "iss missing": with_claims(iss=None),
    "iss of another": with_claims(iss="https://clerk.evil.example"),
    "iss with a slash": with_claims(iss=ISSUER + "/"),
    "iss longer": with_claims(iss=ISSUER + ".evil.example"),
    "iss in capitals": with_claims(iss=ISSUER.upper()),
    "iss over http": with_claims(iss=ISSUER.replace("https", "http")),
    "iss is a list": with_claims(iss=[ISSUER]),
    "iss of the laptop": with_claims(iss="https://local.chatsim.localhost"),
    # times
    "exp missing": with_claims(exp=None),
    "exp null": raw_payload(lambda text: text.replace(str(NOW_S + 60), "null")),
    "exp past": with_claims(exp=NOW_S - 60),
    "exp past by the leeway": with_claims(exp=NOW_S - 5),
    "exp zero": with_claims(exp=0),
    "exp negative": with_claims(exp=-(10**12)),
    "exp as string": with_claims(exp=str(NOW_S + 60)),
    "exp as bool": with_claims(exp=True),
    "exp as float": with_claims(exp=NOW_S + 60.5),
    "exp as exponent": raw_payload(lambda text: text.replace(str(NOW_S + 60), "1e300")),
    "exp NaN": raw_payload(lambda text: text.replace(str(NOW_S + 60), "NaN")),
    "exp Infinity": raw_payload(lambda text: text.replace(str(NOW_S + 60), "Infinity")),
    "exp as list": with_claims(exp=[NOW_S + 60]),
    "exp as object": with_claims(exp={"$date": NOW_S + 60}),
    "exp huge": with_claims(exp=10**400),
    "exp in milliseconds": with_claims(exp=(NOW_S + 60) * 1000),
    "nbf missing": with_claims(nbf=None),
    "nbf to come": with_claims(nbf=NOW_S + 6),
    "nbf as string": with_claims(nbf=str(NOW_S)),
    "nbf as bool": with_claims(nbf=False),
    "iat missing": with_claims(iat=None),
    "iat to come": with_claims(iat=NOW_S + 6),
    "iat as bool": with_claims(iat=True),
    "iat as list": with_claims(iat=[]),
    # user
    "sub missing": with_claims(sub=None),
    "sub empty": with_claims(sub=""),
    "sub is a number": with_claims(sub=7),
    "sub is a list": with_claims(sub=[USER]),
    "sub too long": with_claims(sub="u" * 129),
    "sub with #": with_claims(sub="user#SLOTS"),
    "sub with a space": with_claims(sub="user 1"),
    "sub with a no-break space": with_claims(sub="user\u00a01"),
    "sub with a newline": with_claims(sub="user\n1"),
    "sub with NUL": with_claims(sub="user\x001"),
    "sub with bidi": with_claims(sub="user\u202e1"),
    "sub with a lone surrogate": with_claims(sub="user\ud800"),
    # origin, session state, audience
    "azp missing": with_claims(azp=None),
    "azp empty": with_claims(azp=""),
    "azp of another": with_claims(azp="https://evil.example"),
    "azp longer": with_claims(azp=ORIGIN + ".evil.example"),
    "azp over http": with_claims(azp=ORIGIN.replace("https", "http")),
    "azp is a list": with_claims(azp=[ORIGIN]),
    "azp is an object": with_claims(azp={ORIGIN: 1}),
    "azp is a star": with_claims(azp="*"),
    "sts pending": with_claims(sts="pending"),
    "sts pending in a list": with_claims(sts=["pending"]),
    "aud of another service": with_claims(aud="https://api.other.example"),
}


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
    "further claims": with_claims(fva=[1, -1], o={"id": "org_1"}, name="ゼルダ"),
    "7 KB": lambda: of_size(7000),
}


@pytest.mark.parametrize("make", GOOD.values(), ids=GOOD.keys())
def test_a_good_token_gives_its_user(make: Callable[[], str]) -> None:
    assert SessionVerifier(settings()).verify(make()) == USER


@pytest.mark.parametrize("sub", ["u", "u" * 128, "user_ñ", "auth0|7", "ゼルダ"])
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


LOCAL_ISSUERS = [
    "https://local.chatsim.localhost",
    "https://local.chatsim.localhost.",
    "https://LOCAL.CHATSIM.LOCALHOST",
    "https://localhost:8000",
    "https://localhost.localdomain",
    "https://127.0.0.1:8000",
    "https://127.1",
    "https://0x7f.1",
    "https://2130706433",
    "https://0x7f000001",
    "https://0.0.0.0",
    "https://[::1]:8000",
    "https://[::ffff:127.0.0.1]",
]


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
