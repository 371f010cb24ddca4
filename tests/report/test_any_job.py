"""Analysis and reports speak of any job in its own words, whatever numbers its size has and whatever it writes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from bench.analysis.growth import Axis, fits_of
from bench.analysis.run_verdict import judge
from bench.analysis.summary import summaries_of
from bench.gate.comment import render_comment
from bench.report.run_files import report_charts
from bench.report.run_text import render_table
from bench.report.tables.growth import growth_tables
from bench.results.records import Results
from tests.support.builders import with_table
from tests.support.other_jobs import invoices, orders
from tests.support.rendered_markdown import report

FOREIGN = re.compile("scan|region|finding|compliance|threatscore|provider|catalogue|summaries", re.IGNORECASE)
RUNS = [invoices, orders]


def axes(results: Results) -> list[tuple[Axis, tuple[tuple[str, int], ...]]]:
    summaries = summaries_of(results)
    fits = fits_of(results, summaries, judge(results, summaries))
    return [(fit.axis, fit.held) for fit in fits if (fit.implementation, fit.metric.name) == HEAP]


HEAP = ("materializing", "peak_heap_bytes")


@pytest.mark.parametrize("make", RUNS)
@pytest.mark.parametrize("render", [render_table, report, render_comment])
def test_no_word_of_another_job_is_in_a_page(make: Callable[[], Results], render: Callable[[Results], str]) -> None:
    text = render(make())
    assert FOREIGN.findall(text) == []
    assert make().job.noun in text


def test_a_size_of_one_number_is_one_line_with_nothing_held() -> None:
    assert axes(invoices()) == [(Axis("invoices", "rows"), ())]


def test_a_size_of_three_numbers_is_a_grid_of_which_two_are_held() -> None:
    found = axes(orders())
    assert len(found) == 3 * 9
    assert found[0] == (Axis("orders", "rows"), (("lines", 2), ("tariffs", 1)))
    assert found[-1] == (Axis("tariffs", "tariffs"), (("orders", 400), ("lines", 8)))


def test_kill_sizes_are_given_for_each_number_by_its_name() -> None:
    results = orders()
    summaries = summaries_of(results)
    tables = dict(growth_tables(results, summaries, fits_of(results, summaries, judge(results, summaries))))
    headings = [column.heading for column in tables["Where a worker is killed"].columns]
    assert headings[2::2] == ["killed at rows by orders", "killed at rows by lines", "killed at tariffs"]
    alone = invoices()
    summaries = summaries_of(alone)
    tables = dict(growth_tables(alone, summaries, fits_of(alone, summaries, judge(alone, summaries))))
    kills = tables["Where a worker is killed"]
    assert [column.heading for column in kills.columns][2:] == ["killed at rows", "held"]
    # 512 MiB less 60 MB at rest and 20 MB at no rows, at 900 bytes a row and a row for every other invoice.
    assert kills.rows[0][2].startswith("510k")
    assert kills.rows[0][3] == "–"


def test_charts_of_growth_are_named_by_what_grows() -> None:
    names = {}
    for make in RUNS:
        names[make.__name__] = [chart.name for chart in report_charts(make()) if chart.name.startswith("peak-rss-by-")]
    assert names == {
        "invoices": ["peak-rss-by-rows"],
        "orders": ["peak-rss-by-rows-by-orders", "peak-rss-by-rows-by-lines", "peak-rss-by-tariffs"],
    }


def test_every_table_that_is_written_has_its_digest_and_its_verdict() -> None:
    text = report(orders())
    assert "both implementations wrote deliveries, stops and charges with equal digests on 27 depots" in text
    assert "| deliveries | deliveries' digest | stops | stops' digest | charges | charges' digest |" in text
    results = orders()
    wrong = (*results.digests[:-1], with_table(results.digests[-1], "charges", count=1))
    reasons = judge(replace(results, digests=wrong), summaries_of(results)).same_rows.reasons
    assert reasons[0] == "streaming on 400/8/25 differs from materializing: 1 charges against 3,200"


def test_data_are_described_by_the_jobs_own_facts() -> None:
    text = report(invoices())
    assert "<summary>Months</summary>" in text
    assert "| month | invoices | rows | customers | seed | currency | open | fingerprint |" in text
    assert "| 10k | 10,000 | 5,000 | 7 | 0 | EUR | 3 | `da7ada7ada7a` |" in text
