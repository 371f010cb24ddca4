"""``bench run`` end to end: the smallest scan of the pull request, both implementations, one sample each."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.results.metrics import METRICS
from tests.support.cli_results import DOCUMENTED_KEYS, DOCUMENTED_METRICS, results, samples
from tests.support.command import Finished, content, run

pytestmark = [pytest.mark.slow, pytest.mark.server]

PUBLISHED_PEAKS = {"materializing": 35e6, "streaming": 32e6}
ROWS = 3 * 5_421


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Finished, Path]:
    output = tmp_path_factory.mktemp("published") / "new" / "folder"
    return run("run", "--scan", "100/3", "--pairs", "1", "--output", output), output


@pytest.fixture(scope="session")
def folder(finished: tuple[Finished, Path]) -> Path:
    return finished[1]


@pytest.fixture(scope="session")
def found(folder: Path) -> dict[str, Any]:
    return results(folder)


def test_it_succeeds_and_says_where_the_files_are(finished: tuple[Finished, Path]) -> None:
    process, folder = finished
    assert process.returncode == 0, process.stderr
    assert str(folder / "report.md") in process.stdout
    assert str(folder / "results.json") in process.stdout


def test_the_verdict_comes_first_and_the_table_fits_100_columns(finished: tuple[Finished, Path]) -> None:
    *lines, _ = finished[0].stdout.rstrip().splitlines()
    assert lines[0].startswith("✅ PASSED – ")
    assert any(line.startswith("Same rows: yes") for line in lines)
    assert any(line.startswith("100/3") and "19 → 18" in line for line in lines)
    assert max(map(len, lines)) <= 100


def test_progress_on_standard_error_says_which_case_what_of_how_many_and_the_rest(
    finished: tuple[Finished, Path],
) -> None:
    errors = finished[0].stderr
    assert "materializing, statements (1 of " in errors
    assert "left" in errors
    assert "Traceback" not in errors


def test_it_leaves_report_results_plots_and_a_pytest_benchmark_file(folder: Path) -> None:
    files = content(folder)
    assert {"report.md", "results.json", "benchmark.json"} <= files.keys()
    plots = {Path(name).with_suffix("").name for name in files if name.startswith("plots/")}
    assert plots
    assert {f"plots/{name}{suffix}" for name in plots for suffix in (".png", ".svg")} <= files.keys()
    assert not [name for name in files if Path(name).name.startswith(".")], "no temporary file"


def test_the_results_have_the_documented_keys_metrics_and_units(found: dict[str, Any]) -> None:
    assert found["schema"] == 4
    assert found.keys() >= DOCUMENTED_KEYS
    metrics = {m["metric"]: m["unit"] for m in found["measurements"]}
    assert metrics.items() >= DOCUMENTED_METRICS.items()
    assert metrics == {name: METRICS[name].unit for name in metrics}
    for measurement in found["measurements"]:
        assert measurement["scan"] == "100/3"
        assert measurement["implementation"] in ("materializing", "streaming")
        # Every probe counts the rows; every other metric has its one sample.
        assert (len(measurement["samples"]) == 1) == (measurement["metric"] != "rows_written")
    assert found["failures"] == []


def test_the_dataset_says_what_was_loaded(found: dict[str, Any]) -> None:
    (dataset,) = found["datasets"]
    expected = {
        "scan": "100/3",
        "seed": 0,
        "rows": ROWS,
        "job": "compliance",
        "size": {"findings": 100, "regions": 3},
    }
    assert dataset.items() >= expected.items()
    assert dataset["quantities"].items() >= {"counted regions": 3, "frameworks": 46, "requirements": 5_421}.items()
    assert dataset["facts"].items() >= {"provider": "aws", "catalogue": "synthetic"}.items()
    assert len(dataset["fingerprint"]) == 64
    assert (found["job"]["noun"], found["job"]["rows_follow"]) == ("scan", ["regions"])


def test_the_results_say_which_code_was_measured(found: dict[str, Any]) -> None:
    code = {one["implementation"]: one for one in found["code"]}
    assert {name: one["function"].partition(".")[0].partition(":")[0] for name, one in code.items()} == {
        "materializing": "reference_impl",
        "streaming": "optimized_impl",
    }
    for one in code.values():
        assert one["python"] == platform.python_version()
        assert one["packages"].keys() >= {"django", "psycopg"}
        assert one["project"] == ""


def test_both_implementations_left_the_same_rows(found: dict[str, Any]) -> None:
    first, second = found["digests"]
    names = {first.pop("implementation"), second.pop("implementation")}
    assert names == {"materializing", "streaming"}
    assert first == second
    assert [(one["table"], one["count"]) for one in first["tables"]] == [("rows", ROWS), ("summaries", 46)]
    assert first["bystanders_unchanged"]


def test_statements_as_django_logs_them_are_the_published_ones(found: dict[str, Any]) -> None:
    assert samples(found, "materializing", "statements_django") == [19]
    assert samples(found, "streaming", "statements_django") == [18]


@pytest.mark.parametrize("implementation", PUBLISHED_PEAKS)
def test_peak_heap_is_within_15_per_cent_of_the_published(found: dict[str, Any], implementation: str) -> None:
    (peak,) = samples(found, implementation, "peak_heap_bytes")
    assert peak == pytest.approx(PUBLISHED_PEAKS[implementation], rel=0.15)


@pytest.mark.parametrize("implementation", PUBLISHED_PEAKS)
def test_the_heap_over_time_reaches_the_peak(found: dict[str, Any], implementation: str) -> None:
    (series,) = (one for one in found["heap"] if one["implementation"] == implementation)
    (peak,) = samples(found, implementation, "peak_heap_bytes")
    assert peak * 0.9 < max(point["heap_bytes"] for point in series["points"]) <= peak


def test_pytest_benchmark_compares_its_file(folder: Path, found: dict[str, Any]) -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "pytest_benchmark", "compare", str(folder / "benchmark.json")],
        capture_output=True,
        text=True,
        check=True,
    )
    for name in ("100/3 materializing", "100/3 streaming"):
        assert name in finished.stdout
    entries = json.loads((folder / "benchmark.json").read_text())["benchmarks"]
    seconds = {entry["name"].split()[1]: entry["stats"]["data"] for entry in entries}
    assert seconds == {name: samples(found, name, "wall_seconds") for name in PUBLISHED_PEAKS}


def test_the_report_names_the_figures_of_the_results(folder: Path) -> None:
    report = (folder / "report.md").read_text(encoding="utf-8")
    assert "19 → 18" in report
    assert f"{ROWS:,}" in report


def test_no_path_of_this_machine_is_in_report_and_results(folder: Path) -> None:
    for name in ("report.md", "results.json"):
        text = (folder / name).read_text(encoding="utf-8").replace(str(folder), "")
        assert sys.prefix not in text
        assert str(Path.home()) + "/" not in text
