"""A JSON service of AWS over one keep-alive connection, signed with the standard library alone.

It costs a cold start a fraction of what boto3 does, and one deadline bounds all of an answer. For one thread.
Signature Version 4: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hmac
import json
import time
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from random import random
from typing import Any

from chatsim import http1

ATTEMPTS = 2
# A connection is made, or a byte comes, within a TIMEOUT_S; all attempts together within three of them, or four where a
# connection is begun at the last moment: it is made in two steps, TCP's and TLS's.
TIMEOUT_S = 0.5
DEADLINE_TIMEOUTS = 3
# Whom a service turned away together shall not come back together; as long as AWS's own clients wait at the most.
PAUSE_S = 0.05
THROTTLED = ("ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded")


class AwsError(Exception):
    """`kind`: what the service calls its refusal, or the kind of error on the way to it. `passing`: worth a retry."""

    def __init__(self, kind: str, *, passing: bool) -> None:
        super().__init__(kind)
        self.kind, self.passing = kind, passing


class _Clock:
    """How long the next step of a call may take."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._deadline = time.monotonic() + DEADLINE_TIMEOUTS * timeout_s

    def left_s(self) -> float:
        return self._deadline - time.monotonic()

    def step_s(self) -> float:
        """Raises TimeoutError when nothing is left."""
        left = self.left_s()
        if left <= 0:
            raise TimeoutError
        return min(self._timeout_s, left)


class AwsClient:
    """`env` names the region, the credentials and, where it is not AWS's own, the endpoint (`AWS_ENDPOINT_URL`).

    `service` and `target`: its names in a host and in the header of a request. `json_version`: of its protocol.
    """

    def __init__(
        self,
        env: Mapping[str, str],
        service: str,
        target: str,
        *,
        json_version: str = "1.0",
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._service, self._target, self._json_version, self._timeout_s = service, target, json_version, timeout_s
        self._region = env["AWS_REGION"]
        self._id, self._secret = env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"]
        self._token = env.get("AWS_SESSION_TOKEN", "")
        endpoint = env.get(f"AWS_ENDPOINT_URL_{service.upper()}") or env.get("AWS_ENDPOINT_URL")
        scheme, _, rest = (endpoint or f"https://{service}.{self._region}.amazonaws.com").partition("://")
        self._host = rest.partition("/")[0]
        self._connection = http1.Connection(self._host, tls=scheme == "https")

    def call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a request of the service's own JSON, but that bytes stand in it as bytes.

        Raises AwsError for a refusal, or when two attempts got no good answer.
        """
        body, clock = json.dumps(request, default=_base64).encode(), _Clock(self._timeout_s)
        self._connection.step_s = clock.step_s
        failed = 0
        while True:
            kept = self._connection.is_open
            try:
                return self._asked(operation, body)
            except AwsError as error:
                if not error.passing:
                    raise
                why = error
                time.sleep(random() * min(PAUSE_S, max(0, clock.left_s())))
            except (OSError, ValueError) as error:
                self._connection.close()
                if kept and not isinstance(error, TimeoutError):
                    continue  # the far end had closed it, while this process was frozen for one: that was no attempt
                why = AwsError(type(error).__name__, passing=True)
            failed += 1
            if failed == ATTEMPTS or clock.left_s() <= 0:
                raise why from None

    def _asked(self, operation: str, body: bytes) -> dict[str, Any]:
        self._connection.send(http1.request("POST", "/", self._signed(operation, body)) + body)
        status, _, raw = self._connection.answer()
        answer: dict[str, Any] = json.loads(raw)
        if status == 200:
            return answer
        kind = str(answer.get("__type", status)).rpartition("#")[2]
        raise AwsError(kind, passing=status >= 500 or kind in THROTTLED)

    def _signed(self, operation: str, body: bytes) -> dict[str, str]:
        now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        headers = {
            "content-type": f"application/x-amz-json-{self._json_version}",
            "host": self._host,
            "x-amz-date": now,
            "x-amz-target": f"{self._target}.{operation}",
        }
        if self._token:
            headers["x-amz-security-token"] = self._token
        names = ";".join(sorted(headers))
        lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
        canonical = f"POST\n/\n\n{lines}\n{names}\n{sha256(body).hexdigest()}"
        scope = f"{now[:8]}/{self._region}/{self._service}/aws4_request"
        text = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
        signature = hmac.digest(self._key(now[:8]), text.encode(), sha256).hex()
        credential = f"Credential={self._id}/{scope}, SignedHeaders={names}, Signature={signature}"
        length = {"content-length": str(len(body))}
        return headers | length | {"Authorization": f"AWS4-HMAC-SHA256 {credential}"}

    def _key(self, day: str) -> bytes:
        key = f"AWS4{self._secret}".encode()
        for part in (day, self._region, self._service, "aws4_request"):
            key = hmac.digest(key, part.encode(), sha256)
        return key


def _base64(value: object) -> str:
    """Raises TypeError for what is no bytes: JSON has no form for it."""
    if not isinstance(value, bytes):
        raise TypeError(type(value).__name__)
    return b64encode(value).decode()
