"""results.json between two runs, and what is written from it: docs/performance.md and its plot."""

from __future__ import annotations

import json
from typing import Any

from bench import scale_page, table
from bench.programs import ROOT

RESULTS = ROOT / "bench" / "results.json"
DOCUMENT = ROOT / "docs" / "performance.md"
PLOT = ROOT / "docs" / "scale.svg"


def read() -> dict[str, Any]:
    """Empty before the first run."""
    found: dict[str, Any] = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    return found


def keep(part: dict[str, Any]) -> None:
    """`part` in the place of what an earlier run found of it, the rest as it was."""
    RESULTS.write_text(table.dumped(read() | part), "utf-8")
    results = read()
    DOCUMENT.write_text(table.document(results), "utf-8")
    if "scale" in results:
        PLOT.write_text(scale_page.plot(results["scale"]), "utf-8")
