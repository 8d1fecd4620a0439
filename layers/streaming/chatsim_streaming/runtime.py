"""The runtime loop: takes invocations from Lambda's Runtime API, calls the handler, delivers its answer.

How an invocation can end; when two ends meet between two chunks, the upper row wins:

    what happens                     before the first byte of body        after it
    ───────────────────────────────  ───────────────────────────────────  ──────────────────────────────────────
    Runtime API gone, or refuses     log only; reconnect, next            log only; reconnect, next
    200 ms before the deadline       POST /error Runtime.Deadline         trailers Runtime.Deadline
    SIGTERM or SIGINT                POST /error Runtime.Shutdown, exit 0 trailers Runtime.Shutdown, exit 0
    handler or body raises           POST /error <class name>             trailers <class name>
    chunk is not bytes               POST /error TypeError                trailers TypeError
    chunk over 1 MiB                 POST /error Runtime.OversizedEvent   trailers Runtime.OversizedEvent
    status or header not sendable    POST /error Runtime.BadPrelude       -
    body has no chunk                POST /error Runtime.EmptyBody        -
    body is used up                  -                                    last chunk, no trailers

    with no invocation at hand
    ───────────────────────────────  ───────────────────────────────────
    handler cannot be imported       POST /init/error, exit 1
    SIGTERM or SIGINT                exit 0 at once
    Runtime API gone                 one new try, then exit 1

The first chunk is pulled before the answer is opened, so that a failure up to there is a true error (a 502) and not a
broken 200. A signal interrupts a body that blocks, but lets a handler that has not returned yet finish. The deadline is
looked at between two chunks only: a body that blocks past it is killed by Lambda, without goodbye. What is no
`StreamingResponse` is sent as JSON, as by the managed runtime. A body is closed after every end.
"""

import json
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from types import FrameType
from typing import Any, NamedTuple, TypeVar

from chatsim_streaming import StreamingResponse
from chatsim_streaming.api import RuntimeApi
from chatsim_streaming.endings import (
    Fault,
    Shutdown,
    Undelivered,
    error_type,
    message,
    report,
    stack_trace,
    trailer,
)

DEADLINE_MARGIN_MS = 200  # enough to send the trailers and close the body at 256 MB
MAX_CHUNK_BYTES = 1024 * 1024  # far more than a batch of lines; one this large is a bug

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\xa0-\xff]*")
_TRACE_ID = "_X_AMZN_TRACE_ID"
_T = TypeVar("_T")


