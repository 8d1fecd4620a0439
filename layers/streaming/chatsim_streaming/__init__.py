"""Response streaming for Lambda functions in Python: what a handler returns to stream its answer.

The loop that delivers it is `chatsim_streaming.runtime`; the day AWS streams Python natively, this package goes.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

__all__ = ["StreamingResponse"]


class StreamingResponse(NamedTuple):
    """An HTTP answer whose body is sent while it is being made.

    `status` is 100-599. Each chunk of `body` leaves as it is made and is at most 1 MiB; empty ones are skipped. A body
    without any is an error, as it would hang a function URL. Its `close`, if it has one, is called after every end.
    `notes` are the handler's own fields in the invocation's line of log, read when the body has ended.
    """

    status: int
    headers: dict[str, str]
    body: Iterator[bytes]
    cookies: tuple[str, ...] = ()
    notes: Mapping[str, object] = MappingProxyType({})
