"""``bench compare`` prints the comparison and ends with the code that a script can act on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bench.results.records import Results
from bench.results.store import write_results
from tests.support.in_process import bench
from tests.support.run_pairs import later, other_rows, regressed, small_run

Compare = Callable[..., tuple[int, str, str]]


@pytest.fixture
def compare(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Compare:
    """Writes two runs and compares them."""

    def command(before: Results, after: Results, *options: object) -> tuple[int, str, str]:
        write_results(tmp_path / "A.json", before)
        write_results(tmp_path / "B.json", after)
        return bench(capsys, "compare", tmp_path / "A.json", tmp_path / "B.json", *options)

    return command


@pytest.mark.parametrize(
    ("after", "code"),
    [
        (later(small_run()), 0),
        (regressed(), 1),
        (other_rows(), 1),
        (replace(small_run(), scenario="rerun"), 3),
    ],
)
def test_the_exit_code_says_whether_something_got_worse(compare: Compare, after: Results, code: int) -> None:
    found, output, errors = compare(small_run(), after)
    assert (found, errors) == (code, "")
    assert output.startswith({0: "✅ PASSED – ", 1: "❌ FAILED – ", 3: "⚠️ NOT COMPARABLE – "}[code])
    assert "\nSame rows in both runs: " in output


def test_markdown_is_a_table_of_it(compare: Compare, tmp_path: Path) -> None:
    code, _, _ = compare(small_run(), regressed(), "--markdown", tmp_path / "comparison.md")
    assert code == 1
    markdown = (tmp_path / "comparison.md").read_text(encoding="utf-8")
    assert markdown.startswith("# Comparison of two runs\n")
    assert "| Peak heap | 34.4 → 38.6 MB | +12.2 % |" in markdown


def test_nothing_in_common_and_an_unreadable_file_are_the_input_s_fault(
    compare: Compare, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, output, errors = compare(small_run(), replace(small_run(), measurements=()))
    assert (code, output) == (2, "")
    assert errors.startswith("bench: nothing to compare: ")
    code, output, errors = bench(capsys, "compare", tmp_path / "A.json", tmp_path / "missing.json")
    assert (code, output) == (2, "")
    assert "there is no results file" in errors
