"""The history lists runs newest last, says what does not compare, and draws it hollow."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from rich.cells import cell_len

from bench.analysis.history import History, history_of
from bench.analysis.timeline import Moment, common_scan, timeline
from bench.errors import InputError
from bench.report.history import HISTORY_METRICS, render_history
from bench.report.plots.chart import Chart
from bench.report.plots.draw import draw
from bench.report.plots.history_charts import chart_name, history_charts
from bench.report.plots.palette import slots
from bench.report.tables.overview import PEAK, TIME
from bench.report.terminal import WIDTH
from bench.results.records import Results
from tests.support import variants
from tests.support.builders import at_revision, dataset, production_results
from tests.support.report_golden import assert_golden
from tests.support.run_pairs import NAMES, SCAN, other_rows, small_run, with_samples


def run(day: int, revision: str, peak: float, time: float, **environment: Any) -> Results:
    """Return a run of the small scan with figures of its own."""
    results = small_run()
    for name, factor in zip(NAMES, (1.5, 1.0), strict=True):
        results = with_samples(results, name, "peak_heap_bytes", (factor * peak,))
        results = with_samples(results, name, "wall_seconds", [factor * time + step / 100 for step in range(7)])
    return replace(
        at_revision(results, revision),
        created=f"2026-01-{day:02d}T03:04:05+00:00",
        environment=replace(results.environment, **environment),
    )


def runs() -> tuple[Results, ...]:
    """Return six runs: two that compare with the newest in everything, one in the heap alone, two in nothing."""
    other_data = run(2, "1" * 12, 35e6, 2.8)
    other_data = replace(other_data, datasets=(replace(dataset(SCAN, 1_000, 8), fingerprint="0" * 64),))
    wrong = replace(run(4, "3" * 12, 34e6, 2.7), digests=other_rows().digests)
    return (
        run(1, "0" * 12, 36e6, 2.9),
        other_data,
        run(3, "2" * 12 + "+changes", 34.5e6, 5.6, cores=4),
        wrong,
        run(5, "", 33e6, 2.5),
        run(6, "5" * 12, 33.4e6, 2.6),
    )


def moments(some: Sequence[Results] | None = None, scan: str = SCAN) -> tuple[Moment, ...]:
    return timeline(some or runs(), scan, HISTORY_METRICS)


def history(some: Sequence[Results] | None = None, scan: str = SCAN) -> History:
    return history_of(some or runs(), scan, HISTORY_METRICS)


def charts(some: Sequence[Results] | None = None, scan: str = SCAN) -> tuple[Chart, ...]:
    return tuple(history_charts(moments(some, scan)))


def test_the_whole_table_is_as_in_its_golden_file() -> None:
    assert_golden("history.txt", render_history(history(), ["skipped: x.json is not a results file"]))


def test_hostile_names_stay_on_their_line_and_within_a_terminal() -> None:
    hostile = variants.hostile()
    hostile = at_revision(hostile, variants.HOSTILE)
    text = render_history(history([hostile, hostile], f"{variants.HOSTILE}.json"), [variants.HOSTILE])
    for line in text.splitlines():
        assert cell_len(line) <= WIDTH
        assert line.isprintable()
    for chart in charts([hostile, hostile], f"{variants.HOSTILE}.json"):
        _, svg = draw(chart)
        assert ET.fromstring(svg).tag.endswith("svg")  # noqa: S314  our own picture


def test_what_compares_with_the_newest_run_follows_the_kind_of_the_metric() -> None:
    peak, time, statements = HISTORY_METRICS
    found = moments()
    assert [one.comparable(peak) for one in found] == [True, False, True, False, True, True]
    assert [one.comparable(time) for one in found] == [True, False, False, False, True, True]
    assert [one.comparable(statements) for one in found] == [one.comparable(peak) for one in found]
    rerun = moments([replace(run(1, "a", 1e6, 1), scenario="rerun"), run(2, "b", 1e6, 1)])
    assert not rerun[0].comparable(peak)


def test_points_that_compare_are_joined_and_the_others_are_hollow() -> None:
    peak, time = charts()
    assert (peak.name, time.name) == (chart_name(PEAK), chart_name(TIME))
    assert [[x for x, _ in line.points] for line in peak.lines if line.label] == [[0, 2, 4, 5]] * 2
    assert [[x for x, _ in line.points] for line in time.lines if line.label] == [[0, 4, 5]] * 2
    first, second = slots(["materializing", "streaming"]).values()
    hollow = [(x, colour) for colour in (first, second) for x in (1, 2, 3)]
    assert [(one.point[0], one.colour) for one in time.callouts] == hollow
    assert "hollow" in time.x_label
    highest = max(y for line in time.lines for _, y in line.points)
    assert highest == max(one.point[1] for one in time.callouts) == pytest.approx(1.5 * 5.6 + 0.03)


def test_labels_and_titles_say_the_newest_figures_and_alternatives_all() -> None:
    peak, time = charts()
    assert [line.label for line in peak.lines if line.label] == ["materializing 50.1 MB", "streaming 33.4 MB"]
    assert peak.title.replace("\N{NO-BREAK SPACE}", " ") == (
        "Peak heap on 1k/8, newest figures: 50.1 MB (materializing) and 33.4 MB (streaming)"
    )
    assert "streaming: 36.0 MB at 00000000, 35.0 MB at 11111111 (not comparable), 34.5 MB at 22222222+" in peak.alt
    assert "2.53 s at no commit, 2.63 s at 55555555" in time.alt
    assert "hollow" not in charts([run(1, "a", 1e6, 1)])[0].x_label


@pytest.mark.parametrize("count", [1, 2, 6, 7, 13, 100])
def test_at_most_four_runs_are_named_on_the_axis_the_newest_always(count: int) -> None:
    many = [run(1 + day % 28, f"{day:012d}", 34e6, 2.7) for day in range(count)]
    ticks = charts(many)[0].x_ticks
    assert len(ticks) == count
    named = [label for _, label in ticks if label]
    assert min(count, 3) <= len(named) <= 4
    assert ticks[-1][1].startswith(f"{count - 1:012d}"[:8])


def test_a_metric_that_nobody_measured_has_no_chart() -> None:
    untimed = [
        with_samples(with_samples(one, NAMES[0], "wall_seconds", ()), NAMES[1], "wall_seconds", ()) for one in runs()
    ]
    assert [chart.name for chart in charts(untimed)] == ["history-peak-heap"]


def test_the_scan_is_the_one_that_most_runs_measured_and_the_largest_of_equals() -> None:
    assert common_scan([production_results(), small_run(), variants.single()]) == "1k/8"
    assert common_scan([production_results()]) == "10k/20"
    with pytest.raises(InputError, match="none of the kept runs has a measurement"):
        common_scan([variants.empty()])


def test_a_scan_that_no_run_measured_is_an_error_that_names_those_there_are() -> None:
    with pytest.raises(InputError, match=r"none of the kept runs measured the scan '9/9'; choose --scan from '1k/8'"):
        timeline([small_run()], "9/9", HISTORY_METRICS)
