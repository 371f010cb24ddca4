"""One pytest-benchmark JSON file from the files of many processes, each with one sample."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pytest_benchmark.stats import Stats

from bench.files.output_file import write_file


def write_benchmark_file(path: Path, documents: Iterable[Mapping[str, object]]) -> None:
    """Merge ``documents`` into one file that pytest-benchmark's own commands read (``py.test-benchmark compare``).

    Entries of the same name, which is a scan and an implementation, become one with all samples; machine and commit
    come from the first document. Each gets its own full name, ``GROUP[SCAN IMPLEMENTATION]``, the same in every
    run: tools that follow figures over time (github-action-benchmark, Bencher) know an entry by that alone, and
    pytest-benchmark gives all of them the one of the test that took the sample.
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
    for name, entry in entries.items():
        entry |= {"fullname": f"{entry['group']}[{name}]", "param": name, "params": None}
        entry["stats"] = {**seconds_summary(entry["stats"]["data"]), "data": entry["stats"]["data"], "iterations": 1}
    merged["benchmarks"] = list(entries.values())
    write_file(path, json.dumps(merged, indent=2) + "\n")


def seconds_summary(seconds: list[float]) -> dict[str, Any]:
    """Return what pytest-benchmark says of ``seconds``."""
    stats = Stats()
    for value in seconds:
        stats.update(value)
    summary: dict[str, Any] = stats.as_dict()
    return summary
