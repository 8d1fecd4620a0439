"""The classic design, by arithmetic: a connection held for each viewer, and a timer in it that says each line when due.

In its favour: the least memory that Lambda has (the Starlette peer needs half of it), nothing to pay but the time it is
held, and one read of the store in each of the quarters of an hour for which Lambda holds it.
"""

from __future__ import annotations

MEMORY_MB = 128
LONGEST_S = 900
UNITS_A_READ = 0.5


def hour() -> dict[str, float]:
    """What one viewer uses in an hour, by the names of `cost.PRICES`."""
    connections = 3600 / LONGEST_S
    return {
        "Lambda, time": 3600 * MEMORY_MB / 1024,
        "Lambda, requests": connections,
        "DynamoDB, reads": connections * UNITS_A_READ,
    }
