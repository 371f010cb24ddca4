"""``bench export`` writes figures to standard output or a file, from files of any schema, and says what it left out."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest

from bench.cli.export import Format
from bench.results.records import Failure, Results
from bench.results.store import write_results
from tests.results.test_upgrade import earlier, schema_1
from tests.support.command import ROOT
from tests.support.in_process import bench
from tests.support.run_pairs import later, small_run

BASELINE = ROOT / "reports" / "baseline.json"


@pytest.fixture
def results(tmp_path: Path) -> Path:
    path = tmp_path / "results.json"
    write_results(path, small_run())
    return path


@pytest.mark.parametrize("name", get_args(Format))
def test_a_file_gets_what_standard_output_gets(
    name: str, results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, output, errors = bench(capsys, "export", results, "--format", name)
    assert (code, errors) == (0, "")
    file = tmp_path / "new" / "figures"
    assert bench(capsys, "show", "export", results, "--format", name, "--output", file) == (0, "", "")
    assert file.read_bytes().decode() == output != ""


@pytest.mark.parametrize("write", [schema_1, earlier])
def test_files_of_earlier_schemas_keep_their_figures(
    write: Callable[[Results], dict[str, Any]], results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They do not name their job, so that their cases have its place taken by ``bench``."""
    old = tmp_path / "old.json"
    old.write_text(json.dumps(write(small_run())), encoding="utf-8")
    today, before = (bench(capsys, "export", file, "--format", "bencher") for file in (results, old))
    assert before[0] == 0
    assert before[1].replace('"bench[', '"compliance[') == today[1]


def test_several_runs_are_one_table(results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "later.json"
    write_results(other, later(small_run()))
    code, output, _ = bench(capsys, "export", results, other, "--format", "csv")
    assert code == 0
    sources = [line["source"] for line in csv.DictReader(io.StringIO(output))]
    assert sources == sorted(sources, key=[str(results), str(other)].index)
    assert len(set(sources)) == 2
    code, output, errors = bench(capsys, "export", results, other, "--format", "bencher")
    assert (code, output) == (2, "")
    assert "both hold" in errors


def test_what_is_left_out_is_named_on_standard_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    failure = Failure(scan="1k/8", implementation="streaming", probe="rss", kind="killed", message="gone")
    write_results(tmp_path / "a.json", replace(small_run(), failures=(failure,)))
    code, output, errors = bench(capsys, "export", tmp_path / "a.json", "--format", "bencher")
    assert (code, list(json.loads(output))) == (0, ["compliance[1k/8 materializing]"])
    assert errors == f"left out: {tmp_path / 'a.json'}: streaming on 1k/8 failed\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.json", "--format", "csv"], "there is no results file missing.json"),
        (
            ["missing.json", "--format", "xml"],
            "'xml' is not one of 'bencher', 'github-action-benchmark', 'openmetrics'",
        ),
        (["missing.json"], "Missing option '--format'"),
        (["--format", "csv"], "Missing argument"),
        ([str(BASELINE), "--format", "csv", "--output", "/proc/none/x"], "cannot write /proc/none/x"),
    ],
)
def test_bad_input_ends_with_two_and_one_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, output, errors = bench(capsys, "export", *arguments)
    assert (code, output, errors.count("\n")) == (2, "", 1)
    assert message in errors
