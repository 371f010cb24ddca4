"""A fit says no more about growth than its sizes bear, on peaks whose truth is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from bench.analysis.growth import FEWEST_SIZES, Axis, Fit, Trend, fits_of
from bench.analysis.kill_size import LIMITS, MemoryLimit, Reach, base_rss, first_kill, kill_size
from bench.analysis.run_verdict import judge
from bench.analysis.summary import summaries_of
from bench.results.records import Results
from bench.results.sharing import Sharing
from tests.support.builders import with_table
from tests.support.sweep import BASE_RSS, FINDINGS, REGIONS, sweep

RUNS = 300
BY_ROWS = Axis("regions", "rows")
BY_FINDINGS = Axis("findings", "findings")

Curve = Callable[[int], float]
"""A peak in bytes by rows."""


def fits(results: Results) -> tuple[Fit, ...]:
    summaries = summaries_of(results)
    return fits_of(results, summaries, judge(results, summaries))


def small(peak: Curve, regions: tuple[int, ...] = REGIONS) -> Results:
    """A sweep of streaming over regions alone."""
    whole = sweep(lambda _implementation, _findings, rows: peak(rows))
    datasets = tuple(one for one in whole.datasets if one.size["findings"] == 1_000 and one.size["regions"] in regions)
    scans = {one.scan for one in datasets}
    kept = tuple(one for one in whole.measurements if one.scan in scans and one.implementation == "streaming")
    return replace(whole, implementations=("streaming",), datasets=datasets, measurements=kept)


def rss_fit(peak: Curve, regions: tuple[int, ...] = REGIONS) -> Fit:
    """The fit of peak RSS against rows of a sweep over regions alone."""
    (found,) = (fit for fit in fits(small(peak, regions)) if fit.metric.name == "peak_rss_bytes")
    return found


def values(*peaks: float) -> Curve:
    """Peaks in bytes by the place of the number of regions, 0 beyond."""
    return lambda rows: dict(zip(REGIONS, peaks, strict=False)).get(rows // 5_421, 0.0)


def test_a_line_without_noise_is_found_and_leaves_no_doubt() -> None:
    fit = rss_fit(lambda rows: 30e6 + 630 * rows)
    assert (fit.implementation, fit.axis, fit.held, len(fit.points)) == (
        "streaming",
        BY_ROWS,
        (("findings", 1_000),),
        4,
    )
    assert fit.intercept == pytest.approx(30e6)
    assert (fit.slope_low, fit.slope, fit.slope_high) == pytest.approx((630, 630, 630))
    assert fit.r_squared == pytest.approx(1)
    assert fit.trend is Trend.GROWS
    assert fit.straight


def test_each_line_of_the_grid_is_fitted_with_the_other_size_held() -> None:
    found = fits(sweep())
    for metric in ("peak_heap_bytes", "peak_rss_bytes"):
        for name in ("materializing", "streaming"):
            lines = [(f.axis, f.held) for f in found if (f.metric.name, f.implementation) == (metric, name)]
            assert lines == [
                *((BY_ROWS, (("findings", findings),)) for findings in FINDINGS.values()),
                *((BY_FINDINGS, (("regions", regions),)) for regions in REGIONS),
            ]


def test_the_slopes_interval_covers_the_true_slope_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(30)
    missed = 0
    for _ in range(RUNS):
        fit = rss_fit(lambda rows: 30e6 + 630 * rows + rng.normal(0, 1e6))
        missed += not fit.slope_low <= 630 <= fit.slope_high
    assert 0.02 <= missed / RUNS <= 0.08


@pytest.mark.parametrize(
    ("peaks", "trend"),
    [
        ((40e6, 40e6, 40e6, 40e6), Trend.FLAT),
        ((40e6, 40.4e6, 40.2e6, 40.3e6), Trend.FLAT),
        ((40e6, 40.2e6, 40.7e6, 41.2e6), Trend.FLAT),  # a growth that is certain and below 5 %
        ((0.0, 1e5, 0.0, 3e5), Trend.FLAT),  # below 1 MB
        ((40e6, 41e6, 43e6, 45e6), Trend.GROWS),
        ((45e6, 44e6, 42e6, 40e6), Trend.FALLS),
        ((40e6, 52e6, 38e6, 49e6), Trend.UNDECIDED),  # no slope is seen, and a large one not excluded
        ((40e6, 40e6, 40e6, 80e6), Trend.GROWS),  # a bend widens the interval and is no doubt about growth
        ((40e6, 40e6, 38e6, 80e6), Trend.UNDECIDED),
        ((40e6, 40e6, 39.8e6, 80e6), Trend.GROWS),  # within what peaks repeat to
    ],
)
def test_flat_is_what_the_data_show_and_not_what_they_fail_to_show(peaks: tuple[float, ...], trend: Trend) -> None:
    assert rss_fit(values(*peaks)).trend is trend


def test_a_growth_of_ten_per_cent_is_hardly_ever_called_flat() -> None:
    rng = np.random.default_rng(31)
    growth = 4e6 / (25 * 5_421)
    flat = 0
    for _ in range(RUNS):
        fit = rss_fit(lambda rows: 40e6 + growth * (rows - 5 * 5_421) + rng.normal(0, 8e5))
        flat += fit.trend is Trend.FLAT
    assert flat / RUNS < 0.05


def test_fewer_than_three_sizes_say_nothing() -> None:
    assert FEWEST_SIZES == 3
    assert fits(small(values(40e6, 40e6, 40e6), (5, 10))) == ()
    assert rss_fit(values(40e6, 40e6, 40e6), (5, 10, 20)).trend is Trend.FLAT


def test_sizes_that_do_not_differ_count_once() -> None:
    """Few findings leave regions empty, and then more regions are no more rows."""
    results = small(values(40e6, 40e6, 40e6), (5, 10, 20))
    same = tuple(replace(one, rows=min(one.rows, 10 * 5_421)) for one in results.datasets)
    kept = tuple(with_table(digest, "rows", count=min(digest.row_count, 10 * 5_421)) for digest in results.digests)
    assert fits(replace(results, datasets=same, digests=kept)) == ()


def test_a_short_range_of_sizes_is_not_called_flat() -> None:
    results = small(values(40e6, 40e6, 40e6), (5, 10, 20))
    narrow = tuple(replace(one, rows=100_000 + one.size["regions"]) for one in results.datasets)
    kept = tuple(
        with_table(digest, "rows", count=100_000 + one.size["regions"])
        for one in narrow
        for digest in results.digests
        if digest.scan == one.scan
    )
    assert {fit.trend for fit in fits(replace(results, datasets=narrow, digests=kept))} == {Trend.UNDECIDED}


def test_a_bend_is_told_where_r_squared_does_not_tell_it() -> None:
    """The larger of two phases, at 20 regions: reading 100k findings or building rows."""
    (fit,) = (
        fit
        for fit in fits(sweep())
        if (fit.implementation, fit.metric.name, fit.axis, fit.held)
        == ("materializing", "peak_rss_bytes", BY_FINDINGS, (("regions", 20),))
    )
    assert fit.r_squared > 0.99
    assert not fit.straight
    assert fit.worst_miss > 0.2
    assert [fit.at(size) for size, _ in fit.points] == pytest.approx([peak for _, peak in fit.points])


def test_a_scan_without_a_figure_is_left_out_and_named() -> None:
    results = small(values(40e6, 41e6, 43e6, 45e6))
    kept = tuple(one for one in results.measurements if one.scan != "1k/30")
    for fit in fits(replace(results, measurements=kept)):
        assert len(fit.points) == 3
        assert fit.warnings == ("without 1k/30, where no figure with proven rows was taken",)
    unproven = tuple(one for one in results.digests if one.scan != "1k/30")
    assert {len(fit.points) for fit in fits(replace(results, digests=unproven))} == {3}


def test_regions_without_a_counted_finding_are_told_where_regions_are_held() -> None:
    results = sweep()
    fewer = tuple(replace(one, rows=one.rows - 5_421) if one.scan == "1k/30" else one for one in results.datasets)
    kept = tuple(
        with_table(one, "rows", count=one.row_count - 5_421) if one.scan == "1k/30" else one for one in results.digests
    )
    warned = [fit for fit in fits(replace(results, datasets=fewer, digests=kept)) if fit.warnings]
    assert {(fit.axis, fit.held) for fit in warned} == {(BY_FINDINGS, (("regions", 30),))}
    assert warned[0].warnings == ("rows are not the same along this line: 157,209 to 162,630",)


def test_rows_that_differ_leave_no_fit() -> None:
    results = sweep()
    assert (
        fits(replace(results, digests=(with_table(results.digests[0], "rows", sha256="bad"), *results.digests[1:])))
        == ()
    )


LIMIT = MemoryLimit("1 GB", 1_000_000_000)
BASE = 100e6


def test_a_straight_growth_is_extended_to_the_limit() -> None:
    fit = rss_fit(lambda rows: 30e6 + 870 * rows)
    found = kill_size(fit, BASE, LIMIT)
    assert found.reach is Reach.REACHED
    assert found.size == pytest.approx(1_000_000)
    assert (found.low, found.high) == pytest.approx((1_000_000, 1_000_000))
    assert found.times_beyond == pytest.approx(1_000_000 / 162_630)


def test_the_processes_of_a_pool_reach_the_limit_together() -> None:
    """Four children and their parent hold 20 MB each before; each child may grow by a quarter of the rest."""
    fit = rss_fit(lambda rows: 30e6 + 870 * rows)
    sharing = Sharing(children=4, base_bytes=20e6)
    found = kill_size(fit, 20e6, LIMIT, sharing)
    assert found.size == pytest.approx((225e6 - 30e6) / 870)
    assert sharing.total(20e6, 225e6) == LIMIT.bytes
    assert kill_size(fit, BASE, LIMIT, Sharing()) == kill_size(fit, BASE, LIMIT)


def test_what_each_process_holds_before_is_as_given_or_as_measured() -> None:
    results = sweep()
    given = replace(results, sharing=Sharing(children=4, base_bytes=31e6))
    assert base_rss(given, summaries_of(given), "streaming") == 31e6


def test_the_interval_covers_the_true_size_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(32)
    missed = 0
    for _ in range(RUNS):
        fit = rss_fit(lambda rows: 30e6 + 870 * rows + rng.normal(0, 5e5))
        found = kill_size(fit, BASE, LIMIT)
        assert found.low is not None
        assert found.high is not None
        missed += not found.low <= 1_000_000 <= found.high
    assert 0.02 <= missed / RUNS <= 0.08


def test_a_limit_between_two_sizes_lies_between_their_measurements() -> None:
    fit = rss_fit(values(40e6, 41e6, 600e6, 1_000e6))
    assert not fit.straight
    found = kill_size(fit, BASE, LIMIT)
    assert (found.reach, found.low, found.high) == (Reach.REACHED, 20 * 5_421, 30 * 5_421)
    assert found.size == pytest.approx((20 + 10 * 300 / 400) * 5_421)
    assert found.times_beyond < 1


def test_a_straight_growth_that_its_sizes_do_not_prove_is_not_extended() -> None:
    fit = rss_fit(values(40e6, 41e6, 45e6), (5, 10, 20))
    assert (fit.trend, fit.straight, fit.slope_low < 0) == (Trend.GROWS, True, True)
    assert kill_size(fit, BASE, LIMIT).reach is Reach.UNDECIDED


def test_a_growth_with_a_bend_goes_on_along_its_last_two_sizes_without_an_interval() -> None:
    fit = rss_fit(values(40e6, 100e6, 400e6, 700e6))
    assert (fit.trend, fit.straight) == (Trend.GROWS, False)
    found = kill_size(fit, BASE, LIMIT)
    assert found.size == pytest.approx((30 + 10 * 200 / 300) * 5_421)
    assert (found.low, found.high) == (None, None)


@pytest.mark.parametrize(
    ("peaks", "reach"),
    [
        ((40e6, 40e6, 40e6, 40e6), Reach.NEVER),
        ((80e6, 70e6, 50e6, 30e6), Reach.NEVER),
        ((40e6, 52e6, 38e6, 49e6), Reach.UNDECIDED),
        ((40e6, 100e6, 210e6, 205e6), Reach.UNDECIDED),
        ((40e6, 40e6, 210e6, 209e6), Reach.UNDECIDED),  # grown, and levelled off
        ((40e6, 41e6, 43e6, 45e6), Reach.FAR),
        ((900e6, 905e6, 910e6, 915e6), Reach.EXCEEDED),
    ],
)
def test_nothing_is_extrapolated_from_growth_that_is_not_there(peaks: tuple[float, ...], reach: Reach) -> None:
    found = kill_size(rss_fit(values(*peaks)), BASE, LIMIT)
    assert (found.reach, found.size, found.low, found.high) == (reach, None, None, None)


def test_of_several_lines_the_one_that_meets_the_limit_first_counts() -> None:
    """And a line that is over it from the start tells of what is held, not of growth."""
    lines = [
        fit for fit in fits(sweep()) if (fit.implementation, fit.metric.name) == ("materializing", "peak_rss_bytes")
    ]
    by_rows = first_kill(lines, BASE_RSS, LIMITS[0], BY_ROWS)
    by_findings = first_kill(lines, BASE_RSS, LIMITS[0], BY_FINDINGS)
    assert by_rows is not None
    assert by_findings is not None
    assert (by_rows.fit.held, by_rows.reach) == ((("findings", 1_000),), Reach.REACHED)
    assert by_rows.size == pytest.approx((512 * 2**20 - BASE_RSS - 30e6) / 630, rel=0.02)
    assert by_findings.reach is Reach.REACHED
    assert by_findings.size == pytest.approx((512 * 2**20 - BASE_RSS - 14e6) / 5_700, rel=0.1)
    over = [fit for fit in lines if fit.held == (("findings", 100_000),)]
    found = first_kill(over, BASE_RSS, LIMITS[0], BY_ROWS)
    assert found is not None
    assert found.reach is Reach.EXCEEDED
    assert first_kill(over, BASE_RSS, LIMITS[0], BY_FINDINGS) is None


def test_a_line_with_an_interval_does_not_hide_a_much_earlier_one() -> None:
    straight, bent = (
        replace(rss_fit(curve), held=(("findings", held),))
        for held, curve in ((1_000, lambda rows: 30e6 + 870 * rows), (2_000, values(40e6, 40e6, 300e6, 700e6)))
    )
    assert (straight.straight, bent.straight) == (True, False)
    found = first_kill((straight, bent), BASE, LIMIT, BY_ROWS)
    assert found is not None
    assert found.fit is bent


def test_limits_are_those_of_containers() -> None:
    assert [(limit.label, limit.bytes) for limit in LIMITS] == [
        ("512 MiB", 536_870_912),
        ("1 GiB", 1_073_741_824),
        ("2 GiB", 2_147_483_648),
        ("4 GiB", 4_294_967_296),
    ]


def test_the_base_is_the_median_over_all_scans_and_none_where_it_was_not_taken() -> None:
    results = sweep()
    assert base_rss(results, summaries_of(results), "streaming") == BASE_RSS
    without = replace(results, measurements=tuple(o for o in results.measurements if o.metric != "base_rss_bytes"))
    assert base_rss(without, summaries_of(without), "streaming") is None
