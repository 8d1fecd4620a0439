"""Metrics of the doors that have Powertools; `chatsim.metrics` lists them all."""

from __future__ import annotations

from typing import Protocol

from aws_lambda_powertools.metrics import EphemeralMetrics
from chatsim.metrics import METRICS, NAMESPACE


class Turn(Protocol):
    """What `chatsim_ai.failover.AttemptRecord` tells."""

    @property
    def provider(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def failed(self) -> bool: ...
    @property
    def latency_s(self) -> float: ...
    @property
    def first_line_s(self) -> float | None: ...
    @property
    def lines(self) -> int: ...
    @property
    def tokens(self) -> int | None: ...


def emit(by: str, values: dict[str, float], **beside: object) -> None:
    """Metrics of one dimension, of which `by` is the value, as one line of log; `beside` are plain fields in it."""
    metrics = EphemeralMetrics(namespace=NAMESPACE)
    for name, value in values.items():
        metrics.add_metric(name, METRICS[name].unit, value)
        metrics.add_dimension(METRICS[name].dimension, by)
    for name, found in beside.items():
        metrics.add_metadata(name, found)
    metrics.flush_metrics()


def provider_turn(turn: Turn) -> None:
    """How long a provider's turn took and whether it was of use; beside it, what came of it."""
    values = {"ProviderMs": round(turn.latency_s * 1000, 1), "ProviderFailures": int(turn.failed)}
    first_line_ms = turn.first_line_s and round(turn.first_line_s * 1000, 1)
    emit(turn.provider, values, kind=turn.kind, firstLineMs=first_line_ms, lines=turn.lines, tokens=turn.tokens)
