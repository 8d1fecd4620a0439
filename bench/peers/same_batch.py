"""The work that all peers share: a ticket in, the events of a batch out."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from functools import cache
from itertools import chain
from random import random

import boto3
from botocore.config import Config
from chatsim import sse, stream, ticket
from chatsim.errors import Unauthenticated
from chatsim.remembered import Remembered
from chatsim.shelf import Shelf
from chatsim.store.dynamo import DynamoReader
from chatsim.stream import Farewell
from chatsim.ticket import TicketKeys

CONTENT_TYPE = sse.CONTENT_TYPE
_ONE_TRY_MORE = Config(connect_timeout=0.5, read_timeout=0.5, retries={"mode": "standard", "total_max_attempts": 2})


def batch(signed: str, horizon_s: int) -> Iterator[bytes]:
    """The events, greeting first. Raises Unauthenticated before the first of them."""
    keys = _ticket_keys()()
    if not keys:
        raise Unauthenticated("ticket_invalid")
    now_ms = _now_ms()
    opened = ticket.verify(signed, keys, now_ms)
    found = stream.follow(_reader().account(opened.user), opened, None, _shelf(), now_ms)
    if isinstance(found, Farewell):
        return iter((found.event(),))
    start, missed = stream.place(found, None, now_ms)
    greeting = sse.retry(stream.MEND_MS) + stream.hello(now_ms, found, None)
    return chain(
        (greeting,), stream.events(found, start, missed, now_ms, horizon_s, stream.again_ms(horizon_s, random()))
    )


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


@cache
def _reader() -> DynamoReader:
    return DynamoReader(boto3.client("dynamodb", config=_ONE_TRY_MORE), os.environ["TABLE_NAME"])


@cache
def _shelf() -> Shelf:
    return Shelf(_reader())


@cache
def _ticket_keys() -> Remembered[TicketKeys | None]:
    return Remembered(_reader().ticket_keys, _now_ms)


_reader()
