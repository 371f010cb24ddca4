"""What a search found is in its folder after every trial, and at its end with a report."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.bisect.bisecting import Bisecting, Keep
from bench.bisect.session import BISECTION_FILE, StepProgress, bisect_into
from bench.errors import InputError
from bench.results.bisection import Commit, read_bisection
from tests.bisect.sought import STATEMENTS, Sought
from tests.support.notes import Notes


def test_a_search_leaves_report_plot_and_file(tmp_path: Path) -> None:
    sought, output = Sought(tmp_path, ["18", "18 b", "19 c", "19 d"]), tmp_path / "out"
    kept = bisect_into(output, lambda *, keep: sought.bisecting(STATEMENTS, keep=keep), Notes())
    assert kept.bisection.first_bad is not None
    assert read_bisection(kept.file) == kept.bisection
    assert "First bad commit" in kept.report.read_text()
    assert sorted(path.name for path in output.rglob("*.*")) == [
        BISECTION_FILE,
        "bisection.png",
        "bisection.svg",
        "report.md",
    ]


def test_an_interrupted_search_leaves_what_it_measured_and_says_where(tmp_path: Path) -> None:
    sought, output, notes = Sought(tmp_path, [f"18 {n}" for n in range(9)] + ["19"]), tmp_path / "out", Notes()

    def interrupt(_: Commit) -> None:
        if len(sought.measure.measured) == 3:
            # As after a kill: the file was written before.
            assert len(read_bisection(output / BISECTION_FILE).trials) == 3
            raise KeyboardInterrupt

    sought.measure.before = interrupt
    with pytest.raises(KeyboardInterrupt):
        bisect_into(output, lambda *, keep: sought.bisecting(STATEMENTS, keep=keep), notes)
    found = read_bisection(output / BISECTION_FILE)
    assert (found.unfinished, len(found.trials)) == ("interrupted", 3)
    assert "Unfinished (interrupted): the first bad commit is one of" in (output / "report.md").read_text()
    assert notes.warnings == [f"what was measured so far is in {output / 'report.md'}"]


def test_a_folder_that_cannot_be_written_is_found_before_anything_is_measured(tmp_path: Path) -> None:
    sought = Sought(tmp_path, ["18", "19"])
    (tmp_path / "file").touch()

    def begin(*, keep: Keep) -> Bisecting:
        return sought.bisecting(STATEMENTS, keep=keep)

    with pytest.raises(InputError, match="a file is in the place of a folder"):
        bisect_into(tmp_path / "file" / "out", begin, Notes())
    assert sought.measure.measured == []


def test_each_stage_of_a_run_names_its_step() -> None:
    notes = Notes()
    steps = StepProgress(notes)
    steps.stage("loading")
    steps.begin_step("abc (about 2 steps left)")
    steps.stage("loading")
    steps.warn("careful")
    steps.begin(3)
    steps.done(2)
    assert notes.stages == ["loading", "abc (about 2 steps left): loading"]
    assert (notes.warnings, notes.total, notes.finished) == (["careful"], 3, 2)
