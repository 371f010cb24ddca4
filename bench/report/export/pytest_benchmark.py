"""pytest-benchmark's JSON: a benchmark for each case with its wall times, as ``pytest-benchmark compare`` reads it.

The format is what pytest-benchmark 5 writes with ``--benchmark-json``; other metrics are in ``extra_info``.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from bench.errors import InputError
from bench.report.export.figures import Figure, Figures, number, once
from bench.results.benchmark_file import seconds_summary
from bench.results.metrics import METRICS
from bench.words import plain

_TIME = METRICS["wall_seconds"]


def render_pytest_benchmark(found: Figures) -> str:
    """Return the document. Raises InputError for two figures of one name, and where no time was measured."""
    from pytest_benchmark import __version__

    once(found.figures)
    timed = [(own, one) for own in found.cases for one in own if one.summary.metric is _TIME]
    if not timed:
        raise InputError(
            f"no {_TIME.title.lower()} was measured, and pytest-benchmark has nothing else; choose another --format"
        )
    first = timed[0][1]
    document = {
        "machine_info": {"python_version": plain(first.python), "postgresql_version": plain(first.server_version)},
        "commit_info": _commit(first),
        "benchmarks": [_entry(own, one) for own, one in timed],
        "datetime": max(one.created for _, one in timed).astimezone(UTC).isoformat(),
        "version": __version__,
    }
    return json.dumps(document, indent=2) + "\n"


def _commit(one: Figure) -> dict[str, Any]:
    commit, changed, _ = plain(one.revision).partition("+")
    return {"id": commit or "unversioned", "time": _moment(one.created), "author_time": None, "dirty": bool(changed)}


def _moment(created: datetime) -> str:
    return created.astimezone(UTC).isoformat()


def _entry(case: tuple[Figure, ...], time: Figure) -> dict[str, Any]:
    seconds = list(time.summary.samples)
    label = f"{plain(time.summary.scan)} {plain(time.summary.implementation)}"
    return {
        "group": time.case.partition("[")[0],
        "name": label,
        "fullname": time.case,
        "params": None,
        "param": label,
        "extra_info": {
            "revision": plain(time.revision),
            **{one.summary.metric.name: number(one.summary.centre) for one in case if one is not time},
        },
        "options": {},
        "stats": {**seconds_summary(seconds), "data": seconds, "iterations": 1},
    }
