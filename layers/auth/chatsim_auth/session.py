"""Session tokens: who is calling, proved by the issuer's signature."""

import base64
import json
import re
from collections.abc import Callable, Collection
from typing import Any

import jwt
from chatsim.errors import Forbidden, Unauthenticated
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from chatsim_auth.keys import Jwks, fetch_jwks, pem_key
from chatsim_auth.settings import AuthSettings

LEEWAY_S = 5
"""How far the issuer's clock and ours may disagree."""
MAX_TOKEN_CHARS = 8 * 1024
"""Measured before anything is parsed: PyJWT spends 127 ms on a token of 3 MB."""
MAX_USER_CHARS = 128
LAST_NUMERIC_DATE = 253_402_300_799  # 9999-12-31T23:59:59Z

# The header segment is at most 4 KB. Strictly the alphabet of base64url: PyJWT lets `=` pass at a segment's end, which
# would give one token several spellings.
_COMPACT = re.compile(r"([A-Za-z0-9_-]{1,4096})\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+")

# Parameters by which a token would choose its own key or reading. Our issuer sends none of them.
_REFUSED_PARAMETERS = frozenset({"jku", "jwk", "x5u", "x5c", "crit", "b64", "zip"})


class SessionVerifier:
    """Verifies session tokens against the issuer's key.

    `extra_origins` gives further allowed origins (the table's); it is asked only about a token that is good otherwise
    and names none of the settings' origins, so strangers cannot make it work, and what it raises goes through.
    `fetch_jwks` takes the JWKS address and returns the body; it is used only when the settings hold no key.
    """

    def __init__(
        self,
        settings: AuthSettings,
        extra_origins: Callable[[], Collection[str]] = lambda: (),
        fetch_jwks: Callable[[str], bytes] = fetch_jwks,
    ) -> None:
        self._settings = settings
        self._extra_origins = extra_origins
        self._find_key = _key_finder(settings, fetch_jwks)

    def verify(self, token: str) -> str:
        """The user (`sub`) a token stands for.

        Raises Unauthenticated for everything wrong with it or with the settings, Forbidden when the user is not on
        the list of allowed ones; nothing else, whatever the token.
        """
        if not self._settings.issuer_trusted():
            raise Unauthenticated
        claims = self._signed_claims(token)
        user = claims["sub"]
        if not (_is_user(user) and claims.get("sts", "active") == "active" and self._is_allowed(claims.get("azp"))):
            raise Unauthenticated
        if self._settings.allowed_users and user not in self._settings.allowed_users:
            raise Forbidden
        return str(user)

    def _signed_claims(self, token: str) -> dict[str, Any]:
        """Claims of a token with a good signature, issuer and times."""
        try:
            header, claims = _parsed(token)
            if not _is_plain_rs256(header) or not all(_is_date(claims.get(name)) for name in ("exp", "nbf", "iat")):
                raise Unauthenticated
            key = self._find_key(header.get("kid"))
            if key is None:
                raise Unauthenticated
            return jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                issuer=self._settings.issuer,
                leeway=LEEWAY_S,
                options={"require": ["iss", "exp", "nbf", "iat", "sub"]},
            )
        except Exception:  # whatever these bytes did to a parser, the caller's answer is the same
            raise Unauthenticated from None

    def _is_allowed(self, origin: object) -> bool:
        if not isinstance(origin, str) or not origin:
            return False
        return origin in self._settings.origins or origin in self._extra_origins()


def _key_finder(settings: AuthSettings, fetch: Callable[[str], bytes]) -> Callable[[object], RSAPublicKey | None]:
    """From a token's `kid` to the key. A PEM has no id, so with one every `kid` means it."""
    if settings.public_key:
        only_key = pem_key(settings.public_key)
        return lambda kid: only_key
    jwks = Jwks(settings.issuer.rstrip("/") + "/.well-known/jwks.json", fetch)
    return lambda kid: jwks.key(kid) if isinstance(kid, str) else None


def _parsed(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims, unverified. Raises ValueError, TypeError or RecursionError."""
    parts = _COMPACT.fullmatch(token) if len(token) <= MAX_TOKEN_CHARS else None
    if parts is None:
        raise ValueError("not a compact token")
    return _json_object(parts[1]), _json_object(parts[2])


def _json_object(segment: str) -> dict[str, Any]:
    # As text: given bytes, json would guess UTF-16 and UTF-32 too.
    text = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)).decode("utf-8")
    value = json.loads(text, object_pairs_hook=_unique)
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A dict of pairs. Two of one name are refused: another reader might believe the other one."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name occurs twice")
    return found


def _is_plain_rs256(header: dict[str, Any]) -> bool:
    # Other kinds of token of the same issuer (`at+jwt`, …) are no session.
    typ = header.get("typ", "JWT")
    return header.get("alg") == "RS256" and typ == "JWT" and _REFUSED_PARAMETERS.isdisjoint(header)


def _is_date(value: object) -> bool:
    """A whole number of seconds since 1970. PyJWT alone would take "123" and true."""
    return type(value) is int and 0 <= value <= LAST_NUMERIC_DATE


def _is_user(sub: object) -> bool:
    """Fit to be part of a table key: `#` separates there, and `isprintable` leaves the space as the only blank."""
    return isinstance(sub, str) and 0 < len(sub) <= MAX_USER_CHARS and sub.isprintable() and not set(sub) & set("# ")
