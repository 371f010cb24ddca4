"""The report of the read side begins with the verdict, and shows no ratio if answers differ."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rich.cells import cell_len

from bench.analysis.pairs import paired_ratio
from bench.compliance.reads.page import render_reads, render_reads_markdown
from bench.compliance.reads.record import ReadResults
from bench.report.terminal import WIDTH
from tests.support.reads_runs import other_answers, read_results, slow_read
from tests.support.report_golden import assert_golden

RUNS: dict[str, Callable[[], ReadResults]] = {
    "reads": read_results,
    "reads-slow": slow_read,
    "reads-other-answers": other_answers,
}


@pytest.mark.parametrize("name", RUNS)
def test_the_whole_outputs_are_as_in_their_golden_files(name: str) -> None:
    assert_golden(f"{name}.txt", render_reads(RUNS[name]()))
    assert_golden(f"{name}.md", render_reads_markdown(RUNS[name]()))


@pytest.mark.parametrize("make", RUNS.values())
def test_the_text_fits_100_columns(make: Callable[[], ReadResults]) -> None:
    assert max(map(cell_len, render_reads(make()).splitlines())) <= WIDTH == 100


def test_the_slowest_typical_read_decides_and_one_that_can_be_avoided_does_not() -> None:
    kept, broken = (" ".join(render_reads(make()).split()) for make in (read_results, slow_read))
    assert "1.31× the table's (one requirement, all regions), within the goal of 1.5×" in kept
    assert "2.00× the table's (one framework, all regions), beyond the goal of 1.5×" in broken


def test_a_ratio_is_view_over_table_pair_by_pair() -> None:
    results = read_results()
    read = results.reads[3]
    found = paired_ratio(read.table_seconds, read.view_seconds)
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    (line,) = (line for line in render_reads(results).splitlines() if line.startswith(read.read))
    assert line.endswith(f"{found.estimate:.2f}× ({found.low:.2f}–{found.high:.2f})")


def test_answers_that_differ_come_first_and_forbid_every_ratio() -> None:
    text = render_reads(other_answers())
    assert text.startswith("Same answers: no – all frameworks, counted")
    reads, _, _ = text.partition("design")
    assert "×" not in reads
