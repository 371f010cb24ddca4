"""The action's scripts, one after the other, as another repository has them; a results file saves measuring."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from bench.gate.comment import MARKER
from bench.results.store import write_results
from tests.support.builders import production_results
from tests.support.steps import ACTION, WORKFLOWS, run_step, step

URL = "https://ci.example/artifacts/1"
POLICY = """
[tool.bench.gate]
scans = ["100/3", "1k/8", "10k/20"]
implementations = ["materializing", "streaming"]

[tool.bench.gate.ceilings.peak_heap_bytes."10k/20"]
streaming = "{ceiling}"
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Another repository's checkout, with this one's beside it."""
    folder = tmp_path / "repository"
    folder.mkdir()
    write_results(folder / "results.json", production_results())
    installed = tmp_path / "action" / ".venv" / "bin" / "bench"
    installed.parent.mkdir(parents=True)
    installed.write_text(f'#!/bin/sh\nexec {sys.executable} -m bench "$@"\n')
    installed.chmod(0o755)
    return folder


def variables(repository: Path) -> dict[str, str]:
    return {
        "ACTION_PATH": str(repository.parent / "action"),
        "POLICY": "policy.toml",
        "BASELINE": "",
        "RESULTS": "results.json",
        "OUTPUT": "out",
        "ARTIFACT_URL": URL,
    }


@pytest.mark.parametrize(
    ("ceiling", "code", "verdict"),
    [("46 MB", "0", "✅ Benchmark gate: pass"), ("40 MB", "1", "❌ Benchmark gate: regr")],
)
def test_gate_report_summary_and_verdict(repository: Path, ceiling: str, code: str, verdict: str) -> None:
    """A regression fails the job in its last step, when report and comment are kept."""
    (repository / "policy.toml").write_text(POLICY.format(ceiling=ceiling))
    given = variables(repository)
    gate, outputs = run_step(step(ACTION, "Gate"), repository, given)
    assert gate.returncode == 0, gate.stderr
    assert outputs == {"exit-code": code}, gate.stdout + gate.stderr
    assert (repository / "out" / "verdict.json").exists()
    assert (repository / "out" / "junit.xml").exists()
    summary, _ = run_step(step(ACTION, "Summary"), repository, given)
    assert summary.returncode == 0, summary.stderr
    comment = (repository / "out" / "comment.md").read_text()
    assert comment.startswith(f"{MARKER}\n\n## {verdict}")
    assert (repository / "summary").read_text() == comment
    assert f"(<{URL}>)" in comment
    last = {"EXIT_CODE": outputs["exit-code"], "FAIL_WHEN_UNDECIDED": "false"}
    assert run_step(step(ACTION, "Verdict"), repository, last)[0].returncode == int(code)


def test_a_gate_that_cannot_measure_still_leaves_a_comment_and_fails_the_job(repository: Path) -> None:
    (repository / "policy.toml").write_text("[tool.bench.gate]\nscams = []\n")
    given = {**variables(repository), "RESULTS": ""}
    gate, outputs = run_step(step(ACTION, "Gate"), repository, given)
    assert (gate.returncode, outputs) == (0, {"exit-code": "2"})
    summary, _ = run_step(step(ACTION, "Summary"), repository, given)
    assert summary.returncode == 0, summary.stderr
    assert "scams" in (repository / "summary").read_text()


@pytest.mark.parametrize(
    ("code", "fail", "expected", "warns"),
    [("0", "true", 0, False), ("3", "false", 0, True), ("3", "true", 3, False), ("2", "false", 2, False)],
)
def test_an_undecided_gate_warns_or_fails_as_asked(
    repository: Path, code: str, fail: str, expected: int, warns: bool
) -> None:
    given = {"EXIT_CODE": code, "FAIL_WHEN_UNDECIDED": fail}
    finished, _ = run_step(step(ACTION, "Verdict"), repository, given)
    assert finished.returncode == expected
    assert ("::warning" in finished.stdout) == warns


def test_the_nightly_summary_comes_from_the_sweep_s_results(repository: Path) -> None:
    nightly = next(path for path in WORKFLOWS if path.stem == "nightly")
    shutil.copytree(repository.parent / "action" / ".venv", repository / ".venv")
    (repository / "reports" / "sweep").mkdir(parents=True)
    (repository / "results.json").rename(repository / "reports" / "sweep" / "results.json")
    finished, _ = run_step(step(nightly, "Summary"), repository, {"ARTIFACT_URL": URL})
    assert finished.returncode == 0, finished.stderr
    assert (repository / "summary").read_text().startswith(f"{MARKER}\n\n## ✅ Benchmark: measured")