class Context(NamedTuple):
    """What a handler may know about its invocation; the names are the managed runtime's."""

    aws_request_id: str
    invoked_function_arn: str
    deadline_ms: int
    """Epoch ms."""
    function_name: str
    memory_limit_in_mb: int

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> "Context":
        """Read from the headers of `next`, names in lower case, and Lambda's environment variables."""
        return cls(
            aws_request_id=headers["lambda-runtime-aws-request-id"],
            invoked_function_arn=headers.get("lambda-runtime-invoked-function-arn", ""),
            deadline_ms=int(headers["lambda-runtime-deadline-ms"]),
            function_name=os.environ.get("AWS_LAMBDA_FUNCTION_NAME", ""),
            memory_limit_in_mb=int(os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")),
        )

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda kills the invocation, never below 0."""
        return max(0, self.deadline_ms - int(time.time() * 1000))


Handler = Callable[[Any, Context], Any]


class Record:
    """An invocation's line in the log: its sizes, its end and the handler's notes, never what was asked or answered."""

    def __init__(self, request_id: str) -> None:
        self.notes: Mapping[str, object] = {}
        self._request_id = request_id
        self._began_s = time.monotonic()
        self._bytes = self._chunks = 0
        self._error: BaseException | None = None

    def sent(self, chunk: bytes) -> None:
        self._bytes += len(chunk)
        self._chunks += 1

    def failed(self, error: BaseException) -> None:
        """The first failure names the end; what follows from it does not."""
        self._error = self._error or error

    def print(self) -> None:
        """To stdout, which Lambda keeps; flushes what the handler printed as well, before the process is frozen.

        A terminal is for people: `POWERTOOLS_LOG_LEVEL` above INFO, as on a laptop, keeps all but failures out of it.
        """
        line: dict[str, object] = {
            "level": "ERROR" if self._error else "INFO",
            "requestId": self._request_id,
            "durationMs": round((time.monotonic() - self._began_s) * 1000, 1),
            "bytes": self._bytes,
            "chunks": self._chunks,
            "end": error_type(self._error) if self._error else "normal",
        }
        if self._error:
            line |= {"message": message(self._error), "stackTrace": stack_trace(self._error)}
        if self._error or os.environ.get("POWERTOOLS_LOG_LEVEL", "INFO") in ("DEBUG", "INFO"):
            print(json.dumps({**self.notes, **line}, default=str))
        sys.stdout.flush()


class Runtime:
    """Serves one invocation after the other, in the main thread, until a signal."""

    def __init__(self, api: RuntimeApi, handler: Handler) -> None:
        self._api = api
        self._handler = handler
        self._stopping = self._interruptible = False

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT. Raises `Undelivered` when the Runtime API is gone."""
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, self._on_signal)
        try:
            while True:
                self.serve_one()
        except Shutdown:
            return

    def serve_one(self) -> None:
        """Wait for an invocation and answer it. Raises `Shutdown` in place of waiting."""
        try:
            headers, event = self._wait(self._api.next)
        except Undelivered:
            headers, event = self._wait(self._api.next)
        context = Context.of(headers)
        set_trace_id(headers.get("lambda-runtime-trace-id"))
        record = Record(context.aws_request_id)
        try:
            self._answer(event, context, record)
        except Undelivered as error:
            record.failed(error)
        record.print()

    def _answer(self, event: bytes, context: Context, record: Record) -> None:
        try:
            result = self._handler(json.loads(event), context)
            if isinstance(result, StreamingResponse):
                self._stream(result, context, record)
            else:
                body = json.dumps(result, ensure_ascii=False, allow_nan=False).encode()
                self._api.respond(context.aws_request_id, body)
                record.sent(body)
        except Undelivered:
            raise
        except BaseException as error:
            record.failed(error)
            self._api.fail(context.aws_request_id, error_type(error), report(error))

    def _stream(self, response: StreamingResponse, context: Context, record: Record) -> None:
        """What this raises came before the first byte; a later error leaves in the trailers."""
        record.notes = response.notes
        try:
            prelude = encode_prelude(response)
            chunk = self._next_chunk(response.body, context)
            if chunk is None:
                raise Fault("Runtime.EmptyBody", "the body of a StreamingResponse has no chunk")
            self._api.open_stream(context.aws_request_id, prelude, chunk)
            record.sent(chunk)
            try:
                while chunk := self._next_chunk(response.body, context):
                    self._api.write(chunk)
                    record.sent(chunk)
            except Undelivered:
                raise
            except BaseException as error:
                record.failed(error)
                return self._api.break_stream(error_type(error), trailer(error))
            self._api.close_stream()
        finally:
            close(response.body, record)

    def _next_chunk(self, body: Iterator[bytes], context: Context) -> bytes | None:
        """The next chunk that has bytes in it; None after the last."""
        while context.get_remaining_time_in_millis() >= DEADLINE_MARGIN_MS:
            try:
                chunk = self._wait(body.__next__)
            except StopIteration:
                return None
            if not isinstance(chunk, bytes):
                raise TypeError(f"a chunk of body must be bytes, not {type(chunk).__name__}")
            if len(chunk) > MAX_CHUNK_BYTES:
                raise Fault("Runtime.OversizedEvent", f"a chunk of {len(chunk)} bytes, over {MAX_CHUNK_BYTES}")
            if chunk:
                return chunk
        raise Fault("Runtime.Deadline", f"stopped {DEADLINE_MARGIN_MS} ms before the deadline")

    def _wait(self, call: Callable[[], _T]) -> _T:
        """Call what may block for long: only here does a signal interrupt, everywhere else it is remembered."""
        self._interruptible = True
        try:
            if self._stopping:
                raise Shutdown
            return call()
        finally:
            self._interruptible = False

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True
        if self._interruptible:
            self._interruptible = False  # a second signal must not interrupt the goodbye
            raise Shutdown


def encode_prelude(response: StreamingResponse) -> bytes:
    """The status, headers and cookies as Lambda reads them. Raises `Fault` for what HTTP could not carry."""
    status, headers, cookies = response.status, response.headers, response.cookies
    if not isinstance(status, int) or not 100 <= status <= 599:
        raise Fault("Runtime.BadPrelude", "the status must be an integer from 100 to 599")
    for name, value in [*headers.items(), *(("Set-Cookie", cookie) for cookie in cookies)]:
        if not (isinstance(name, str) and _HEADER_NAME.fullmatch(name)):
            raise Fault("Runtime.BadPrelude", f"not a header name: {name!r}")
        if not (isinstance(value, str) and _HEADER_VALUE.fullmatch(value)):
            raise Fault("Runtime.BadPrelude", f"the value of {name} cannot stand in a header")
    return json.dumps({"statusCode": status, "headers": headers, "cookies": cookies}).encode()


def set_trace_id(trace_id: str | None) -> None:
    """Where the X-Ray SDK and Powertools look for it; an invocation without one must not inherit the last one's."""
    if trace_id:
        os.environ[_TRACE_ID] = trace_id
    else:
        os.environ.pop(_TRACE_ID, None)


def close(body: Iterator[bytes], record: Record) -> None:
    """Run the body's clean-up; the answer has ended, so an error in it only shows in the log."""
    try:
        getattr(body, "close", lambda: None)()
    except Exception as error:
        record.failed(error)
