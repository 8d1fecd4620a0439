"""A door behind the HTTP API: Powertools' resolver, the contract's errors, one log line for each request.

Logs take an allow-list of fields: no token, ticket, key, name or header of a caller is ever in one.
"""

from __future__ import annotations

import json
import time
import traceback
from base64 import b64decode
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from chatsim.errors import (
    ApiError,
    Internal,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    PayloadTooLarge,
    UnsupportedMediaType,
)
from chatsim.messages import error_body, language

from chatsim_web import measures, viewer

# The API's routes, over all doors: a known path with another method is a 405, anything else a 404.
METHODS = {
    "/api/generate-phrases": ("GET", "POST", "DELETE"),
    "/api/chat-ticket": ("GET", "POST", "DELETE"),
    "/api/chat-wave": ("POST",),
    "/api/stream-key": ("GET", "POST", "PUT", "DELETE"),
    "/api/health": ("GET",),
}
# The largest thing anybody has to say is an overlay's look, well under this.
MAX_BODY = 16 * 1024
NO_STORE = {"Cache-Control": "no-store"}

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


class Door:
    """`routes` takes the handlers: `@door.routes.get("/api/…")`, each returning what `reply` made."""

    def __init__(self, service: str) -> None:
        self.routes = APIGatewayHttpResolver()
        self._log = Logger(service=service)
        self._service = service
        self._map_errors()

    def handler(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """The Lambda's entry: an API Gateway HTTP API event, payload version 2.0."""
        begun = time.perf_counter()
        answer: dict[str, Any] = self.routes.resolve(event, context)
        self._record(event, context, answer["statusCode"], begun)
        return answer

    def headers(self) -> dict[str, str]:
        """The request's headers, names in lower case."""
        return {name.lower(): value for name, value in self.routes.current_event.headers.items()}

    def address(self) -> str:
        """Where the request comes from, for counting: no more than that, since who knows how can make it up."""
        event = self.routes.current_event
        return viewer.network(self.headers().get("cloudfront-viewer-address"), event.request_context.http.source_ip)

    def query(self, name: str) -> str | None:
        found: str | None = (self.routes.current_event.query_string_parameters or {}).get(name)
        return found

    def body(self) -> dict[str, Any]:
        """The request's JSON object. Raises UnsupportedMediaType, PayloadTooLarge, InvalidRequest."""
        if self.headers().get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise UnsupportedMediaType
        raw = _bytes(self.routes.current_event.body or "", bool(self.routes.current_event.is_base64_encoded))
        if len(raw) > MAX_BODY:
            raise PayloadTooLarge
        try:
            found = json.loads(raw)
            # Half a character, which JSON can spell and nobody can store, is a ValueError too.
            json.dumps(found, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            raise InvalidRequest("body_json") from None
        if not isinstance(found, dict):
            raise InvalidRequest("body_json")
        return found

    def note(self, what: str, **fields: object) -> None:
        """A line of log of its own."""
        self._log.info(what, extra=fields)

    def _map_errors(self) -> None:
        routes = self.routes
        routes.exception_handler(ApiError)(self._refuse)
        routes.exception_handler(Exception)(self._fail)
        routes.not_found(self._no_route)

    def _refuse(self, error: ApiError) -> Response[str]:
        measures.emit(error.code, {"Errors": 1}, service=self._service)
        body = error_body(error, self._language(), self._request_id())
        return reply(body, status=error.status, headers=error.headers())

    def _fail(self, error: Exception) -> Response[str]:
        """What an error says may quote a token or a name: the log has its kind and where it was."""
        where = {"kind": type(error).__name__, "stackTrace": traceback.format_tb(error.__traceback__)}
        self._log.error("internal error", extra={"requestId": self._request_id(), **where})
        return self._refuse(Internal())

    def _no_route(self, _: Exception) -> Response[str]:
        allowed = METHODS.get(self.routes.current_event.path)
        return self._refuse(MethodNotAllowed(allowed) if allowed else NotFound())

    def _language(self) -> str:
        return language(self.headers().get("accept-language"))

    def _request_id(self) -> str:
        return str(self.routes.lambda_context.aws_request_id)

    def _record(self, event: dict[str, Any], context: Any, status: int, begun: float) -> None:
        request = event["requestContext"]["http"]
        path = request["path"] if request["path"] in METHODS else "other"
        fields = {"method": request["method"], "path": path, "status": status}
        took = round((time.perf_counter() - begun) * 1000, 1)
        self._log.info("request", extra={**fields, "durationMs": took, "requestId": context.aws_request_id})


def _bytes(body: str, is_base64: bool) -> bytes:
    return b64decode(body) if is_base64 else body.encode(errors="replace")


def reply(body: dict[str, Any], *, status: int = 200, headers: dict[str, str] | None = None) -> Response[str]:
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(status, "application/json; charset=utf-8", content, {**NO_STORE, **(headers or {})})
