"""Metrics in lines of log, held to CloudWatch's embedded metric format and to the product's own list of metrics.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
from typing import Any

from chatsim.metrics import METRICS, NAMESPACE

MAX_DIMENSIONS, MAX_METRICS, MAX_VALUES = 30, 100, 100
# Time stamps may be two weeks old and two hours ahead; ours are of the moment.
EPOCH_MS = 1_700_000_000_000

Told = dict[tuple[str, str], float]


def told(output: str) -> Told:
    """What the lines of `output` count, by metric and the value of its dimension. Fails for a line out of form."""
    found: Told = {}
    for line in output.splitlines():
        if "_aws" in line:
            for name, by, value in of(json.loads(line)):
                found[name, by] = found.get((name, by), 0) + value
    return found


def of(line: dict[str, Any]) -> list[tuple[str, str, float]]:
    """Metric, value of its dimension, and sum of its values."""
    assert set(line["_aws"]) == {"Timestamp", "CloudWatchMetrics"}
    assert type(line["_aws"]["Timestamp"]) is int
    assert line["_aws"]["Timestamp"] > EPOCH_MS
    found = []
    for directive in line["_aws"]["CloudWatchMetrics"]:
        assert directive["Namespace"] == NAMESPACE
        assert 1 <= len(directive["Metrics"]) <= MAX_METRICS
        assert directive["Dimensions"]
        for dimensions in directive["Dimensions"]:
            assert 1 <= len(dimensions) <= MAX_DIMENSIONS
            assert all(isinstance(line[name], str) and 0 < len(line[name]) <= 1024 for name in dimensions)
        for metric in directive["Metrics"]:
            known = METRICS[metric["Name"]]
            assert (metric["Unit"], directive["Dimensions"]) == (known.unit, [[known.dimension]])
            values = line[metric["Name"]]
            values = values if isinstance(values, list) else [values]
            assert len(values) <= MAX_VALUES
            assert all(type(value) in (int, float) for value in values)
            found.append((metric["Name"], line[known.dimension], sum(values)))
    assert found
    return found
