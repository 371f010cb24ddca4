"""``bench prove reads`` end to end, and its files."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from bench.compliance.reads.record import ReadResults
from bench.compliance.typical_reads import READS
from bench.database.embedded import embedded_server
from tests.support.command import Finished, run
from tests.support.small_scan import CATALOGUE, EXPECTED_ROWS

pytestmark = [pytest.mark.slow, pytest.mark.server]


@pytest.fixture(scope="module")
def catalogue_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("catalogue") / "catalogue.json"
    path.write_text(json.dumps(CATALOGUE), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def finished(catalogue_file: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Finished, Path]:
    folder = tmp_path_factory.mktemp("reads") / "new"
    scan = ["--scan", "30/2", "--catalogue-file", catalogue_file]
    return run("reads", *scan, "--pairs", 2, "--writes", 2, "--output", folder), folder


def test_it_prints_the_verdict_first_and_says_where_the_files_are(finished: tuple[Finished, Path]) -> None:
    process, folder = finished
    assert process.returncode == 0, process.stderr
    assert process.stdout.startswith(
        f"Same answers: yes – table and view gave equal rows to each of {len(READS)} reads"
    )
    assert f"Report: {folder / 'reads.md'}; results: {folder / 'reads.json'}." in process.stdout
    assert (folder / "reads.md").read_text(encoding="utf-8").startswith("# Reads: table and view\n")


def test_the_results_hold_every_sample(finished: tuple[Finished, Path]) -> None:
    results = msgspec.json.decode((finished[1] / "reads.json").read_bytes(), type=ReadResults, strict=True)
    assert results.schema == 1
    assert results.dataset.rows == EXPECTED_ROWS
    assert [one.read for one in results.reads] == [read.title for read in READS]
    assert {len(one.view_seconds) for one in results.reads} == {2}
    assert [(one.design, len(one.seconds), len(one.wal_bytes)) for one in results.writes] == [
        ("table", 2, 1),
        ("packed", 2, 1),
    ]


def test_it_works_on_the_users_own_server_without_writing(catalogue_file: Path, tmp_path: Path) -> None:
    options = ["--scan", "30/2", "--catalogue-file", catalogue_file, "--pairs", 1, "--writes", 0, "--output", tmp_path]
    with embedded_server(18, {"fsync": "off"}) as theirs:
        process = run("reads", *options, "--database-url", theirs.conninfo)
    assert process.returncode == 0, process.stderr
    results = msgspec.json.decode((tmp_path / "reads.json").read_bytes(), type=ReadResults)
    assert results.environment.server_source == "own"
    assert results.writes == ()
    assert "time to write" not in process.stdout
