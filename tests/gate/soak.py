"""The soak: gates of unchanged code in a row, none of which may fail, and every planted regression.

It takes too long to be collected by itself; ``make soak`` runs it. The implementations of the gates are the same code
under two names, so that every regression that a gate finds, between them or against the baseline, is a false alarm.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.cli.main import main
from bench.compliance.job import JOB
from bench.compliance.planted.trials import CONTROL, STREAMING, TRIALS
from bench.gate.self_test import self_test
from tests.support.notes import Notes

GATES = 20
SCAN = "100/3"
POLICY = f"""
[tool.bench.gate]
scans = ["{SCAN}"]
implementations = ["{STREAMING}", "{CONTROL}"]
samples = 6
laws = true

[tool.bench.gate.tolerance]
near-exact = "2 %"

[tool.bench.gate.ratios.peak_heap_bytes]
"{SCAN}" = {{ "{CONTROL} / {STREAMING}" = 1.01 }}

[tool.bench.gate.ratios.wall_seconds]
"{SCAN}" = {{ "{CONTROL} / {STREAMING}" = 1.0 }}
"""


def test_no_gate_of_unchanged_code_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pyproject.toml").write_text(POLICY, encoding="utf-8")
    measured = ["--scan", SCAN, "--implementation", STREAMING, "--implementation", CONTROL]
    assert main(["run", *measured, "--pairs", "6", "--output", "accepted"]) == 0, capsys.readouterr().out
    assert main(["baseline", "accept", "accepted/results.json"]) == 0
    for number in range(1, GATES + 1):
        capsys.readouterr()
        assert main(["gate", "--output", f"gate-{number}"]) == 0, f"gate {number}\n{capsys.readouterr().out}"


def test_every_planted_regression_is_caught_by_name_and_the_unchanged_pair_passes() -> None:
    found = self_test(JOB, Notes())
    assert [one.planted.name for one in found.slipped] == []
    assert found.exit_code == 0, found.unchanged
    assert len(found.catches) == sum(len(trial.planted) for trial in TRIALS)
