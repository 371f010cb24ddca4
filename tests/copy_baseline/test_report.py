"""A report gives each implementation's cost over the copy baseline, and does not count the baseline among them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len

from bench.analysis.pairs import paired_ratio, samples_of
from bench.analysis.run_verdict import judge
from bench.analysis.summary import summaries_of
from bench.report.run_text import render_table
from bench.report.table import Table
from bench.report.tables.copy_baseline import COPY_BASELINE_TITLE, copy_baseline_table
from bench.report.terminal import WIDTH
from bench.results.records import COPY_BASELINE, Results
from tests.support.builders import digest, production_results
from tests.support.copy_baseline_runs import with_copy_baseline
from tests.support.rendered_markdown import report
from tests.support.report_golden import assert_golden


def table(results: Results) -> Table:
    summaries = summaries_of(results)
    found = copy_baseline_table(results, summaries, judge(results, summaries))
    assert found is not None
    return found


def cell(results: Results, scan: str, implementation: str, column: int) -> str:
    (row,) = (row for row in table(results).rows if row[:2] == (scan, implementation))
    return row[column]


def test_the_whole_outputs_are_as_in_their_golden_files() -> None:
    assert_golden("copy-baseline.txt", render_table(with_copy_baseline()))
    assert_golden("copy-baseline.md", report(with_copy_baseline()))


def test_the_text_fits_100_columns() -> None:
    assert max(map(cell_len, render_table(with_copy_baseline()).splitlines())) <= WIDTH == 100


def test_a_ratio_is_the_paired_one_over_the_copy_baseline_with_its_interval() -> None:
    results = with_copy_baseline()
    baseline, own = (
        samples_of(results.measurements, "10k/20", name, "wall_seconds") for name in (COPY_BASELINE, "streaming")
    )
    found = paired_ratio(baseline, own)
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.estimate < found.high
    text = f"{found.estimate:.2f}× ({found.low:.2f}–{found.high:.2f})"
    assert cell(results, "10k/20", "streaming", 3) == text


def test_few_pairs_and_costs_like_the_copy_baselines_own_are_marked_as_not_distinguished() -> None:
    results = with_copy_baseline()
    assert cell(results, "100/3", "streaming", 3).startswith("~")
    assert cell(results, "10k/20", "streaming", 5) == "1.09×"
    same = tuple(
        replace(one, samples=(700.0 * 108_420,)) if (one.scan, one.metric) == ("10k/20", "wal_bytes") else one
        for one in results.measurements
    )
    assert cell(replace(results, measurements=same), "10k/20", "streaming", 5) == "~1.00×"


def test_a_cost_far_below_the_copy_baseline_keeps_three_digits() -> None:
    results = with_copy_baseline()
    small = tuple(
        replace(one, samples=(1e6,)) if (one.implementation, one.metric) == ("streaming", "wal_bytes") else one
        for one in results.measurements
    )
    assert cell(replace(results, measurements=small), "10k/20", "streaming", 5) == "0.013×"


def test_the_copy_baseline_is_none_of_the_implementations() -> None:
    """But for its own section and its digest, a report reads as if the copy baseline had not been measured."""
    plain, measured = production_results(), with_copy_baseline()
    text = render_table(measured)
    assert text.startswith(render_table(plain).rstrip("\n"))
    assert "both implementations wrote" in text
    head = report(measured).partition(f"<details><summary>{COPY_BASELINE_TITLE}")[0]
    assert COPY_BASELINE not in head
    assert report(plain).startswith(head)


@pytest.mark.parametrize("wrong", ["streaming", COPY_BASELINE])
def test_rows_that_differ_or_were_not_compared_forbid_every_ratio(wrong: str) -> None:
    results = with_copy_baseline()
    others = tuple(one for one in results.digests if (one.scan, one.implementation) != ("10k/20", wrong))
    name = "streaming"
    assert cell(replace(results, digests=others), "10k/20", name, 3) == "–"
    different = (*results.digests[:-3], digest("10k/20", name, 108_419, "bad0" * 16), *results.digests[-3:])
    assert "×" not in "".join(cell for row in table(replace(results, digests=different)).rows for cell in row)


def test_without_the_copy_baseline_there_is_no_section() -> None:
    assert COPY_BASELINE_TITLE not in render_table(production_results())
    assert COPY_BASELINE_TITLE not in report(production_results())
