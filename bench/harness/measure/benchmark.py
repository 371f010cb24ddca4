"""One time sample as a document of pytest-benchmark's format, made by that library."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any


def benchmark_document(label: str, group: str, values: Mapping[str, float], python: str) -> dict[str, Any]:
    """Return the document of a sample of the case ``label``, taken by the given version of Python."""
    from pytest_benchmark import __version__
    from pytest_benchmark.stats import Stats

    stats = Stats()
    stats.update(values["wall_seconds"])
    entry = {
        "group": group,
        "name": label,
        "fullname": f"{group}[{label}]",
        "params": None,
        "param": label,
        "extra_info": {"cpu_seconds": [values["cpu_seconds"]]},
        "options": {},
        "stats": {**stats.as_dict(), "data": stats.data, "iterations": 1},
    }
    machine, commit = _circumstances()
    return {
        "machine_info": {**machine, "python_version": python, "python_implementation_version": python},
        "commit_info": commit,
        "benchmarks": [entry],
        "datetime": datetime.now(tz=UTC).isoformat(),
        "version": __version__,
    }


@cache
def _circumstances() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the machine and the commit of the working folder, as pytest-benchmark describes them."""
    from pytest_benchmark.plugin import pytest_benchmark_generate_machine_info
    from pytest_benchmark.utils import get_commit_info

    return pytest_benchmark_generate_machine_info(), get_commit_info()
