"""The benchmark that ``bench run`` times can be run by hand, with pytest-benchmark's own options."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command import ROOT, environment

pytestmark = [pytest.mark.slow, pytest.mark.server]


def by_hand(*options: str) -> subprocess.CompletedProcess[str]:
    """``pytest bench/compliance/benchmarks`` from the project's folder, as somebody outside any test session."""
    outside = {name: value for name, value in environment().items() if not name.startswith("PYTEST_")}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "bench/compliance/benchmarks",
        "--benchmark-only",
        "-p",
        "no:cacheprovider",
    ]
    return subprocess.run([*command, *options], cwd=ROOT, env=outside, capture_output=True, text=True, check=False)


def test_each_implementation_is_one_benchmark_with_as_many_rounds_as_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "benchmark.json"
    finished = by_hand("--bench-scan=30/2", "--bench-pairs=2", f"--benchmark-json={path}")
    assert finished.returncode == 0, finished.stdout
    assert "2 passed" in finished.stdout
    entries = {entry["name"]: entry for entry in json.loads(path.read_text())["benchmarks"]}
    assert entries.keys() == {"30/2 materializing", "30/2 streaming"}
    for entry in entries.values():
        assert len(entry["stats"]["data"]) == 2
        assert len(entry["extra_info"]["cpu_seconds"]) == 2


def test_another_provider_has_a_name_of_its_own_for_tools_that_follow_figures(tmp_path: Path) -> None:
    path = tmp_path / "benchmark.json"
    options = ("--bench-scan=30/2", "--bench-pairs=1", "--bench-implementation=streaming", "--bench-provider=okta")
    finished = by_hand(*options, f"--benchmark-json={path}")
    assert finished.returncode == 0, finished.stdout
    assert [entry["name"] for entry in json.loads(path.read_text())["benchmarks"]] == ["30/2 okta streaming"]


def test_a_scan_that_is_none_fails_with_the_line_that_the_command_gives() -> None:
    finished = by_hand("--bench-scan=many", "--bench-implementation=streaming")
    assert finished.returncode == 1
    assert "scan size 'many' is not findings/regions" in finished.stdout
