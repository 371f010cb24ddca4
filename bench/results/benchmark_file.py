"""One pytest-benchmark JSON file from the files of many processes, each with one sample."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pytest_benchmark.stats import Stats

from bench.results.files import write_file_atomically


def write_benchmark_file(path: Path, documents: Iterable[Mapping[str, object]]) -> None:
    """Merge ``documents`` into one file that pytest-benchmark's own commands read (``py.test-benchmark compare``).

    Entries of the same name become one with all samples; machine and commit come from the first document.
    Without a document there is no file, and one of an earlier run is removed.
    """
    merged: dict[str, Any] | None = None
    entries: dict[str, dict[str, Any]] = {}
    for document in documents:
        copy = json.loads(json.dumps(document))
        merged = merged or copy
        for entry in copy["benchmarks"]:
            known = entries.setdefault(entry["name"], entry)
            if known is not entry:
                known["stats"]["data"] += entry["stats"]["data"]
                known["extra_info"]["cpu_seconds"] += entry["extra_info"]["cpu_seconds"]
    if merged is None:
        path.unlink(missing_ok=True)
        return
    for entry in entries.values():
        entry["stats"] = {**_summarise(entry["stats"]["data"]), "data": entry["stats"]["data"], "iterations": 1}
    merged["benchmarks"] = list(entries.values())
    write_file_atomically(path, json.dumps(merged, indent=2) + "\n")


def _summarise(seconds: list[float]) -> dict[str, Any]:
    stats = Stats()
    for value in seconds:
        stats.update(value)
    summary: dict[str, Any] = stats.as_dict()
    return summary
