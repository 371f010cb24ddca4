"""github-action-benchmark's JSON for its tool ``customSmallerIsBetter``: an array of names, units and values.

Source: https://github.com/benchmark-action/github-action-benchmark, README ("Using custom benchmark tools") and
``BenchmarkResult`` in src/extract.ts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from bench.analysis.change import RESULT_UNIT
from bench.report.export.figures import Figure, number, once
from bench.words import counted, plain


def render_github_action_benchmark(figures: Iterable[Figure]) -> str:
    """Return the array, without what was written: rows are no cost, and fewer of them not better.

    Raises InputError for two figures of one name.
    """
    costs = (one for one in once(figures) if one.summary.metric.unit != RESULT_UNIT)
    return json.dumps([_entry(one) for one in costs], indent=2) + "\n"


def _entry(one: Figure) -> dict[str, str | float]:
    summary = one.summary
    entry: dict[str, str | float] = {
        "name": one.name,
        "unit": summary.metric.unit,
        "value": number(summary.centre),
    }
    if not summary.repeats:
        entry["range"] = f"{summary.spread.value} {summary.low:.6g} to {summary.high:.6g}"
    revision = plain(one.revision)
    entry["extra"] = (
        f"{summary.metric.title}, {summary.metric.kind.value}\n{counted(len(summary.samples), 'sample')}"
        + (f"\nrevision {revision}" if revision else "")
    )
    return entry
