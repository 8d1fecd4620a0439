"""Tokens that must never open a door, by what is wrong with them, and issuers no deployed door may trust."""

import hmac
import json
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding

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
    sign,
)


def with_claims(**changes: Any) -> Callable[[], str]:
    return lambda: sign(payload=claims(**changes))


def with_header(**changes: Any) -> Callable[[], str]:
    return lambda: sign(header=header(**changes))


def raw_payload(edit: Callable[[str], str]) -> Callable[[], str]:
    return lambda: sign(payload=edit(json.dumps(claims())))


def unsigned(alg: str) -> str:
    return f"{segment(header(alg=alg))}.{segment(claims())}."


def hs256(key: bytes, **changes: Any) -> str:
    signing_input = f"{segment(header(**{'alg': 'HS256'} | changes))}.{segment(claims())}"
    return f"{signing_input}.{b64(hmac.digest(key, signing_input.encode(), 'sha256'))}"


def on_a_curve(alg: str, curve: ec.EllipticCurve) -> Callable[[], str]:
    def make() -> str:
        signing_input = f"{segment(header(alg=alg))}.{segment(claims())}"
        signature = ec.generate_private_key(curve).sign(signing_input.encode(), ec.ECDSA(hashes.SHA256()))
        return f"{signing_input}.{b64(signature)}"

    return make


def eddsa() -> str:
    signing_input = f"{segment(header(alg='EdDSA'))}.{segment(claims())}"
    return f"{signing_input}.{b64(ed25519.Ed25519PrivateKey.generate().sign(signing_input.encode()))}"


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
    "HS256 with the public key": lambda: hs256(public_pem().encode()),
    "RS256 name on an HMAC": lambda: hs256(public_pem().encode(), alg="RS256"),
    "kid of an empty file": lambda: hs256(b"", kid="../../../../dev/null"),
    "kid of a query": lambda: hs256(b"key", kid="' UNION SELECT 'key"),
    "kid of an address": lambda: sign(header=header(kid="https://evil.example/key.pem"), key="theirs"),
    "kid of a command": lambda: sign(header=header(kid="|id"), key="theirs"),
    "RS512 name": with_header(alg="RS512"),
    "PS256": ps256,
    "ES256": on_a_curve("ES256", ec.SECP256R1()),
    "ES256K": on_a_curve("ES256K", ec.SECP256K1()),
    "ES384": on_a_curve("ES384", ec.SECP384R1()),
    "RS256 name on a curve": on_a_curve("RS256", ec.SECP256R1()),
    "EdDSA": eddsa,
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

# Every spelling of this machine itself.
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
