"""The ends of an invocation that are not a full answer, and how each is told to Lambda.

- Shutdown: a signal asks the process to end.
- Fault: the runtime gives up on an answer (Runtime.Deadline, .OversizedEvent, .EmptyBody, .BadPrelude).
- Undelivered: the Runtime API is gone, or refused what it was sent.
- Any other: the handler's own error; its type is the name of its class.
"""

import json
import traceback
from binascii import b2a_base64

# The Runtime API is a Go server, which refuses trailers that outgrow its 4 KB buffer. A character takes up to 12 bytes
# in ASCII JSON and a third more in base64: 200 characters stay below 3.3 KB.
SHORT_MESSAGE = 200


class Shutdown(BaseException):
    """Not an `Exception`, so that no handler swallows it by accident."""

    type = "Runtime.Shutdown"


class Fault(Exception):
    """`type` is the error type Lambda is told."""

    def __init__(self, type: str, message: str) -> None:
        super().__init__(message)
        self.type = type


class Undelivered(Exception):
    """Nobody is left to be told: it shows in the log only."""

    type = "Runtime.Undelivered"


def error_type(error: BaseException) -> str:
    """A name that can stand in a header."""
    if isinstance(error, Shutdown | Fault | Undelivered):
        return error.type
    return type(error).__name__.encode("ascii", "replace").decode()


def stack_trace(error: BaseException) -> list[str]:
    """Where the handler failed; empty for an end the runtime itself chose."""
    return [] if isinstance(error, Shutdown | Fault | Undelivered) else traceback.format_exception(error)


def short_message(error: BaseException) -> str:
    """What the error says, cut to what a trailer and a line of log can hold."""
    return str(error)[:SHORT_MESSAGE]


def report(error: BaseException) -> bytes:
    """The JSON body of an error."""
    return _encode(error, str(error), stack_trace(error))


def trailer(error: BaseException) -> str:
    """The same as base64, short enough for a trailer; the stack trace is in the log."""
    return b2a_base64(_encode(error, short_message(error), []), newline=False).decode()


def _encode(error: BaseException, message: str, trace: list[str]) -> bytes:
    return json.dumps({"errorType": error_type(error), "errorMessage": message, "stackTrace": trace}).encode()
