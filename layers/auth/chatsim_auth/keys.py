"""The issuer's public keys: one from a PEM, or a set fetched from its JWKS and kept through an outage."""

import json
import logging
import queue
import threading
import time
from collections.abc import Callable
from urllib.request import HTTPSHandler, OpenerDirector

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from jwt import PyJWTError
from jwt.algorithms import RSAAlgorithm

FRESH_S = 3600
"""How long a fetched key set is used before it is fetched again."""
RETRY_S = 30
"""Shortest time between two fetches, whatever asks for them: unknown key ids, an old set, an outage."""
FETCH_S = 2.0
"""Longest a fetch may take in all, name look-up and TLS included."""
MAX_JWKS_BYTES = 64 * 1024
MIN_KEY_BITS = 2048  # RFC 7518, 3.3

logger = logging.getLogger(__name__)


def pem_key(pem: str) -> RSAPublicKey | None:
    """The RSA public key of a PEM, or None when it is something else or too short to be safe."""
    try:
        return _strong(load_pem_public_key(pem.encode()))
    except (ValueError, UnsupportedAlgorithm):
        return None


class Jwks:
    """Keys by id (`kid`) of the set at `url`; asked for when needed, never more often than every `RETRY_S`.

    A set that cannot be fetched or holds no usable key leaves the last good one in place for as long as that lasts.
    """

    def __init__(self, url: str, fetch: Callable[[str], bytes]) -> None:
        self._url = url
        self._fetch = fetch
        self._lock = threading.Lock()
        self._keys: dict[str, RSAPublicKey] = {}
        self._fetched_s = self._tried_s = float("-inf")

    def key(self, kid: str) -> RSAPublicKey | None:
        """The key called `kid`, or None when the issuer has none such, as far as anybody can tell now."""
        with self._lock:
            # The wall clock: a frozen Lambda's monotonic clock may stand still while the keys grow old.
            now_s = time.time()
            wanted = kid not in self._keys or now_s - self._fetched_s >= FRESH_S
            if wanted and now_s - self._tried_s >= RETRY_S:
                self._tried_s = now_s
                self._refresh(now_s)
            return self._keys.get(kid)

    def _refresh(self, now_s: float) -> None:
        try:
            self._keys = _usable_keys(self._fetch(self._url))
            self._fetched_s = now_s
        except Exception as error:  # an issuer in trouble fails in any way it likes; the keys at hand stay good
            logger.warning("JWKS not refreshed: %s", type(error).__name__)


def fetch_jwks(url: str) -> bytes:
    """The body at an https `url`: status 200 only, no redirects, at most `MAX_JWKS_BYTES`, within `FETCH_S` in all.

    In a thread of its own, because a socket's timeout is per read (a server that drips outlives it) and a name
    look-up has none. Raises OSError, or what http.client raises for an answer that is not HTTP.
    """
    answer: queue.SimpleQueue[bytes | Exception] = queue.SimpleQueue()

    def work() -> None:
        try:
            answer.put(_get(url))
        except Exception as error:
            answer.put(error)

    threading.Thread(target=work, name="fetch-jwks", daemon=True).start()
    try:
        result = answer.get(timeout=FETCH_S)
    except queue.Empty:
        raise TimeoutError("the issuer's JWKS took too long") from None
    if isinstance(result, Exception):
        raise result
    return result


def _get(url: str) -> bytes:
    # An opener with this one handler knows no other scheme and follows no redirect.
    opener = OpenerDirector()
    opener.add_handler(HTTPSHandler())
    response = opener.open(url, timeout=FETCH_S)
    if response is None:
        raise OSError("the issuer's JWKS is not at an https address")
    with response:
        body: bytes = response.read(MAX_JWKS_BYTES + 1)
    if response.status != 200 or len(body) > MAX_JWKS_BYTES:
        raise OSError(f"the issuer's JWKS answered {response.status} with {len(body)} bytes")
    return body


def _usable_keys(body: bytes) -> dict[str, RSAPublicKey]:
    """RSA signing keys of a JWKS by id. Raises when there is not one: an empty set is an outage, not a rotation."""
    jwks = [jwk for jwk in json.loads(body)["keys"] if isinstance(jwk, dict) and isinstance(jwk.get("kid"), str)]
    keys = {jwk["kid"]: key for jwk in jwks if (key := _jwk_key(jwk)) is not None}
    if not keys:
        raise ValueError("no usable key in the JWKS")
    return keys


def _jwk_key(jwk: dict[str, object]) -> RSAPublicKey | None:
    if jwk.get("kty") != "RSA" or jwk.get("use", "sig") != "sig" or jwk.get("alg", "RS256") != "RS256":
        return None
    try:
        return _strong(RSAAlgorithm.from_jwk(json.dumps(jwk)))
    except (PyJWTError, ValueError, TypeError, OverflowError):
        return None


def _strong(key: object) -> RSAPublicKey | None:
    return key if isinstance(key, RSAPublicKey) and key.key_size >= MIN_KEY_BITS else None
