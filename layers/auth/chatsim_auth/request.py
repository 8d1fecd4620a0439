"""Where a request carries its session token."""

import re
from collections.abc import Mapping, Sequence

# Clerk names its cookie `__session`, and `__session_<8 characters of the hashed publishable key>` beside it.
_SUFFIXED_COOKIE = re.compile(r"__session_[A-Za-z0-9_-]{8}")

# What HTTP lets stand around a value. Python's own idea of a blank is wider, and a token has one spelling.
BLANK = " \t"


def session_token(headers: Mapping[str, str], cookies: Sequence[str], *, cookie_allowed: bool) -> str | None:
    """The session token of a request, unverified, or None.

    `Authorization: Bearer` first, then `X-Auth-Token` (CloudFront's origin access control overwrites `Authorization`
    on the function URL), then the session cookie. `headers` have lower-case names; `cookies` are `"name=value"`.
    `cookie_allowed` is true on GET alone: a browser sends cookies by itself, so none may authorise a write.
    """
    return (
        _bearer(headers.get("authorization", ""))
        or headers.get("x-auth-token", "").strip(BLANK)
        or (_session_cookie(cookies) if cookie_allowed else None)
        or None
    )


def _bearer(authorization: str) -> str | None:
    scheme, _, token = authorization.strip(BLANK).partition(" ")
    return token.strip(BLANK) if scheme.lower() == "bearer" else None


def _session_cookie(cookies: Sequence[str]) -> str | None:
    pairs = [pair.strip(BLANK).partition("=") for cookie in cookies for pair in cookie.split(";")]
    plain = (value for name, _, value in pairs if name == "__session" and value)
    suffixed = (value for name, _, value in pairs if _SUFFIXED_COOKIE.fullmatch(name) and value)
    return next(plain, None) or next(suffixed, None)
