"""An issuer of session tokens to test against: a key pair, good claims, and any token one can think of."""

import base64
import functools
import json
import time
from typing import Any

from chatsim_auth import AuthSettings
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from jwt.algorithms import RSAAlgorithm

ISSUER = "https://clerk.streamers.example"
ORIGIN = "https://chat.streamers.example"
USER = "user_2aBcDeFgHiJk"
NOW_S = 1_795_000_000
GOOD_HEADER = {"alg": "RS256", "kid": "ours", "typ": "JWT", "cat": "cl_B7d4PD111AAA"}


@functools.cache
def private_key(name: str) -> rsa.RSAPrivateKey:
    """One key a name; making them is the slow part. The one called "weak" is."""
    return rsa.generate_private_key(public_exponent=65537, key_size=1024 if name == "weak" else 2048)


def public_pem(name: str = "ours") -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return private_key(name).public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def jwks(*names: str) -> bytes:
    """The key set of an issuer whose key ids are the names."""
    return json.dumps({"keys": [jwk(name) for name in names]}).encode()


def jwk(name: str, **changes: Any) -> dict[str, Any]:
    return {**RSAAlgorithm.to_jwk(private_key(name).public_key(), as_dict=True), "kid": name, "use": "sig", **changes}


def settings(**changes: Any) -> AuthSettings:
    return AuthSettings(**{"issuer": ISSUER, "public_key": public_pem(), "origins": (ORIGIN,), **changes})


def header(**changes: Any) -> dict[str, Any]:
    return GOOD_HEADER | changes


def claims(**changes: Any) -> dict[str, Any]:
    """Good claims for the next minute; a change to None leaves the claim out."""
    now_s = int(time.time())
    base = {
        "iss": ISSUER,
        "azp": ORIGIN,
        "sid": "sess_1",
        "sub": USER,
        "iat": now_s,
        "nbf": now_s - 10,
        "exp": now_s + 60,
        "v": 2,
        "sts": "active",
    }
    return {name: value for name, value in (base | changes).items() if value is not None}


def sign(header: Any = None, payload: Any = None, key: str = "ours") -> str:
    """A token of header and payload (objects, or JSON text as it is), RS256 by the named key."""
    signing_input = f"{segment(header or GOOD_HEADER)}.{segment(claims() if payload is None else payload)}"
    signature = private_key(key).sign(signing_input.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{signing_input}.{b64(signature)}"


def segment(part: Any) -> str:
    if isinstance(part, bytes):
        return b64(part)
    return b64((part if isinstance(part, str) else json.dumps(part)).encode())


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
