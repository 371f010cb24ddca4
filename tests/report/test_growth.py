"""Growth is reported with its evidence, and nothing is claimed that the sizes do not support."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.analysis.growth import fits_of
from bench.analysis.run_verdict import judge
from bench.analysis.summary import summaries_of
from bench.report.plots.chart import Chart
from bench.report.plots.growth_charts import GROWTH_CHART_PREFIX
from bench.report.plots.palette import slots
from bench.report.run_files import report_charts
from bench.report.run_text import render_table
from bench.report.table import Table
from bench.report.tables.growth import growth_tables, size_text
from bench.results.records import Results
from tests.support.builders import production_results, with_table
from tests.support.rendered_markdown import foreign_html, report, tokens
from tests.support.sweep import sweep
from tests.support.variants import HOSTILE


def tables(results: Results) -> dict[str, Table]:
    summaries = summaries_of(results)
    return dict(growth_tables(results, summaries, fits_of(results, summaries, judge(results, summaries))))


def growth_charts(results: Results) -> dict[str, Chart]:
    found = report_charts(results)
    return {
        chart.name: chart for chart in found if isinstance(chart, Chart) and chart.name.startswith(GROWTH_CHART_PREFIX)
    }


def test_every_limit_of_every_implementation_has_its_rows_regions_and_findings() -> None:
    rows = tables(sweep())["Where a worker is killed"].rows
    assert [row[:2] for row in rows] == [
        (name, limit) for name in ("materializing", "streaming") for limit in ("512 MiB", "1 GiB", "2 GiB", "4 GiB")
    ]
    # 512 MiB less 75 MB at rest and 30 MB at no rows, at 630 bytes a row; and less 14 MB, at 5.7 kB a finding.
    assert rows[0][2].startswith("690k (680k to 690k) = 127 regions")
    assert rows[0][3:] == ("1,000 findings", "76k (10k to 100k)", "30 regions")
    assert rows[7][2].startswith("> 16M")


def test_what_was_not_measured_is_marked_so_with_how_far_it_is() -> None:
    table = tables(sweep())["Where a worker is killed"]
    # Streaming's 2 GiB with 100k findings: 10M rows, where 162,630 were measured.
    assert table.footnotes[2] == "[1] beyond the measured range, up to 63×: extrapolated, not measured"
    assert [row[2].endswith("[1]") for row in table.rows[:4]] == [True] * 4
    assert "[" not in table.rows[0][4]


def test_the_table_of_kill_sizes_of_one_implementation_fits_a_terminal_in_one_piece() -> None:
    printed = render_table(sweep())
    lines = [line for line in printed.splitlines() if "killed at rows" in line]
    assert len(lines) == 2
    assert all("killed at findings" in line for line in lines)


def test_flat_is_told_with_its_bound_and_grown_with_its_ends() -> None:
    table = tables(sweep())["Fits"]
    growth = {row[:3]: row[-1] for row in table.rows}
    assert growth["streaming", "Peak RSS growth", "rows, 1,000 findings"].startswith("flat: at most ")
    assert growth["materializing", "Peak RSS growth", "rows, 1,000 findings"] == "grows: 47.1 to 132.5 MB"


def test_without_the_rss_before_the_call_no_worker_is_killed_on_paper() -> None:
    results = sweep()
    without = replace(results, measurements=tuple(o for o in results.measurements if o.metric != "base_rss_bytes"))
    assert list(tables(without)) == ["Fits"]
    assert growth_charts(without) == {}


def test_a_run_that_is_no_grid_has_no_growth() -> None:
    assert tables(production_results()) == {}
    assert growth_charts(production_results()) == {}
    assert "<summary>Growth" not in report(production_results())


def test_rows_that_differ_leave_no_word_about_growth() -> None:
    results = sweep()
    differing = replace(results, digests=(with_table(results.digests[0], "rows", sha256="bad"), *results.digests[1:]))
    assert "<summary>Growth" not in report(differing)
    assert "killed" not in report(differing)
    assert growth_charts(differing) == {}


def test_the_chart_shows_measurements_fits_limits_and_where_they_meet() -> None:
    chart = growth_charts(sweep())["peak-rss-by-rows"]
    assert (chart.x_logarithmic, chart.y_logarithmic) == (True, True)
    assert [level.label for level in chart.levels] == ["512 MiB", "1 GiB", "2 GiB", "4 GiB"]
    assert chart.levels[0].value == pytest.approx(536.87, rel=1e-4)
    solid = [line for line in chart.lines if line.label]
    assert {line.label for line in solid} == {
        f"{name}, {findings} findings" for name in ("materializing", "streaming") for findings in ("1k", "100k")
    }
    assert all(len(line.dots) == 4 for line in solid)
    own = slots(["materializing", "streaming"])["materializing"]
    (extended,) = (line for line in chart.lines if line.colour == own and not line.label)
    assert extended.dashed
    last = max(callout.point[0] for callout in chart.callouts if callout.colour == own)
    assert last < extended.points[-1][0] < 1.5 * last
    for callout in chart.callouts:
        assert min(abs(callout.point[1] - level.value) for level in chart.levels) < 1e-9
    assert [callout.text for callout in chart.callouts if callout.colour == own] == ["690k", "1.5M", "3.2M", "6.7M"]


def test_its_title_is_the_message_and_its_alternative_text_has_the_numbers() -> None:
    by_rows, by_findings = (growth_charts(sweep())[f"{GROWTH_CHART_PREFIX}{name}"] for name in ("rows", "findings"))
    assert by_rows.title.startswith("A worker of 512 MiB would be killed at 690k rows (materializing)")
    assert by_findings.title == (
        "A worker of 512 MiB would be killed at 76k findings (materializing) and 2M findings (streaming)"
    )
    for number in ("122 MB at 27,105 rows", "512 MiB at 690k", "4 GiB at 6.7M", "117 MB at 27,105 rows"):
        assert number in by_rows.alt


def test_a_curve_bends_where_the_measurements_do() -> None:
    """The larger of two phases: flat up to 54,210 rows, then 1 kB a row."""
    chart = growth_charts(sweep(lambda _implementation, _findings, rows: max(60e6, 1_000 * rows)))["peak-rss-by-rows"]
    line = next(one for one in chart.lines if one.label == "materializing, 1k findings")
    curve = dict(line.points)
    assert len(curve) > 50
    assert [curve[size] for size, _ in line.dots] == pytest.approx([peak for _, peak in line.dots])


def test_hostile_names_get_no_power_in_the_section() -> None:
    results = sweep()
    renamed = replace(
        results,
        implementations=("materializing", HOSTILE),
        measurements=tuple(
            replace(one, implementation=HOSTILE) if one.implementation == "streaming" else one
            for one in results.measurements
        ),
        digests=tuple(
            replace(one, implementation=HOSTILE) if one.implementation == "streaming" else one
            for one in results.digests
        ),
    )
    text = report(renamed)
    assert foreign_html(text) == set()
    assert all(str(one.attrs["href"]).startswith("plots/") for one in tokens(text) if one.type == "link_open")


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0"), (7, "7"), (420, "420"), (1_234, "1.2k"), (82_500, "82k"), (999_999, "1M"), (1_349_000, "1.3M")],
)
def test_sizes_are_told_in_two_digits_as_scan_sizes_are_written(size: float, text: str) -> None:
    assert size_text(size) == text
