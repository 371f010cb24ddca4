"""A comparison reads verdicts first, fits a terminal, and gives no text from data any power."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt
from rich.cells import cell_len

from bench.analysis.compare import compare
from bench.analysis.comparison import Comparison
from bench.report.comparison import DRIFT, percent, render_comparison, render_comparison_markdown
from bench.report.terminal import WIDTH
from bench.results.records import Failure
from tests.support import variants
from tests.support.builders import at_revision, production_results
from tests.support.call_runs import with_calls, with_more_calls
from tests.support.report_golden import assert_golden
from tests.support.run_pairs import (
    NAMES,
    SCAN,
    later,
    other_machine,
    other_rows,
    regressed,
    small_run,
)


def unchanged() -> Comparison:
    return compare(small_run(), later(small_run()))


def incomplete() -> Comparison:
    """Return a comparison with a later run in which streaming was killed."""
    run = later(small_run())
    kept = tuple(one for one in run.measurements if one.implementation == NAMES[0])
    failure = Failure(
        scan=SCAN, implementation="streaming", probe="memory", kind="killed", message="killed by signal 9"
    )
    return compare(small_run(), replace(run, measurements=kept, digests=run.digests[:1], failures=(failure,)))


def hostile() -> Comparison:
    run = variants.hostile()
    environment = replace(run.environment, cpu=variants.HOSTILE, cores=1)
    return compare(run, replace(at_revision(run, variants.HOSTILE), environment=environment, created=variants.HOSTILE))


def more_calls() -> Comparison:
    """Return a comparison with a later run in which one function is called once more for each row."""
    run = with_calls()
    return compare(run, later(with_more_calls(run, 108_420)))


COMPARISONS: dict[str, Callable[[], Comparison]] = {
    "unchanged": unchanged,
    "regressed": lambda: compare(small_run(), regressed()),
    "other-machine": lambda: compare(small_run(), other_machine()),
    "other-rows": lambda: compare(small_run(), other_rows()),
    "other-scenario": lambda: compare(small_run(), replace(regressed(), scenario="rerun")),
    "incomplete": incomplete,
    "more-calls": more_calls,
}


@pytest.mark.parametrize("name", COMPARISONS)
def test_the_whole_text_is_as_in_its_golden_file(name: str) -> None:
    assert_golden(f"comparison-{name}.txt", render_comparison(COMPARISONS[name]()))


@pytest.mark.parametrize("name", COMPARISONS)
def test_the_whole_markdown_is_as_in_its_golden_file(name: str) -> None:
    assert_golden(f"comparison-{name}.md", render_comparison_markdown(COMPARISONS[name]()))


@pytest.mark.parametrize("make", [*COMPARISONS.values(), hostile, lambda: compare(*[production_results()] * 2)])
def test_no_line_is_wider_than_a_terminal_or_holds_control_characters(make: Callable[[], Comparison]) -> None:
    text = render_comparison(make())
    assert text.endswith("\n")
    for line in text.splitlines():
        assert cell_len(line) <= WIDTH
        assert line.replace("\N{NO-BREAK SPACE}", " ").isprintable()


def test_hostile_names_stay_names_in_markdown() -> None:
    markdown = render_comparison_markdown(hostile())
    tokens = [
        child for token in MarkdownIt("commonmark").enable("table").parse(markdown) for child in token.children or ()
    ]
    assert not {token.type for token in tokens} & {"html_inline", "link_open", "image", "em_open"}
    assert "<script>" not in markdown
    assert "\x1b" not in markdown


def test_rows_that_differ_come_first_and_nothing_else_is_claimed() -> None:
    text = render_comparison(compare(small_run(), other_rows()))
    assert text.startswith("❌ FAILED – streaming on 1k/8 differs from materializing: ")
    assert "\nSame rows in both runs: no – streaming on 1k/8: 43,368 rows in both, with different content;" in text
    assert "%" not in text.replace("95 % interval", "")


def test_a_change_of_time_comes_with_its_interval_and_a_word_about_drift() -> None:
    text = " ".join(render_comparison(compare(small_run(), regressed())).split())
    assert "+30.0 % +27.2 to +33.0 % 8, 8 more" in text
    assert DRIFT in text
    assert DRIFT not in " ".join(render_comparison(unchanged()).split())


def test_many_changes_for_the_worse_are_counted_and_the_first_eight_told() -> None:
    before = production_results()
    samples = {one: tuple(2 * sample for sample in one.samples) for one in before.measurements}
    after = replace(
        before, measurements=tuple(replace(one, samples=doubled) for one, doubled in samples.items()), digests=()
    )
    lines = render_comparison(compare(before, after)).split("Better:")[0]
    assert "Worse: " in lines
    assert " more\n" in lines


@pytest.mark.parametrize(
    ("ratio", "text"),
    [(1, "0.0 %"), (1.0004, "0.0 %"), (0.9996, "0.0 %"), (1.123, "+12.3 %"), (0.5, "−50.0 %"), (12.4, "× 12")],
)
def test_a_ratio_reads_as_a_signed_percentage(ratio: float, text: str) -> None:
    assert percent(ratio) == text


def test_a_busier_machine_is_named_beside_the_environment() -> None:
    run = small_run()
    after = replace(later(run), environment=run.environment)
    busy = replace(after, environment=replace(run.environment, load_average=(3.25, 1.0, 0.5)))
    words = "Same environment: yes, but the load average was 0.2 before and 3.2 after, which affects times"
    assert words in " ".join(render_comparison(compare(run, busy)).split())
    assert "load average" not in render_comparison(compare(run, after))
