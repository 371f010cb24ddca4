"""``bench history`` lists and plots what is kept, and survives what is not a run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench.results.history import keep
from tests.support.builders import production_results
from tests.support.in_process import bench
from tests.support.run_pairs import regressed, small_run

PICTURES = ["history-peak-heap.png", "history-peak-heap.svg", "history-time.png", "history-time.svg"]


def test_runs_are_listed_newest_last_and_plotted(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    history, output = tmp_path / "history", tmp_path / "output"
    for one in (regressed(), small_run()):
        keep(history, one)
    (history / "damaged.json").write_text("{")
    code, text, errors = bench(capsys, "history", history, "--output", output)
    assert (code, errors) == (0, "")
    assert text.startswith("1k/8: 2 of 2 kept runs measured it, newest last\n")
    table = text[text.index("created") :]
    assert table.index("0123abc") < table.index("4567def")
    assert "38.6 MB" in text
    assert "Warning: skipped: " in " ".join(text.split())
    changed = ("statements-django", "wal-bytes")
    drawn = [*PICTURES, *(f"history-{name}.{suffix}" for name in changed for suffix in ("png", "svg"))]
    assert sorted(path.name for path in output.iterdir()) == sorted(drawn)


def test_a_scan_can_be_chosen_and_a_picture_without_data_goes(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    output = tmp_path / "output"
    whole = production_results()
    keep(tmp_path / "whole", whole)
    assert bench(capsys, "history", tmp_path / "whole", "--output", output, "--scan", "100/3")[1].startswith("100/3: ")
    assert sorted(path.name for path in output.iterdir()) == PICTURES
    untimed = tuple(one for one in whole.measurements if one.metric != "wall_seconds")
    keep(tmp_path / "untimed", replace(whole, measurements=untimed))
    assert bench(capsys, "history", tmp_path / "untimed", "--output", output)[0] == 0
    assert sorted(path.name for path in output.iterdir()) == PICTURES[:2]


def test_a_missing_folder_and_an_unknown_scan_are_the_input_s_fault(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, text, errors = bench(capsys, "history", tmp_path / "missing", "--output", tmp_path)
    assert (code, text) == (2, "")
    assert errors.startswith("bench: there is no folder ")
    keep(tmp_path / "history", small_run())
    code, text, errors = bench(capsys, "history", tmp_path / "history", "--scan", "9/9", "--output", tmp_path)
    assert (code, text) == (2, "")
    assert "'1k/8'" in errors
