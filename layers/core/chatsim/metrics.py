"""Every metric of the product, and the form in which a line of log carries them (CloudWatch's embedded metric format).

    metric              unit          by        told by, for every
    ──────────────────  ────────────  ────────  ─────────────────────────────────────────────────────────────────────
    Packs               Count         Source    generate, answer: ai, cache, builtin, genre, generic
    ProviderMs          Milliseconds  Provider  generate and prewarm, provider's turn: how long it took
    ProviderFailures    Count         Provider  generate and prewarm, provider's turn: 1 without use, else 0
    Prewarmed           Count         Outcome   prewarm, run: games made, fresh, skipped, failed, left
    ShowsStarted        Count         service   api, show
    Batches             Count         service   chat_stream, answer with status 200
    Lines               Count         service   chat_stream, such an answer: lines of chat in it
    TimeToFirstByteMs   Milliseconds  service   chat_stream, such an answer: from the request to its first byte
    Errors              Count         Code      every door, refusal or failure: RATE_LIMITED, UNAVAILABLE, INTERNAL...

CloudWatch asks $0.30 a month for each metric with each value of its dimension, by the hours in which it comes, and has
ten of them free: hence few names, one dimension each, and few values. Here they are 19 and one for each code of
error that happens. What is only looked up (tokens, how a turn ended) stands beside the metric as a plain field.
Requests, durations and throttles are not here: Lambda and the HTTP API count them for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

NAMESPACE = "ChatSimulationStream"


class Metric(NamedTuple):
    """`dimension`: the name of its one dimension."""

    unit: Literal["Count", "Milliseconds"]
    dimension: str


METRICS = {
    "Packs": Metric("Count", "Source"),
    "ProviderMs": Metric("Milliseconds", "Provider"),
    "ProviderFailures": Metric("Count", "Provider"),
    "Prewarmed": Metric("Count", "Outcome"),
    "ShowsStarted": Metric("Count", "service"),
    "Batches": Metric("Count", "service"),
    "Lines": Metric("Count", "service"),
    "TimeToFirstByteMs": Metric("Milliseconds", "service"),
    "Errors": Metric("Count", "Code"),
}


def fields(now_ms: int, by: Mapping[str, str], values: Mapping[str, float]) -> dict[str, Any]:
    """What a line of JSON must have in it so that CloudWatch takes `values` (by metric) out of it.

    `by`: the value of each dimension they have.
    """
    directives = [
        {
            "Namespace": NAMESPACE,
            "Dimensions": [[dimension]],
            "Metrics": [
                {"Name": name, "Unit": METRICS[name].unit} for name in values if METRICS[name].dimension == dimension
            ],
        }
        for dimension in by
    ]
    return {"_aws": {"Timestamp": now_ms, "CloudWatchMetrics": directives}, **by, **values}
