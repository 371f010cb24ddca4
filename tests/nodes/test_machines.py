"""Figures of several machines in one results file: times compare within one machine, peaks and counts everywhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.analysis.change import ChangeVerdict
from bench.analysis.compare import compare
from bench.analysis.growth import fits_of
from bench.analysis.run_verdict import judge
from bench.analysis.series import series_of
from bench.analysis.summary import summaries_of
from bench.analysis.timeline import timeline
from bench.report.plots.chart import Chart
from bench.report.plots.run_charts import charts
from bench.report.tables.nodes import node_table
from bench.results.consistency import faults
from bench.results.environment import NoiseFloor
from bench.results.metrics import METRICS
from bench.results.nodes import MeasuringNode, NodeCase
from bench.results.records import Results
from tests.support import builders

ALONE = builders.production_results()
FLOOR = NoiseFloor(
    created=ALONE.created,
    environment_fingerprint="",
    scan="1k/8",
    implementation="streaming",
    pairs=10,
    deviations={"wall_seconds": 0.05},
)


def spread(**cores: int) -> Results:
    """The run with ``100/3`` and ``1k/8`` measured on alpha and ``10k/20`` on beta, with so many cores each."""
    scans = {"alpha": ("100/3", "1k/8"), "beta": ("10k/20",)}
    nodes = tuple(
        MeasuringNode(
            name=name,
            environment=replace(ALONE.environment, cores=cores[name]),
            noise_floor=FLOOR if name == "alpha" else None,
            cases=tuple(NodeCase(scan=scan, seconds=60.0, attempt=1 + (scan == "1k/8")) for scan in scans[name]),
        )
        for name in scans
    )
    return replace(ALONE, environment=nodes[0].environment, nodes=nodes)


def test_times_compare_where_the_scan_was_measured_on_the_same_machine() -> None:
    found = compare(spread(alpha=2, beta=64), ALONE)
    times = {one.scan: one.verdict for one in found.changes if one.metric.name == "wall_seconds"}
    assert times["10k/20"] is ChangeVerdict.NOT_COMPARABLE
    assert ChangeVerdict.NOT_COMPARABLE not in (times["100/3"], times["1k/8"])
    peaks = {one.verdict for one in found.changes if one.metric.name == "peak_heap_bytes"}
    assert peaks == {ChangeVerdict.WITHIN}
    assert found.environment_differences == ("cores: 64 → 2",)


def test_the_history_looks_at_the_machine_of_each_scan() -> None:
    runs = [spread(alpha=2, beta=64), ALONE]
    wall = METRICS["wall_seconds"]
    for scan, comparable in (("100/3", True), ("10k/20", False)):
        assert timeline(runs, scan, [wall])[0].comparable(wall) is comparable
        lengths = {len(one.points) for one in series_of(runs, [scan]) if one.metric is wall}
        assert lengths == ({2} if comparable else {1})
        peaks = {len(one.points) for one in series_of(runs, [scan]) if one.metric.name == "peak_heap_bytes"}
        assert peaks == {2}


@pytest.mark.parametrize(("beta", "shown"), [(2, 3), (64, 2)])
def test_the_chart_of_time_joins_scans_of_one_kind_of_machine(beta: int, shown: int) -> None:
    results = spread(alpha=2, beta=beta)
    summaries = summaries_of(results)
    chart = next(one for one in charts(results, summaries, judge(results, summaries)) if one.name == "time-by-size")
    assert isinstance(chart, Chart)
    assert {len(line.points) for line in chart.lines} == {shown}
    assert ("machines like alpha" in chart.x_label) is (shown == 2)


def test_peaks_of_all_machines_are_fitted_and_those_of_rss_have_a_note() -> None:
    results = spread(alpha=2, beta=64)
    summaries = summaries_of(results)
    regions = [replace(one, size={**one.size, "findings": 100}) for one in results.datasets]
    results = replace(results, datasets=tuple(regions))
    fits = {one.metric.name: one for one in fits_of(results, summaries, judge(results, summaries))}
    assert fits["peak_heap_bytes"].warnings == ()
    assert fits["peak_rss_bytes"].warnings == (
        "the sizes were measured on 2 machines, and Peak RSS growth need not be the same on each",
    )


def test_the_table_of_nodes_says_what_each_measured_and_detects() -> None:
    table = node_table(spread(alpha=2, beta=64))
    assert [(row[0], row[3], row[4]) for row in table.rows] == [
        ("alpha", "100/3, 1k/8 (attempt 2)", "2 min"),
        ("beta", "10k/20", "60 s"),
    ]
    assert table.rows[0][5].endswith(" %")
    assert "64 cores" in table.rows[1][1]


def test_a_file_whose_nodes_do_not_add_up_is_refused() -> None:
    good = spread(alpha=2, beta=2)
    assert [*faults(good)] == []
    alpha, beta = good.nodes
    for nodes, said in (
        ((alpha,), "'10k/20' is in the cases of none of them"),
        ((alpha, replace(beta, name="alpha")), "is there already; nodes have different names"),
        ((alpha, replace(beta, cases=(*beta.cases, alpha.cases[0]))), "one node measures a data set"),
        ((alpha, replace(beta, cases=(replace(beta.cases[0], attempt=0),))), "an attempt below 1"),
    ):
        assert any(said.replace("'", '"') in what for _, what in faults(replace(good, nodes=nodes))), said
