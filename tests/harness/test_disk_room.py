"""Data that do not fit on the server's disk are refused before anything is loaded."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from bench.compliance.job import JOB
from bench.database.server import Server
from bench.errors import InputError
from bench.harness.runner import Runner
from bench.harness.stage import Stage
from bench.jobs.job import DataSource
from bench.jobs.size import parse_size
from tests.support.notes import Notes, always
from tests.support.stand_in import StandIn, plan


def source(label: str) -> DataSource:
    return DataSource(size=parse_size(JOB, label))


def free(monkeypatch: pytest.MonkeyPatch, number: float) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=number))


def test_a_run_of_which_one_scan_does_not_fit_is_refused_before_the_first_is_loaded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    free(monkeypatch, 20e9)
    stand_in = StandIn(always, data_folder=tmp_path / "server")
    with pytest.raises(InputError) as caught:
        Runner(plan(["100/3", "10M/30"]), Notes(), stand_in.open).run()
    assert str(caught.value) == (
        f"10M/30 needs about 86 GB on the disk while it is loaded and measured, and {tmp_path} has 20 GB free; "
        "make room there, point TMPDIR at another disk, or choose a smaller one"
    )
    assert stand_in.events == ["open", "close"]


def test_a_run_that_fits_or_whose_disk_is_not_known_is_measured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for number, folder in ((90e9, tmp_path / "server"), (0.0, None)):
        free(monkeypatch, number)
        stand_in = StandIn(always, data_folder=folder)
        Runner(plan(["10M/30"]), Notes(), stand_in.open).run()
        assert "load 10M/30" in stand_in.events


@pytest.mark.server
def test_every_command_that_loads_a_scan_refuses_one_that_does_not_fit(
    monkeypatch: pytest.MonkeyPatch, stage: Stage
) -> None:
    folder = stage.server.data_folder
    assert folder is not None
    assert (folder / "data").is_dir()
    free(monkeypatch, 1e9)
    created: list[str] = []
    monkeypatch.setattr(Server, "create_database", lambda *_: created.append("made"))
    with (
        pytest.raises(InputError, match=r"^1M/30 needs about 13 GB .* has 1\.0 GB free"),
        stage.data(JOB, source("1M/30")),
    ):
        pass
    assert not created


def test_what_a_scan_needs_grows_with_it_and_counts_the_copies_of_small_ones() -> None:
    needs = [JOB.outlook(source(label)).disk_bytes for label in ("100/3", "100k/30", "1M/30", "3M/30", "10M/30")]
    assert needs == sorted(needs)
    assert 2 * needs[2] < needs[3] < 3 * needs[2]
    data = needs[4] - needs[3]
    assert needs[1] > 3 * data / 70
