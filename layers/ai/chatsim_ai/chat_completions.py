"""Streamed chat completions, as every OpenAI-style SDK has them, with the failures put into our own terms."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from threading import Lock, Timer
from typing import Any

from chatsim_ai.account import Account
from chatsim_ai.provider import ProviderError

CONNECT_S = 2.0
# 400 short lines are 4,000-5,500 tokens. Groq counts the prompt and this limit against the minute's tokens before it
# begins, 8,000 in its free tier, and refuses with 413 what cannot fit.
MAX_TOKENS = 6_500

# 498: Groq has no capacity left for this kind of account.
_KIND_OF_STATUS = {
    401: "auth",
    403: "auth",
    404: "model",
    408: "timeout",
    413: "rate_limited",
    429: "rate_limited",
    498: "server",
}


@dataclass(frozen=True)
class Connection:
    """An SDK's client, and the SDK: the module its error classes are in."""

    client: Any
    sdk: Any


class ChatCompletions:
    """A provider made of an SDK, which `connect` loads when the first request comes."""

    def __init__(self, name: str, account: Account, connect: Callable[[Account], Connection]) -> None:
        self._name = name
        self._account = account
        self._connect = connect
        self._connection: Connection | None = None
        self._lock = Lock()

    @property
    def name(self) -> str:
        return self._name

    def warm(self) -> Connection:
        """The client, made now unless it was: about 300 ms of imports. Sends nothing."""
        with self._lock:
            self._connection = self._connection or self._connect(self._account)
            return self._connection

    def stream(self, messages: list[dict[str, str]], deadline: float) -> Generator[str, None, int | None]:
        """See Provider; returns the tokens used when the service tells them."""
        connection = self.warm()
        try:
            return (yield from self._answer(connection.client, messages, deadline))
        except ProviderError:
            raise
        except Exception as error:
            if time.monotonic() >= deadline:
                raise ProviderError("timeout") from error
            raise translated(error, connection.sdk) from error

    def _answer(self, client: Any, messages: list[dict[str, str]], deadline: float) -> Generator[str, None, int | None]:
        chunks = client.chat.completions.create(
            model=self._account.model,
            messages=messages,
            stream=True,
            max_completion_tokens=MAX_TOKENS,
            timeout=self._timeouts(deadline),
            **_extras(self._account.model),
        )
        # Timeouts are per read, and a stream that drips never meets them: at the deadline the line goes dead.
        hang_up = Timer(max(0.0, deadline - time.monotonic()), _hang_up, (chunks.response,))
        hang_up.daemon = True
        hang_up.start()
        try:
            return (yield from _texts(chunks))
        finally:
            hang_up.cancel()
            chunks.close()

    def _timeouts(self, deadline: float) -> Any:
        import httpx

        left_s = deadline - time.monotonic()
        if left_s <= 0:
            raise ProviderError("timeout")
        connect_s = min(CONNECT_S, left_s)
        return httpx.Timeout(min(self._account.silence_s, left_s), connect=connect_s)


def _extras(model: str) -> dict[str, Any]:
    """gpt-oss thinks before it writes; little of that, or the first line comes late. Other models refuse the option."""
    return {"reasoning_effort": "low"} if "gpt-oss" in model else {}


def _texts(chunks: Any) -> Generator[str, None, int | None]:
    """Ends with the chunk that says why it ends: what may follow, `[DONE]` and silence, is not waited for."""
    came = False
    for event in chunks:
        # As plain data: what lacks one field its SDK knows of, or has none it knows, comes half as objects.
        chunk = event.to_dict(warnings=False)
        own = chunk.get("x_groq") or {}
        if own.get("error"):
            raise ProviderError("server")
        for choice in (chunk.get("choices") or [])[:1]:
            text = (choice.get("delta") or {}).get("content")
            if text:
                if not isinstance(text, str):
                    raise ProviderError("malformed")
                came = True
                yield text
            if choice.get("finish_reason"):
                _check_end(choice["finish_reason"], came)
                return _tokens(chunk.get("usage") or own.get("usage"))
    raise ProviderError("cut" if came else "empty")


def _check_end(reason: str, came: bool) -> None:
    if reason in ("length", "content_filter"):
        raise ProviderError("length" if reason == "length" else "refused")
    if reason != "stop":
        raise ProviderError("malformed")
    if not came:
        raise ProviderError("empty")


def _tokens(usage: Any) -> int | None:
    total = usage.get("total_tokens") if isinstance(usage, dict) else None
    return total if isinstance(total, int) else None


def _hang_up(response: Any) -> None:
    """Ends the connection under a reader in another thread, who then meets an error; closing it would not wake him."""
    with suppress(Exception):
        line = response.extensions["network_stream"].get_extra_info("socket")
        socket.socket.shutdown(line, socket.SHUT_RDWR)


def translated(error: Exception, sdk: Any) -> ProviderError:
    """An SDK's error, or one that escaped it, in our terms."""
    import httpx

    if isinstance(error, sdk.APIStatusError):
        return _of_status(error)
    if isinstance(error, (sdk.APITimeoutError, httpx.TimeoutException)):
        return ProviderError("timeout")
    if isinstance(error, httpx.DecodingError):
        return ProviderError("malformed")
    if isinstance(error, (sdk.APIConnectionError, httpx.TransportError, httpx.StreamError, OSError)):
        return ProviderError("connection")
    if isinstance(error, sdk.APIError):  # told within the stream
        return ProviderError("server")
    # JSON, UTF-8 or a shape that is none: json.JSONDecodeError, AttributeError, TypeError, RecursionError...
    return ProviderError("malformed")


def _of_status(error: Any) -> ProviderError:
    status = error.status_code
    kind = _KIND_OF_STATUS.get(status, "request" if 300 <= status < 500 else "server")
    if kind == "request" and "model" in str(_code(error.body)):  # model_decommissioned is a 400
        kind = "model"
    return ProviderError(kind, _retry_after_s(error.response.headers))


def _code(body: object) -> object:
    inner = body.get("error", body) if isinstance(body, dict) else None
    return inner.get("code") if isinstance(inner, dict) else None


def _retry_after_s(headers: Any) -> float | None:
    """Seconds, or a date (RFC 9110, 10.2.3); None for neither."""
    value = headers.get("retry-after")
    if not value:
        return None
    with suppress(ValueError):
        return float(value)
    with suppress(ValueError, TypeError, OverflowError):
        return parsedate_to_datetime(value).timestamp() - time.time()
    return None
