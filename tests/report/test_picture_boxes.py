"""Labels cross neither data nor one another, and stay inside the picture: by their boxes once it is laid out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.report.plots.chart import Chart, Picture
from bench.report.plots.draw import drawn
from bench.report.plots.palette import DARK
from bench.report.run_files import report_charts
from bench.results.records import Results
from tests.support import variants
from tests.support.boxes import faults, faults_of
from tests.support.builders import digest, heap_series, measurement, production_results
from tests.support.report_runs import large
from tests.support.sweep import sweep

pytestmark = pytest.mark.slow

LONG = "company.platform.billing.jobs.monthly:create_statements_of_every_customer_and_every_contract"


def six(scans: int) -> Results:
    """A run of six implementations whose figures are close, so that their labels want one place."""
    results = production_results()
    datasets = results.datasets[-scans:]
    names = ("one", LONG, "日本語" * 20, "four", "five@0123456789ab", variants.HOSTILE)
    cases = [(one, name, number) for one in datasets for number, name in enumerate(names)]
    return replace(
        results,
        implementations=names,
        datasets=datasets,
        code=(),
        statements=(),
        allocations=(),
        heap=tuple(heap_series("10k/20", name, 90.0 + number, 30.0) for number, name in enumerate(names)),
        digests=tuple(digest(one.scan, name, one.rows) for one, name, _ in cases),
        measurements=tuple(
            measurement(one.scan, name, metric, *(base * (1 + number / 500 + sample / 300) for sample in range(8)))
            for one, name, number in cases
            for metric, base in (("wall_seconds", 2.0), ("peak_heap_bytes", 5e7))
        ),
    )


def pictures(results: Results) -> tuple[Picture, ...]:
    return report_charts(results)


@pytest.mark.parametrize(
    "results",
    [
        production_results(),
        replace(variants.three(), noise_floor=None),
        variants.failed(),
        variants.single(),
        variants.hostile(),
        large(),
        sweep(),
        six(1),
        six(3),
    ],
    ids=["two", "three", "failed", "single", "hostile", "large", "sweep", "six on one", "six on three"],
)
def test_no_label_crosses_data_another_label_or_the_edge(results: Results) -> None:
    found = {picture.name: faults(picture) for picture in pictures(results)}
    assert found
    assert all(not wrong for wrong in found.values()), found


def test_the_dark_variant_is_laid_out_as_the_light_one() -> None:
    assert not [fault for picture in pictures(six(3)) for fault in faults(picture, DARK)]


def test_labels_that_cross_are_found() -> None:
    """What the tests above look for can be found: a callout that nothing has placed lies on the line."""
    chart = pictures(production_results())[0]
    assert isinstance(chart, Chart)
    with drawn(chart) as figure:
        (axes,) = figure.axes
        axes.annotate("in the way", xy=chart.lines[0].points[1], ha="center", va="center")
        assert any("in the way" in one for one in faults_of(figure))
