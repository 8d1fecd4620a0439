"""The door of the scheduler: packs of popular games, made before anybody has to wait for them."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from chatsim_ai import prewarm
from chatsim_ai.current import CurrentWriter
from chatsim_ai.generator import Allowance, Generator
from chatsim_ai.prewarm import Popular
from chatsim_web import measures, services
from chatsim_web.secrets import Secrets

log = Logger(service="prewarm")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """How many games came to which end: `{"made", "fresh", "skipped", "failed", "left"}`; `why` if none was tried."""
    report = prewarm.run(
        generator(),
        services.store(),
        wanted(),
        services.now_ms,
        context.get_remaining_time_in_millis,
        failed,
    )
    for end, games in report.counts.items():
        measures.emit(end, {"Prewarmed": games})
    told = report.as_dict()
    log.info("prewarmed", extra={**told, "requestId": context.aws_request_id, "event": event.get("id")})
    return told


def failed(error: Exception) -> None:
    log.warning("a game failed", extra={"kind": type(error).__name__})


@cache
def wanted() -> Popular:
    return Popular.from_env(os.environ)


@cache
def generator() -> Generator:
    keys = Secrets(os.environ["AI_KEYS"], services.now_ms)
    writer = CurrentWriter(os.environ, keys, measures.provider_turn)
    allowance = Allowance.from_env(os.environ)
    return Generator(services.store(), services.shelf(), writer, allowance, services.now_ms)


wanted()
generator()
