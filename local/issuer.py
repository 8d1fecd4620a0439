"""The local sign-in: it signs tokens as the real issuer does, with a key made for this install.

No deployed door trusts it: its issuer is no real host, its key is on this machine only, and it answers on 127.0.0.1.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import time
import unicodedata
import uuid
from pathlib import Path
from typing import cast

import jwt
from chatsim.errors import (
    ApiError,
    Forbidden,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    PayloadTooLarge,
    UnsupportedMediaType,
)
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.errors import answer

ISSUER = "https://local.chatsim.localhost"
LIFETIME_S = 3600
COOKIE = "__session"
MAX_NAME = 40
MAX_BODY = 4096  # bytes


class Issuer:
    """Signs session tokens with `key`."""

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        self._key = key
        public = key.public_key()
        self.public_pem = public.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ).decode()
        self._key_id = hashlib.sha256(self.public_pem.encode()).hexdigest()[:16]
        numbers = public.public_numbers()
        self._jwk = {
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self._key_id,
            "n": _base64url(numbers.n),
            "e": _base64url(numbers.e),
        }

    @classmethod
    def load(cls, folder: Path) -> Issuer:
        """With the key kept in `folder`, made when there is none; only its owner may read it."""
        path = folder / "issuer.pem"
        if not path.exists():
            key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            pem = key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            draft = path.with_suffix(".new")
            draft.unlink(missing_ok=True)
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(pem)
            draft.rename(path)
        return cls(cast(rsa.RSAPrivateKey, serialization.load_pem_private_key(path.read_bytes(), password=None)))

    def token(self, user: str, origin: str) -> tuple[str, int]:
        """A token for `user` on the site at `origin`, and its expiry in epoch ms."""
        now_s = int(time.time())
        expires_s = now_s + LIFETIME_S
        claims = {
            "iss": ISSUER,
            "sub": user,
            "iat": now_s,
            "nbf": now_s,
            "exp": expires_s,
            "azp": origin,
            "sid": f"sess_{uuid.uuid4().hex}",
            "v": 2,
        }
        return jwt.encode(claims, self._key, "RS256", {"kid": self._key_id}), expires_s * 1000

    def app(self) -> Starlette:
        """Its HTTP side. The caller has checked the request's Host."""

        async def sign_in(request: Request) -> Response:
            if refusal := _refused(request):
                return answer(refusal, request.headers)
            if int(request.headers.get("content-length", "0")) > MAX_BODY:
                return answer(PayloadTooLarge(), request.headers)
            user = _user(await request.body())
            if user is None:
                return answer(InvalidRequest("local_name", max=MAX_NAME), request.headers)
            token, expires_ms = self.token(user, _own_origin(request))
            response = JSONResponse({"token": token, "expiresAt": expires_ms}, headers={"Cache-Control": "no-store"})
            response.set_cookie(COOKIE, token, max_age=LIFETIME_S, httponly=True, samesite="lax")
            return response

        async def sign_out(request: Request) -> Response:
            if refusal := _refused(request):
                return answer(refusal, request.headers)
            response = JSONResponse({"success": True}, headers={"Cache-Control": "no-store"})
            response.delete_cookie(COOKIE, httponly=True, samesite="lax")
            return response

        async def keys(_: Request) -> Response:
            return JSONResponse({"keys": [self._jwk]})

        async def not_found(request: Request, _: Exception) -> Response:
            return answer(NotFound(), request.headers)

        async def wrong_method(request: Request, _: Exception) -> Response:
            return answer(MethodNotAllowed(("POST",)), request.headers)

        served = Starlette(
            routes=[
                Route("/local/sign-in", sign_in, methods=["POST"]),
                Route("/local/sign-out", sign_out, methods=["POST"]),
                Route("/local/.well-known/jwks.json", keys, methods=["GET"]),
            ],
            exception_handlers={404: not_found, 405: wrong_method},
        )
        served.router.redirect_slashes = False  # the API never redirects
        return served


def _own_origin(request: Request) -> str:
    return f"http://{request.headers['host']}"


def _refused(request: Request) -> ApiError | None:
    """Why a write is refused: another site's page can send a form or a plain text, but no JSON without our consent."""
    if request.headers.get("origin", _own_origin(request)) != _own_origin(request):
        return Forbidden("local_origin")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return UnsupportedMediaType()
    return None


def _user(body: bytes) -> str | None:
    """The user id for the name in the JSON `body`; None when there is no usable name."""
    try:
        name = json.loads(body)["name"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if not isinstance(name, str):
        return None
    name = unicodedata.normalize("NFKC", name).strip()
    slug = re.sub(r"[\W_]+", "-", name.casefold()).strip("-")
    return f"local_{slug}" if slug and len(name) <= MAX_NAME else None


def _base64url(number: int) -> str:
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
