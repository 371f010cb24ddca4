"""The merged file holds every sample, and pytest-benchmark's own command reads it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from statistics import mean
from typing import Any

import pytest

from bench.results.benchmark_file import write_benchmark_file


def document(name: str, seconds: float) -> dict[str, Any]:
    """What pytest-benchmark writes for one sample, as far as it matters."""
    return {
        "machine_info": {"cpu": {}, "python_version": "3"},
        "commit_info": {},
        "datetime": "2026-01-01T00:00:00+00:00",
        "version": "5.0",
        "benchmarks": [
            {
                "name": name,
                "fullname": "file::test[given]",
                "group": "task",
                "params": {"wanted": None},
                "param": "given",
                "options": {},
                "extra_info": {"cpu_seconds": [seconds / 2]},
                "stats": {"data": [seconds], "mean": seconds, "iterations": 1},
            }
        ],
    }


def written(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text())
    return content


def test_samples_of_one_case_become_one_entry_with_statistics_over_all(tmp_path: Path) -> None:
    path = tmp_path / "benchmark.json"
    seconds = {"100/3 a": [1.0, 1.5, 1.1], "100/3 b": [2.0, 2.2, 2.4]}
    write_benchmark_file(path, [document(name, seconds[name][i]) for i in range(3) for name in seconds])
    entries = {entry["name"]: entry for entry in written(path)["benchmarks"]}
    assert {name: entry["stats"]["data"] for name, entry in entries.items()} == seconds
    for name, entry in entries.items():
        assert entry["extra_info"]["cpu_seconds"] == [second / 2 for second in seconds[name]]
        assert entry["stats"]["rounds"] == 3
        assert entry["stats"]["mean"] == pytest.approx(mean(seconds[name]))
        assert (entry["stats"]["min"], entry["stats"]["max"]) == (min(seconds[name]), max(seconds[name]))


def test_the_documents_given_are_not_changed(tmp_path: Path) -> None:
    documents = [document("a", 1.0), document("a", 2.0)]
    write_benchmark_file(tmp_path / "benchmark.json", documents)
    assert documents == [document("a", 1.0), document("a", 2.0)]


def test_a_single_sample_has_no_spread_and_is_written(tmp_path: Path) -> None:
    path = tmp_path / "benchmark.json"
    write_benchmark_file(path, [document("a", 1.0)])
    assert written(path)["benchmarks"][0]["stats"]["stddev"] == 0


def test_without_a_sample_no_file_of_an_earlier_run_passes_for_this_ones(tmp_path: Path) -> None:
    path = tmp_path / "benchmark.json"
    path.write_text("{}")
    write_benchmark_file(path, [])
    write_benchmark_file(path, [])
    assert not path.exists()


def test_pytest_benchmark_compares_it(tmp_path: Path) -> None:
    path = tmp_path / "benchmark.json"
    write_benchmark_file(path, [document("100/3 a", 1.0), document("100/3 b", 2.0), document("100/3 a", 1.2)])
    finished = subprocess.run(
        [sys.executable, "-m", "pytest_benchmark", "compare", str(path)], capture_output=True, text=True, check=True
    )
    assert "100/3 a" in finished.stdout
    assert "100/3 b" in finished.stdout


def test_every_case_has_a_full_name_of_its_own_that_later_runs_repeat(tmp_path: Path) -> None:
    """In any order of samples, and with other metrics measured too."""
    names = [f"{scan} {name}" for scan in ("100/3", "1k/8", "10k/20") for name in ("a", "b", "pkg.module:function")]
    runs = ([*names, *names], names[::-1], names[:1], names[4:])
    found = []
    for place, run in enumerate(runs):
        path = tmp_path / f"{place}.json"
        write_benchmark_file(path, [document(name, 1.0) for name in run])
        full_names = {entry["fullname"]: entry["name"] for entry in written(path)["benchmarks"]}
        assert sorted(full_names.values()) == sorted(set(run))
        found.append(full_names)
    assert found[0] == {f"task[{name}]": name for name in names}
    assert all(one.items() <= found[0].items() for one in found[1:])
