"""The forest chart shows every ratio of times with its interval over the floor of equal code."""

from __future__ import annotations

import math
import struct
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from bench.analysis.run_verdict import judge
from bench.analysis.summary import summaries_of
from bench.report.plots.chart import ForestChart, ratio_ticks
from bench.report.plots.draw import draw
from bench.report.plots.time_ratios import FOREST_CHART_NAME, forest_chart
from bench.report.run_files import write_report
from bench.results.environment import NoiseFloor
from bench.results.records import Results
from tests.support import variants
from tests.support.builders import production_results

FLOOR = NoiseFloor(
    created="2026-01-02T03:04:05+00:00",
    environment_fingerprint="0" * 64,
    scan="1k/8",
    implementation="streaming",
    pairs=10,
    deviations={"wall_seconds": 0.04},
)


def timed(base: tuple[float, ...], other: tuple[float, ...], floor: NoiseFloor | None = None) -> Results:
    """A run whose wall times of the largest scan are given; the other scans have none."""
    results = production_results()
    sides = {"materializing": base, "streaming": other}
    kept = [one for one in results.measurements if one.metric != "wall_seconds"]
    samples = [
        replace(one, samples=sides[one.implementation])
        for one in results.measurements
        if one.metric == "wall_seconds" and one.scan == "10k/20"
    ]
    return replace(results, measurements=(*kept, *samples), noise_floor=floor)


def chart_of(results: Results) -> ForestChart | None:
    summaries = summaries_of(results)
    return forest_chart(results, summaries, judge(results, summaries))


BASE = (2.0, 2.02, 1.98, 2.01, 1.99, 2.0)
HALF = (1.0, 1.01, 1.0, 0.99, 1.0, 1.0)


def test_a_row_says_which_ratio_it_is_and_the_title_what_follows() -> None:
    chart = chart_of(timed(BASE, HALF))
    assert chart is not None
    (row,) = chart.rows
    assert row.label == "10k/20, streaming"
    assert row.low is not None
    assert row.high is not None
    assert 1.9 < 1 / row.high <= 1 / row.value <= 1 / row.low < 2.1
    assert chart.title == f"streaming is {row.text} than materializing on 10k/20"
    assert row.text in chart.alt
    assert "over 6 pairs" in chart.alt


def test_equal_times_are_not_distinguished() -> None:
    chart = chart_of(timed(BASE, (*BASE[1:], BASE[0])))
    assert chart is not None
    assert chart.title == "No wall time is distinguishable from that of materializing"


def test_without_an_interval_there_is_no_chart_and_an_earlier_one_goes(tmp_path: Path) -> None:
    assert chart_of(timed(BASE[:3], HALF[:3])) is None
    written = write_report(tmp_path, timed(BASE, HALF))
    picture = tmp_path / "plots" / f"{FOREST_CHART_NAME}.png"
    assert picture in written
    assert f"plots/{picture.name}" in written[0].read_text(encoding="utf-8")
    write_report(tmp_path, timed(BASE[:3], HALF[:3]))
    assert not picture.exists()


def test_rows_that_differ_give_no_ratio() -> None:
    results = replace(variants.mismatch(), measurements=timed(BASE, HALF).measurements)
    assert chart_of(results) is None


def test_the_floor_of_equal_code_is_shaded_where_it_is_known() -> None:
    with_floor, without = (chart_of(timed(BASE, HALF, floor)) for floor in (FLOOR, None))
    assert with_floor is not None
    assert without is not None
    assert with_floor.floor is not None
    assert 1.03 < with_floor.floor < 1.06  # exp(t(0.975, 5 degrees) · 0.04 / √6) = 1.043
    words = b"<!-- shaded: equal code differs so far by chance, 6 pairs -->"
    assert words in draw(with_floor)[1]
    assert words not in draw(without)[1]


def test_the_same_chart_gives_the_same_bytes() -> None:
    chart = chart_of(timed(BASE, HALF, FLOOR))
    assert chart is not None
    assert draw(chart) == draw(chart)


@pytest.mark.parametrize("low", [0.0011, 0.02, 0.15, 0.4, 0.55, 0.8, 0.95, 0.99])
@pytest.mark.parametrize("high", [1.01, 1.06, 1.2, 1.6, 2.63, 7.0, 40.0, 900.0])
def test_ticks_neither_crowd_the_axis_nor_leave_half_of_it_unlabelled(low: float, high: float) -> None:
    ticks = ratio_ticks(low, high)
    places = [math.log(tick / low) / math.log(high / low) for tick in ticks]
    assert 1 in ticks
    assert all(0 <= place <= 1 for place in places)
    assert min((after - before for before, after in pairwise(places)), default=1) > 0.12
    if high / low > 1.5:
        assert max(after - before for before, after in pairwise([0, *places, 1])) < 0.6


def test_a_chart_of_many_rows_is_higher_so_that_labels_do_not_overlap() -> None:
    chart = chart_of(timed(BASE, HALF))
    assert chart is not None
    heights = [struct.unpack(">II", draw(replace(chart, rows=chart.rows * count))[0][16:24])[1] for count in (1, 5, 40)]
    assert heights[0] == heights[1] == 920
    assert heights[2] > 40 * 40
