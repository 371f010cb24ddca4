"""The text table fits a terminal of 100 columns, whatever was measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.cells import cell_len

from bench.report.run_text import render_table
from bench.report.terminal import WIDTH
from bench.results.records import Results
from tests.support import variants
from tests.support.builders import production_results
from tests.support.report_golden import assert_golden
from tests.support.report_runs import RUNS, large


@pytest.mark.parametrize("name", RUNS)
def test_the_whole_table_is_as_in_its_golden_file(name: str) -> None:
    assert_golden(f"{name}.txt", render_table(RUNS[name]()))


@pytest.mark.parametrize("make", [*RUNS.values(), large])
def test_no_line_is_wider_than_100_columns_or_holds_control_characters(make: Callable[[], Results]) -> None:
    text = render_table(make())
    assert text.endswith("\n")
    for line in text.splitlines():
        assert cell_len(line) <= WIDTH == 100
        assert line.isprintable()


def test_the_verdict_comes_first_and_other_rows_suppress_every_ratio() -> None:
    text = render_table(variants.mismatch())
    first, _, rest = text.partition("Same rows: no – ")
    assert first.startswith("❌ FAILED – streaming on 10k/20 wrote 108,419 rows, expected 108,420")
    assert rest
    assert "×" not in text
    assert "× less" in render_table(production_results())


def test_many_failures_are_counted_and_the_first_five_told() -> None:
    failed = variants.failed()
    text = " ".join(render_table(replace(failed, failures=failed.failures * 8)).split())
    assert "Failures: 8 –" in text
    assert text.partition("Failures: 8")[2].count("signal 9") == 5
    assert "and 3 more" in text
