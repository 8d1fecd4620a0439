"""DynamoDB's GetItem and Query over one keep-alive connection, signed with the standard library alone.

The stream door reads the table with it: a cold start costs it a third of what a boto3 client does. Requests and answers
have boto3's own shapes, so `DynamoReader` takes either. Signature Version 4:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Mapping
from functools import partial
from hashlib import sha256
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from io import BufferedReader, RawIOBase
from socket import socket
from typing import Any
from urllib.parse import urlsplit

from chatsim.errors import Unavailable

ATTEMPTS = 2
TIMEOUT_S = 0.5
DEADLINE_S = 1.5
TARGET = "DynamoDB_20120810."
THROTTLED = ("ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded")


class _Answer(HTTPResponse):
    """An answer that is read, its headers too, until the deadline: a timeout alone begins anew with every byte."""

    def __init__(self, deadline: float, sock: socket, **how: Any) -> None:
        super().__init__(sock, **how)
        self.fp.close()
        self.fp = BufferedReader(_Until(deadline, sock))


class _Until(RawIOBase):
    def __init__(self, deadline: float, sock: socket) -> None:
        self._deadline, self._sock, self._raw = deadline, sock, sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(min(TIMEOUT_S, left))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class SignedClient:
    """`env` names the region, the credentials and, where it is not AWS's own, the endpoint (`AWS_ENDPOINT_URL`)."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._region = env["AWS_REGION"]
        self._id, self._secret = env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"]
        self._token = env.get("AWS_SESSION_TOKEN", "")
        endpoint = env.get("AWS_ENDPOINT_URL_DYNAMODB") or env.get("AWS_ENDPOINT_URL")
        url = urlsplit(endpoint or f"https://dynamodb.{self._region}.amazonaws.com")
        kind = HTTPSConnection if url.scheme == "https" else HTTPConnection
        self._host = url.netloc
        self._connection = kind(url.netloc, timeout=TIMEOUT_S)

    def get_item(self, **request: Any) -> dict[str, Any]:
        return self._call("GetItem", request)

    def query(self, **request: Any) -> dict[str, Any]:
        return self._call("Query", request)

    def _call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """Raises Unavailable when two attempts got no good answer; both together end within 2 s."""
        body, deadline = json.dumps(request).encode(), time.monotonic() + DEADLINE_S
        why = ""
        for _ in range(ATTEMPTS):
            try:
                status, answer = self._send(operation, body, deadline)
                if status == 200:
                    found: dict[str, Any] = json.loads(answer)
                    return found
                why = f"{status} {json.loads(answer).get('__type', '')}"
            except (OSError, HTTPException, ValueError) as error:
                self._connection.close()
                status, why = 0, type(error).__name__
            if time.monotonic() > deadline or (400 <= status < 500 and not why.endswith(THROTTLED)):
                break
        print(json.dumps({"level": "WARNING", "message": "store unavailable", "operation": operation, "why": why}))
        raise Unavailable

    def _send(self, operation: str, body: bytes, deadline: float) -> tuple[int, bytes]:
        self._connection.response_class = partial(_Answer, deadline)  # type: ignore[assignment]
        self._connection.request("POST", "/", body, self._signed(operation, body))
        with self._connection.getresponse() as response:
            return response.status, response.read()

    def _signed(self, operation: str, body: bytes) -> dict[str, str]:
        now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        headers = {
            "content-type": "application/x-amz-json-1.0",
            "host": self._host,
            "x-amz-date": now,
            "x-amz-target": TARGET + operation,
        }
        if self._token:
            headers["x-amz-security-token"] = self._token
        names = ";".join(sorted(headers))
        lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
        canonical = f"POST\n/\n\n{lines}\n{names}\n{sha256(body).hexdigest()}"
        scope = f"{now[:8]}/{self._region}/dynamodb/aws4_request"
        text = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
        signature = hmac.digest(self._key(now[:8]), text.encode(), sha256).hex()
        credential = f"Credential={self._id}/{scope}, SignedHeaders={names}, Signature={signature}"
        return headers | {"Authorization": f"AWS4-HMAC-SHA256 {credential}"}

    def _key(self, day: str) -> bytes:
        key = f"AWS4{self._secret}".encode()
        for part in (day, self._region, "dynamodb", "aws4_request"):
            key = hmac.digest(key, part.encode(), sha256)
        return key
