"""A run with good and bad implementations side by side records each fault, continues, and ends with exit code 1."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.cli_results import DOCUMENTED_METRICS, results
from tests.support.command import Finished, content, run

pytestmark = [pytest.mark.slow, pytest.mark.server]

FAULTS = "tests.support.implementations"
GOOD = "streaming"
EXPECTED = {
    f"{FAULTS}.ends:raises": ("error", "ValueError: two lines"),
    f"{FAULTS}.ends:kills_itself": ("killed", "SIGKILL"),
    f"{FAULTS}.ends:exits": ("error", "SystemExit: 0"),
    f"{FAULTS}.results:drops_a_row": ("wrong-rows", "wrote 5 rows where the rules give 6"),
    f"{FAULTS}.results:counts_wrong": ("wrong-rows", "returned requirements_created = 7 but left 6 rows"),
    f"{FAULTS}.results:never_twice_the_same": ("wrong-rows", "another digest than an earlier sample"),
    f"{FAULTS}.results:writes_to_another_tenant": ("wrong-rows", "belong to other calls"),
    f"{FAULTS}.results:clears_summaries_of_another_scan": ("wrong-rows", "belong to other calls"),
}


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, inputs: Path) -> tuple[Finished, Path]:
    output = tmp_path_factory.mktemp("faults")
    for name in ("results.json", "report.md", "benchmark.json", "interrupted.json"):
        (output / name).write_text("earlier")
    # The good one comes last: what went wrong before must not touch it.
    names = [word for name in (*EXPECTED, GOOD) for word in ("--implementation", name)]
    scan = ["--scan", "30/2", "--catalogue-file", inputs / "catalogue.json"]
    return run("run", *scan, "--pairs", "1", "--output", output, *names), output


@pytest.fixture(scope="session")
def found(finished: tuple[Finished, Path]) -> dict[str, Any]:
    return results(finished[1])


def test_its_exit_code_is_1(finished: tuple[Finished, Path]) -> None:
    assert finished[0].returncode == 1, finished[0].stderr
    assert "Traceback" not in finished[0].stderr


@pytest.mark.parametrize("implementation", EXPECTED)
def test_each_fault_is_recorded_once_with_kind_and_reason(found: dict[str, Any], implementation: str) -> None:
    (failure,) = (one for one in found["failures"] if one["implementation"] == implementation)
    kind, part = EXPECTED[implementation]
    assert failure["scan"] == "30/2"
    assert failure["kind"] == kind
    assert part in failure["message"]


def test_the_traceback_of_what_raised_is_kept_with_the_failure(found: dict[str, Any]) -> None:
    (failure,) = (one for one in found["failures"] if one["implementation"].endswith(":raises"))
    assert "Traceback" in failure["log_tail"]


def test_the_good_implementation_has_every_sample_and_no_failure(found: dict[str, Any]) -> None:
    assert GOOD not in {failure["implementation"] for failure in found["failures"]}
    metrics = {m["metric"] for m in found["measurements"] if m["implementation"] == GOOD}
    assert metrics >= DOCUMENTED_METRICS.keys()


def test_the_output_says_what_failed_and_that_the_rows_differ(finished: tuple[Finished, Path]) -> None:
    assert finished[0].stdout.startswith("❌ FAILED – ")
    assert "\nSame rows: no" in finished[0].stdout
    for implementation in EXPECTED:
        assert f"{implementation} failed" in finished[0].stderr


def test_every_file_of_the_earlier_run_is_replaced(finished: tuple[Finished, Path]) -> None:
    files = content(finished[1])
    assert "interrupted.json" not in files
    assert {"results.json", "report.md", "benchmark.json"} <= files.keys()
    assert b"earlier" not in (files["results.json"][:7], files["report.md"][:7], files["benchmark.json"][:7])


def test_rows_of_other_content_fail_the_run_although_each_call_went_well(tmp_path: Path, inputs: Path) -> None:
    names = ["--implementation", "streaming", "--implementation", f"{FAULTS}.results:miscounts_findings"]
    scan = ["--scan", "30/2", "--catalogue-file", inputs / "catalogue.json"]
    finished = run("run", *scan, "--pairs", "1", "--output", tmp_path, *names)
    assert finished.returncode == 1
    assert finished.stdout.startswith("❌ FAILED – ")
    assert "\nSame rows: no" in finished.stdout
    assert results(tmp_path)["failures"] == []
