"""What the local stack itself refuses, in the contract's JSON."""

from __future__ import annotations

import uuid

from chatsim.errors import ApiError
from chatsim.messages import error_body, language
from starlette.datastructures import Headers
from starlette.responses import JSONResponse


class BadGateway(ApiError):
    """A function that gave no answer: API Gateway and CloudFront say so with this status."""

    code, status = "BAD_GATEWAY", 502


def answer(error: ApiError, headers: Headers) -> JSONResponse:
    """The answer that says so, in the language the request's `headers` ask for."""
    body = error_body(error, language(headers.get("accept-language")), str(uuid.uuid4()))
    return JSONResponse(body, error.status, {"Cache-Control": "no-store", **error.headers()})
