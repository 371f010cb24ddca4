"""The text table fits a terminal of 100 columns, whatever was measured."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.cells import cell_len

from bench.report.markdown import ZERO_WIDTH_SPACE
from bench.report.run_text import render_table
from bench.report.terminal import NARROWEST, WIDTH, columns, of_columns
from bench.results.records import Results
from tests.support import variants
from tests.support.builders import production_results
from tests.support.rendered_markdown import report
from tests.support.report_golden import assert_golden
from tests.support.report_runs import RUNS, large, six
from tests.support.sweep import sweep


@pytest.mark.parametrize("name", RUNS)
def test_the_whole_table_is_as_in_its_golden_file(name: str) -> None:
    assert_golden(f"{name}.txt", render_table(RUNS[name]()))


@pytest.mark.parametrize("make", [*RUNS.values(), large, six])
@pytest.mark.parametrize("width", [WIDTH, 80])
def test_no_line_is_wider_than_the_terminal_or_holds_controls(make: Callable[[], Results], width: int) -> None:
    with of_columns(width):
        text = render_table(make())
    assert text.endswith("\n")
    assert WIDTH == 100
    for line in text.splitlines():
        assert cell_len(line) <= width
        assert line.replace("\N{NO-BREAK SPACE}", " ").isprintable()


@pytest.mark.parametrize("width", [WIDTH, 80])
@pytest.mark.parametrize("make", [production_results, variants.broken_law, variants.stopped, sweep, six])
def test_no_word_is_broken_and_every_row_has_its_name(make: Callable[[], Results], width: int) -> None:
    results = make()
    with of_columns(width):
        printed = render_table(results)
    words = {word for word in printed.split() if set(word) != {"─"}}
    assert {word for word in words if "…" in word} <= {"(…)", "'…'"}
    with of_columns(WIDTH):
        known = f"{report(results)} {render_table(results)}".replace("\\", "").replace(ZERO_WIDTH_SPACE, "")
    assert {word for word in words if word.strip(",:;") not in known} == set()


def test_a_table_in_pieces_repeats_what_names_its_rows_and_their_group() -> None:
    with of_columns(80):
        printed = render_table(six()).partition("Where the peak changed")[0]
    for name in six().implementations:
        assert len(re.findall(rf"^{name} .*\d", printed, re.MULTILINE)) == 2 * 3
    assert len(re.findall(r"^10k/20, 108,420 rows$", printed, re.MULTILINE)) == 2


def test_a_terminal_of_another_width_is_kept_to_within_reason() -> None:
    for asked, used in ((1, NARROWEST), (80, 80), (500, WIDTH)):
        with of_columns(asked):
            assert columns() == used
    assert columns() == WIDTH


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
