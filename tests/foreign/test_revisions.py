"""Two revisions judged against each other, and the first bad one found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli_results import results, samples
from tests.support.command import Finished, run
from tests.support.weather import SIZE, Belongings, project_options

pytestmark = [pytest.mark.slow, pytest.mark.server]

_POLICY = f"""
[tool.bench.gate]
scans = ["{SIZE}"]
implementations = ["daily@faster", "daily"]

[tool.bench.gate.ceilings.statements_django]
"{SIZE}" = {{ "daily@faster" = 14, "daily" = 14 }}
"""


@pytest.fixture(autouse=True)
def unchanged(clone: Path, temporary: Path) -> Iterator[None]:
    """After each command the clone and the environment are as before, and TMPDIR is empty."""
    before = Belongings.of(clone)
    yield
    assert Belongings.of(clone) == before
    assert list(temporary.iterdir()) == []


def bench(clone: Path, temporary: Path, folder: Path, command: str, *options: object) -> Finished:
    """Run a command on the project from another folder than this suite's, whose baseline is of another job."""
    return run(command, *options, *project_options(clone), extra={"TMPDIR": str(temporary)}, folder=folder)


def test_a_revision_is_compared_with_the_working_tree(clone: Path, temporary: Path, tmp_path: Path) -> None:
    finished = bench(clone, temporary, tmp_path, "ab", "faster", "--scan", SIZE, "--pairs", "1", "--output", "out")
    assert finished.returncode == 0, finished.stderr
    found = results(tmp_path / "out")
    assert found["implementations"] == ["daily@faster", "daily"]
    assert samples(found, "daily@faster", "statements_django") == [13]
    assert samples(found, "daily", "statements_django") == [73]
    assert "# daily@faster is commit " in found["command"]


def test_a_gate_measures_a_revision_beside_the_working_tree_and_refuses_what_is_planted(
    clone: Path, temporary: Path, tmp_path: Path
) -> None:
    (tmp_path / "policy.toml").write_text(_POLICY, encoding="utf-8")
    finished = bench(clone, temporary, tmp_path, "gate", "--policy", "policy.toml", "--json", "verdict.json")
    assert finished.returncode == 1, finished.stderr
    assert finished.stdout.startswith("❌ FAILED – Statements (Django) of daily on 4/5 is 73, over its ceiling of 14")
    verdict = json.loads((tmp_path / "verdict.json").read_text(encoding="utf-8"))
    failed = [one["name"] for one in verdict["checks"] if one["standing"] == "failed"]
    assert failed == [f"ceiling statements_django {SIZE} daily"]
    assert (tmp_path / "reports" / "gate" / "report.md").exists()


def test_bisect_finds_the_planted_regression_and_skips_what_cannot_be_imported(
    clone: Path, temporary: Path, tmp_path: Path
) -> None:
    revisions = ("--good", "faster", "--bad", "documented", "--metric", "statements_django")
    finished = bench(clone, temporary, tmp_path, "bisect", *revisions, "--scan", SIZE, "--output", "out")
    assert finished.returncode == 0, finished.stderr
    first, figures, *rest = finished.stdout.splitlines()
    assert first.startswith("First bad commit: ")
    assert first.endswith(" regressed")
    assert figures.startswith("Statements (Django) of daily on 4/5: 13 → 73")
    (skipped,) = (line for line in rest if line.endswith(" broken"))
    assert " skipped " in skipped
    assert "No module named 'weather.missing'" in finished.stdout
    assert (tmp_path / "out" / "report.md").exists()
