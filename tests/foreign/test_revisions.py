"""Two revisions judged against each other, and the first bad one found."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli_results import results, samples
from tests.support.command import Finished, run
from tests.support.repository import git
from tests.support.steps import ACTION, run_step, step
from tests.support.weather import SIZE, Belongings, project_options

pytestmark = [pytest.mark.slow, pytest.mark.server]

_POLICY = f"""
[tool.bench.gate]
scans = ["{SIZE}"]
implementations = ["daily@base", "daily@head"]
baseline = false

[tool.bench.gate.ratios.statements_django."{SIZE}"]
"daily@head / daily@base" = 1.0
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


@pytest.fixture
def job(clone: Path, temporary: Path, tmp_path: Path) -> dict[str, str]:
    """The variables of the action's steps in a job of the project's repository, in another folder than this suite's."""
    installed = tmp_path / "action" / ".venv" / "bin" / "bench"
    installed.parent.mkdir(parents=True)
    installed.write_text(f'#!/bin/sh\nexec {sys.executable} -m bench "$@"\n')
    installed.chmod(0o755)
    options = project_options(clone)
    given = {name[2:].upper(): value for name, value in zip(options[::2], options[1::2], strict=True)}
    return {
        **given,
        **dict.fromkeys(("RESULTS", "BASELINE", "IMPLEMENTATION", "CATALOGUE", "BENCH_DATABASE_URL", "ARGUMENTS"), ""),
        "ACTION_PATH": str(tmp_path / "action"),
        "ARTIFACT_URL": "https://ci.example/artifacts/1",
        "BASE": git(clone, "rev-parse", "faster").strip(),
        "OUTPUT": str(tmp_path / "out"),
        "POLICY": "policy.toml",
        "SIZES": SIZE,
        "TMPDIR": str(temporary),
    }


def done(job: dict[str, str], folder: Path, name: str, **variables: str) -> dict[str, str]:
    """Run a step of the action by hand and return its outputs."""
    finished, outputs = run_step(step(ACTION, name), folder, job | variables)
    assert (finished.returncode, outputs.get("exit-code") == "2") == (0, False), finished.stdout + finished.stderr
    return outputs


def test_the_action_compares_the_working_tree_with_the_base_of_a_pull_request(
    job: dict[str, str], tmp_path: Path
) -> None:
    """The base is given by its whole hash, as GitHub does; the job fails in its last step only."""
    command = done(job, tmp_path, "Choose the command", COMMAND="")
    assert command == {"command": "ab"}
    assert done(job, tmp_path, "Compare", ARGUMENTS="--pairs 1") == {"exit-code": "0"}
    found = results(tmp_path / "out")
    base = f"daily@{job['BASE'][:12]}"
    assert found["implementations"] == [base, "daily"]
    assert samples(found, base, "statements_django") == [13]
    assert samples(found, "daily", "statements_django") == [73]
    assert f"# {base} is commit {job['BASE'][:12]}" in found["command"]
    done(job, tmp_path, "Summary", COMMAND="ab")
    comment = (tmp_path / "out" / "comment.md").read_text(encoding="utf-8")
    assert (tmp_path / "summary").read_text(encoding="utf-8") == comment
    assert base in comment
    assert list((tmp_path / "out" / "comment-pictures").glob("*.png"))


@pytest.mark.nightly
def test_the_action_judges_by_a_policy_that_speaks_of_base_and_head(job: dict[str, str], tmp_path: Path) -> None:
    """The policy knows no hash; what is planted after the base is refused."""
    (tmp_path / "policy.toml").write_text(_POLICY, encoding="utf-8")
    assert done(job, tmp_path, "Choose the command", COMMAND="gate") == {"command": "gate"}
    assert done(job, tmp_path, "Gate") == {"exit-code": "1"}
    verdict = json.loads((tmp_path / "out" / "verdict.json").read_text(encoding="utf-8"))
    failed = [one for one in verdict["checks"] if one["standing"] == "failed"]
    assert [one["name"] for one in failed] == [f"ratio statements_django {SIZE} daily@head/daily@base"]
    assert "(73 against 13" in failed[0]["sentence"]
    found = results(tmp_path / "out")
    assert {one["implementation"]: one["revision"] for one in found["code"]}["daily@base"] == job["BASE"][:12]
    done(job, tmp_path, "Summary", COMMAND="gate")
    assert "❌ Benchmark gate: failed" in (tmp_path / "summary").read_text(encoding="utf-8")
    last, _ = run_step(step(ACTION, "Verdict"), tmp_path, {"EXIT_CODE": "1", "FAIL_WHEN_UNDECIDED": "false"})
    assert last.returncode == 1


def test_a_policy_that_speaks_of_the_base_needs_to_be_told_it(clone: Path, temporary: Path, tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text(_POLICY, encoding="utf-8")
    finished = bench(clone, temporary, tmp_path, "gate", "--policy", "policy.toml")
    assert finished.returncode == 2
    assert "names an implementation @base; give the revision that it stands for by --base" in finished.stderr


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
