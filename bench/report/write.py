"""The report's files: Markdown, and the plots that it links."""

from __future__ import annotations

from pathlib import Path

from bench.analysis.growth import fits_of
from bench.analysis.summary import Summaries, summaries_of
from bench.analysis.verdict import Verdict, judge
from bench.report.charts import CHART_NAMES, Chart, charts
from bench.report.forest import FOREST_CHART_NAME, ForestChart, forest_chart
from bench.report.growth_chart import GROWTH_CHART_NAMES, growth_charts
from bench.report.markdown import render_markdown
from bench.results.files import write_file_atomically
from bench.results.records import Results


def write_report(folder: Path, results: Results) -> tuple[Path, ...]:
    """Write ``report.md`` and ``plots/*.png|svg`` into ``folder``; return the files written, the report first.

    A plot of an earlier run for which this one has no data is removed. Raises InputError where a file cannot be written
    or a metric is not known.
    """
    # Here, because matplotlib takes half a second and writes caches, for nothing where the input is refused.
    from bench.report.forest_plot import draw_forest
    from bench.report.plots import draw

    summaries = summaries_of(results)
    verdict = judge(results, summaries)
    drawable = report_charts(results, summaries, verdict)
    plots = folder / "plots"
    written = []
    for chart in drawable:
        png, svg = draw_forest(chart) if isinstance(chart, ForestChart) else draw(chart)
        for suffix, picture in (("png", png), ("svg", svg)):
            path = plots / f"{chart.name}.{suffix}"
            write_file_atomically(path, picture)
            written.append(path)
    for name in {*CHART_NAMES, FOREST_CHART_NAME, *GROWTH_CHART_NAMES} - {chart.name for chart in drawable}:
        for suffix in ("png", "svg"):
            (plots / f"{name}.{suffix}").unlink(missing_ok=True)
    report = folder / "report.md"
    write_file_atomically(report, render_markdown(results, summaries, verdict, drawable))
    return (report, *written)


def report_charts(results: Results, summaries: Summaries, verdict: Verdict) -> tuple[Chart | ForestChart, ...]:
    """Return every chart for which the run has data, those of growth last."""
    fits = fits_of(results, summaries, verdict)
    forest = forest_chart(results, summaries, verdict)
    return (
        *charts(results, summaries, verdict),
        *([] if forest is None else [forest]),
        *growth_charts(results, summaries, fits),
    )
