"""The results file as its readers know it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

DOCUMENTED_METRICS = {
    "wall_seconds": "seconds",
    "cpu_seconds": "seconds",
    "function_calls": "calls",
    "peak_heap_bytes": "bytes",
    "peak_heap_untraced_bytes": "bytes",
    "peak_rss_bytes": "bytes",
    "statements_django": "statements",
    "statements_server": "statements",
    "rows_written": "rows",
}
DOCUMENTED_KEYS = {"schema", "environment", "datasets", "measurements", "digests", "failures", "calls"}


def results(folder: Path) -> dict[str, Any]:
    """Read ``results.json`` in ``folder``."""
    found: dict[str, Any] = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    return found


def samples(found: dict[str, Any], implementation: str, metric: str) -> list[float]:
    """The samples of one metric, in a file of one scan."""
    (one,) = (m for m in found["measurements"] if (m["implementation"], m["metric"]) == (implementation, metric))
    values: list[float] = one["samples"]
    return values
