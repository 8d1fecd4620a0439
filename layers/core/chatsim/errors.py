"""Everything that can go wrong for a caller, each with its code and HTTP status.

    ApiError
    ├── InvalidRequest          400 INVALID_REQUEST       what was sent has not the right form
    ├── Unauthenticated         401 UNAUTHENTICATED
    ├── Forbidden               403 FORBIDDEN
    ├── NotFound                404 NOT_FOUND             no such route
    ├── NoShow                  404 NO_SHOW               (409 where an action needs one)
    ├── MethodNotAllowed        405 METHOD_NOT_ALLOWED
    ├── PayloadTooLarge         413 PAYLOAD_TOO_LARGE
    ├── UnsupportedMediaType    415 UNSUPPORTED_MEDIA_TYPE
    ├── InvalidName             422 INVALID_GAME | INVALID_TOPIC
    ├── LimitReached            429 LIMIT_REACHED         all slots taken
    ├── RateLimited             429 RATE_LIMITED
    ├── Internal                500 INTERNAL              a fault of ours, told without detail
    └── Unavailable             503 UNAVAILABLE           the store did not answer in time

`reason` names a text in the message catalogue (data/messages/<lang>.json); `values` fill its places.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class ApiError(Exception):
    code: str
    status: ClassVar[int]

    def __init__(self, reason: str = "", **values: object) -> None:
        super().__init__(reason or self.code)
        self.reason = reason or self.code.lower()
        self.values: Mapping[str, object] = values

    def extra(self) -> dict[str, Any]:
        """Further members of the error's JSON body."""
        return {}

    def headers(self) -> dict[str, str]:
        return {}


class InvalidRequest(ApiError):
    code, status = "INVALID_REQUEST", 400


class Unauthenticated(ApiError):
    code, status = "UNAUTHENTICATED", 401


class Forbidden(ApiError):
    code, status = "FORBIDDEN", 403


class NotFound(ApiError):
    code, status = "NOT_FOUND", 404


class NoShow(ApiError):
    code, status = "NO_SHOW", 404


class NoShowToAct(NoShow):
    """An action (a moment, a pause) that needs a live show."""

    status = 409


class MethodNotAllowed(ApiError):
    code, status = "METHOD_NOT_ALLOWED", 405

    def __init__(self, allowed: Sequence[str]) -> None:
        super().__init__()
        self.allowed = tuple(allowed)

    def headers(self) -> dict[str, str]:
        return {"Allow": ", ".join(self.allowed)}


class PayloadTooLarge(ApiError):
    code, status = "PAYLOAD_TOO_LARGE", 413


class UnsupportedMediaType(ApiError):
    code, status = "UNSUPPORTED_MEDIA_TYPE", 415


class InvalidName(ApiError):
    """A name of the right form that is no game (or topic) one could show."""

    status = 422

    def __init__(self, mode: str) -> None:
        self.code = "INVALID_TOPIC" if mode == "justchatting" else "INVALID_GAME"
        super().__init__()


class LimitReached(ApiError):
    code, status = "LIMIT_REACHED", 429

    def __init__(self, games: Sequence[str], max_games: int) -> None:
        super().__init__(max=max_games)
        self.games = list(games)

    def extra(self) -> dict[str, Any]:
        return {"limitReached": True, "currentGames": self.games}


class RateLimited(ApiError):
    code, status = "RATE_LIMITED", 429

    def __init__(self, retry_after_s: int, limit: int = 1) -> None:
        super().__init__(seconds=retry_after_s)
        self.retry_after_s = retry_after_s
        self.limit = limit

    def headers(self) -> dict[str, str]:
        return {
            "Retry-After": str(self.retry_after_s),
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": str(self.retry_after_s),
        }


class Internal(ApiError):
    code, status = "INTERNAL", 500


class Unavailable(ApiError):
    code, status = "UNAVAILABLE", 503

    def headers(self) -> dict[str, str]:
        return {"Retry-After": "2"}
