"""The ends of an invocation that are not a full answer, and how each is told to Lambda.

- Shutdown: a signal asks the process to end.
- Fault: the runtime gives up on an answer (Runtime.Deadline, .OversizedEvent, .EmptyBody, .BadPrelude).
- Undelivered: the Runtime API is gone, or refused what it was sent.
- Any other: the handler's own error; its type is the name of its class.
"""

import json
import traceback
from binascii import b2a_base64


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
    return [] if isinstance(error, Shutdown | Fault | Undelivered) else traceback.format_tb(error.__traceback__)


def message(error: BaseException) -> str:
    """What the runtime says of an end of its own. What a handler's error says stays untold: it may quote a token."""
    return str(error) if isinstance(error, Shutdown | Fault | Undelivered) else "where is in the stack trace"


def report(error: BaseException) -> bytes:
    """The JSON body of an error."""
    return _encode(error, message(error), stack_trace(error))


def init_report(error: BaseException) -> bytes:
    """The same for a handler that cannot be imported: nobody has asked yet, so what it says is nobody's."""
    return _encode(error, str(error), traceback.format_exception(error))


def trailer(error: BaseException) -> str:
    """The same as base64 without the stack trace, which is in the log: the Runtime API is a Go server and refuses
    trailers that outgrow its 4 KB buffer."""
    return b2a_base64(_encode(error, message(error), []), newline=False).decode()


def _encode(error: BaseException, message: str, trace: list[str]) -> bytes:
    return json.dumps({"errorType": error_type(error), "errorMessage": message, "stackTrace": trace}).encode()
