"""``bench sweep`` measures a grid, fits the growth of the peaks, and says at which size a worker is killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.results.records import Results
from bench.results.store import read_results
from tests.support.command import Finished, run
from tests.support.in_process import bench

pytestmark = [pytest.mark.slow, pytest.mark.server]

GRID = [f"{findings}/{regions}" for findings in (100, 200) for regions in (1, 2, 3)]


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, inputs: Path) -> tuple[Finished, Path]:
    folder = tmp_path_factory.mktemp("sweep")
    grid = ["--findings", "100, 200", "--regions", "1,2,3", "--catalogue-file", inputs / "catalogue.json"]
    return run("sweep", *grid, "--implementation", "streaming", "--output", folder), folder


@pytest.fixture(scope="session")
def found(finished: tuple[Finished, Path]) -> Results:
    assert finished[0].returncode == 0, finished[0].stderr
    return read_results(finished[1] / "results.json")


def test_every_size_of_the_grid_has_its_peaks_and_statements_and_no_time(found: Results) -> None:
    assert [one.scan for one in found.datasets] == GRID
    metrics = {(one.scan, one.metric) for one in found.measurements}
    assert metrics >= {
        (scan, metric)
        for scan in GRID
        for metric in ("peak_heap_bytes", "peak_rss_bytes", "base_rss_bytes", "statements_django")
    }
    assert not [metric for _, metric in metrics if metric.endswith("_seconds")]


def test_the_report_tells_the_growth_by_rows_with_findings_held(finished: tuple[Finished, Path]) -> None:
    report = (finished[1] / "report.md").read_text(encoding="utf-8")
    assert "<summary>Growth</summary>" in report
    assert "#### Where a worker is killed" in report
    assert "#### Fits" in report
    for metric in ("Peak heap", "Peak RSS growth"):
        for findings in (100, 200):
            assert f"| streaming | {metric} | rows, {findings} findings" in report


def test_the_terminal_says_where_a_worker_is_killed(finished: tuple[Finished, Path]) -> None:
    lines = finished[0].stdout.splitlines()
    start = lines.index("Where a worker is killed: streaming")
    assert [line.split("iB")[0].split() for line in lines[start + 3 : start + 7]] == [
        ["512", "M"],
        ["1", "G"],
        ["2", "G"],
        ["4", "G"],
    ]
    assert max(map(len, lines[:-1])) <= 100


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--findings", ""], "the grid has a number missing; write for example --findings 1k,10k --regions 5,10,20"),
        (["--regions", "5,,10"], "the grid has a number missing; "),
        (["--findings", "1k,many"], "scan size 'many/5' is not findings/regions"),
        (["--regions", "5,5"], "was given more than once"),
    ],
)
def test_a_grid_that_is_none_is_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, options: list[str], message: str
) -> None:
    code, text, errors = bench(capsys, "sweep", *options, "--output", tmp_path / "out")
    assert (code, text) == (2, "")
    assert message in errors
    assert errors.count("\n") == 1
    assert not (tmp_path / "out").exists()
