"""The soak: gates of unchanged code in a row, none of which may fail. It takes too long to be collected by itself.

``pytest tests/gate/soak.py`` runs it. The implementations are the same code under two names, so that every regression
that a gate finds, between them or against the baseline, is a false alarm.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.cli.main import main
from bench.compliance.planted.trials import CONTROL, STREAMING

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
