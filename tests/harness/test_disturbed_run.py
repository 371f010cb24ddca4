"""A run in which implementations disturb one another fails them by name, and measures the next one as if alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.results.records import Results
from bench.results.store import read_results
from tests.support.command import run
from tests.support.small_scan import CATALOGUE

pytestmark = [pytest.mark.slow, pytest.mark.server]

HERE = "tests.support.implementations.disturbing"
FAILED = {
    f"{HERE}:killed_while_statements_are_logged": ("statements", "killed", "SIGKILL"),
    f"{HERE}:sets_unlogged": ("statements", "disturbed", "persistence is now unlogged, was logged"),
    f"{HERE}:drops_target": ("statements", "error", "removed the table compliance_requirements_overviews"),
    f"{HERE}:idle_in_transaction": ("statements", "error", "idle in transaction"),
    # The probe of statements sets log_statement itself, and resets it at its end.
    f"{HERE}:reloads_setting": ("memory", "disturbed", "log_statement: value is now all, was none"),
}
GOOD = ("streaming", "materializing")


@pytest.fixture(scope="module")
def catalogue_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("catalogue") / "catalogue.json"
    path.write_text(json.dumps(CATALOGUE), encoding="utf-8")
    return path


def measured(folder: Path, catalogue_file: Path, *names: str) -> tuple[Results, int]:
    options = [word for name in names for word in ("--implementation", name)]
    scan = ["--scan", "30/2", "--catalogue-file", catalogue_file, "--pairs", 1, "--output", folder]
    finished = run("run", *scan, *options)
    return read_results(folder / "results.json"), finished.returncode


@pytest.fixture(scope="module")
def disturbed(catalogue_file: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Results, int]:
    return measured(tmp_path_factory.mktemp("disturbed"), catalogue_file, *FAILED, *GOOD)


def test_each_implementation_that_disturbs_fails_alone_and_by_name(disturbed: tuple[Results, int]) -> None:
    results, code = disturbed
    assert code == 1
    assert [one.implementation for one in results.failures] == list(FAILED)
    for failure in results.failures:
        probe, kind, part = FAILED[failure.implementation]
        assert (failure.probe, failure.kind) == (probe, kind)
        assert part in failure.message


def test_the_others_are_measured_as_if_alone(
    disturbed: tuple[Results, int], catalogue_file: Path, tmp_path: Path
) -> None:
    alone, code = measured(tmp_path, catalogue_file, *GOOD)
    assert code == 0
    exact = ("statements_django", "statements_server", "rows_written", "rows_inserted")

    def figures(results: Results) -> dict[tuple[str, str], object]:
        return {
            (one.implementation, one.metric): one.samples if one.metric in exact else len(one.samples)
            for one in results.measurements
            if one.implementation in GOOD
        }

    def wal(results: Results) -> list[float]:
        return [sum(one.samples) for one in results.measurements if one.metric == "wal_bytes"]

    assert figures(disturbed[0]) == figures(alone)
    assert wal(disturbed[0]) == pytest.approx(wal(alone), rel=0.2)


def test_what_was_measured_before_the_server_ended_is_kept(catalogue_file: Path, tmp_path: Path) -> None:
    options = ["--implementation", "streaming", "--implementation", f"{HERE}:ends_the_server"]
    scan = ["--scan", "30/2", "--catalogue-file", catalogue_file, "--pairs", 1, "--output", tmp_path]
    finished = run("run", *scan, *options)
    assert finished.returncode == 2
    assert f"after a sample of {HERE}:ends_the_server" in finished.stderr
    kept = read_results(tmp_path / "interrupted.json")
    assert kept.unfinished
    assert {one.implementation for one in kept.measurements if one.metric == "statements_server"} == {"streaming"}
