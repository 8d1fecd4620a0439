"""Lambda's wire formats, payload version 2.0 of HTTP APIs and function URLs: requests in, answers out. Pure."""

from __future__ import annotations

import base64
import binascii
import json
import re
import time
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import QueryParams
from starlette.types import Scope

# Where the JSON prelude of a streamed answer ends.
PRELUDE_END = b"\0" * 8

_TEXT = re.compile(r"text/|application/(json|javascript|xml|x-www-form-urlencoded|[\w.-]+\+(json|xml))\b|$")
# Said about one connection, or counted anew by whoever sends the body on.
_NOT_RELAYED = {"connection", "content-length", "date", "keep-alive", "transfer-encoding", "upgrade"}


class BadAnswer(ValueError):
    """A function's answer that is not of the agreed form."""


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; `headers` as ASGI wants them."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


def event(scope: Scope, body: bytes, route_key: str, request_id: str) -> dict[str, Any]:
    """What a function is called with for one HTTP request."""
    headers: dict[str, str] = {}
    cookies: list[str] = []
    for name, value in ((raw_name.decode("latin-1"), raw.decode("latin-1")) for raw_name, raw in scope["headers"]):
        if name == "cookie":
            cookies += [cookie.strip() for cookie in value.split(";") if cookie.strip()]
        else:
            headers[name] = f"{headers[name]},{value}" if name in headers else value
    host = headers.get("host", "")
    source_ip = scope["client"][0]
    forwarded = {"x-forwarded-for": source_ip, "x-forwarded-port": host.rpartition(":")[2], "x-forwarded-proto": "http"}
    path = scope["raw_path"].decode("latin-1")
    query = scope["query_string"].decode("latin-1")
    now_s = time.time()
    built = {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers | forwarded,
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "local",
            "domainName": host,
            "domainPrefix": "local",
            "http": {
                "method": scope["method"],
                "path": path,
                "protocol": f"HTTP/{scope['http_version']}",
                "sourceIp": source_ip,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": request_id,
            "routeKey": route_key,
            "stage": "$default",
            "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now_s)),
            "timeEpoch": int(now_s * 1000),
        },
        "isBase64Encoded": False,
    }
    if cookies:
        built["cookies"] = cookies
    if query:
        parameters = QueryParams(query)
        built["queryStringParameters"] = {name: ",".join(parameters.getlist(name)) for name in parameters}
    if body:
        built["body"], built["isBase64Encoded"] = _body_text(body, headers.get("content-type", ""))
    return built


def _body_text(body: bytes, content_type: str) -> tuple[str, bool]:
    """The body as the text an event carries, and whether that is base64."""
    if _TEXT.match(content_type.lower()):
        try:
            return body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(body).decode(), True


def buffered_answer(raw: bytes) -> Answer:
    """The HTTP answer a function returned whole; JSON without a `statusCode` is itself the body of a 200.

    Raises `BadAnswer`.
    """
    value = _json(raw)
    if not isinstance(value, dict) or "statusCode" not in value:
        return Answer(200, [(b"content-type", b"application/json")], raw)
    text = value.get("body", "")
    if not isinstance(text, str):
        raise BadAnswer("the body of an answer is text")
    status, headers = _head(value)
    try:
        body = base64.b64decode(text, validate=True) if value.get("isBase64Encoded") else text.encode()
    except binascii.Error as exc:
        raise BadAnswer("the body of the answer is not the base64 it says") from exc
    if not any(name == b"content-type" for name, _ in headers):
        headers.append((b"content-type", b"application/json"))
    return Answer(status, [*headers, (b"content-length", str(len(body)).encode())], body)


def prelude(raw: bytes) -> tuple[int, list[tuple[bytes, bytes]]]:
    """Status and headers from the JSON in front of a streamed answer. Raises `BadAnswer`."""
    value = _json(raw)
    if not isinstance(value, dict):
        raise BadAnswer("the prelude of a stream is a JSON object")
    status, headers = _head(value)
    if not any(name == b"content-type" for name, _ in headers):
        headers.append((b"content-type", b"application/octet-stream"))
    return status, headers


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError as exc:
        raise BadAnswer("not JSON") from exc


def _head(value: dict[str, Any]) -> tuple[int, list[tuple[bytes, bytes]]]:
    try:
        status = int(value.get("statusCode", 200))
        pairs = [(name.lower(), str(content)) for name, content in (value.get("headers") or {}).items()]
        pairs += [("set-cookie", cookie) for cookie in value.get("cookies") or []]
        headers = [(name.encode("latin-1"), text.encode("latin-1")) for name, text in pairs if name not in _NOT_RELAYED]
    except (AttributeError, TypeError, ValueError) as exc:
        raise BadAnswer("an answer has a numeric statusCode, a map of headers and a list of cookies") from exc
    if not 200 <= status <= 599:
        raise BadAnswer("statusCode is between 200 and 599")
    return status, headers
