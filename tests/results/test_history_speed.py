"""A history is loaded at a small multiple of what it takes to read its JSON, each file once."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bench.analysis.history import history_of
from bench.files.strict_json import parse_json
from bench.report.history import HISTORY_METRICS
from bench.results.history import earlier_runs, keep
from tests.support.builders import production_results
from tests.support.in_process import bench
from tests.support.run_pairs import later, regressed, small_run

RUNS = 40
MOST = 12
"""How many times as long as ``json.loads``; it was 4.2."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("history")
    for place in range(RUNS):
        keep(made, replace(production_results(), created=f"2026-01-02T03:{place:02d}:05+00:00"))
    return made


def seconds(call: Callable[[], object]) -> float:
    """Processor time of a call, the least of three."""
    found = []
    for _ in range(3):
        start = time.process_time()
        call()
        found.append(time.process_time() - start)
    return min(found)


def test_loading_and_judging_takes_a_small_multiple_of_reading_json(folder: Path) -> None:
    files = list(folder.iterdir())
    assert len(files) == RUNS
    plain = seconds(lambda: [json.loads(file.read_bytes()) for file in files])
    whole = seconds(lambda: history_of(earlier_runs(folder).runs, None, HISTORY_METRICS))
    assert whole < MOST * plain, f"{whole / plain:.1f} times"


def test_each_file_is_parsed_once_whatever_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "history"
    for run in (small_run(), regressed(), later(small_run())):
        keep(folder, run)
    parsed = []
    original = parse_json

    def counting(content: bytes) -> object:
        parsed.append(len(content))
        return original(content)

    monkeypatch.setattr("bench.files.json_file.parse_json", counting)
    page = tmp_path / "page.html"
    assert bench(capsys, "history", folder, "--output", tmp_path, "--html", page, "--json")[0] == 0
    assert len(parsed) == 3
    assert page.exists()
