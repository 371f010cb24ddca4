"""The promises of a function of a foreign project are tried on its own tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.results.promises import read_promises
from tests.support.command import run
from tests.support.weather import REPORTS, SIZE, project_options

pytestmark = [pytest.mark.slow, pytest.mark.server]


@pytest.mark.nightly
def test_promises_are_tried_in_the_projects_environment(clone: Path, tmp_path: Path) -> None:
    """Its function promises nothing, so nothing can be broken; what was seen is recorded."""
    options = ["--implementation", "daily", "--size", SIZE, "--points", 9, "--json", tmp_path / "promises.json"]
    finished = run("prove", "promises", *project_options(clone), *options)
    assert finished.returncode == 0, finished.stderr
    (trial,) = read_promises(tmp_path / "promises.json")
    assert (trial.implementation, trial.failure, trial.rows) == ("daily", "", REPORTS)
    assert trial.tables == ("daily_reports", "issue_totals")
    assert len(trial.points) == 9
    assert {one.scans for one in trial.races} == {"one"}
