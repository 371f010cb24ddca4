"""The report's files: Markdown, and the plots that it links."""

from __future__ import annotations

from pathlib import Path

from bench.analysis.summary import summaries_of
from bench.analysis.verdict import judge
from bench.report.charts import CHART_NAMES, charts
from bench.report.markdown import render_markdown
from bench.report.plots import draw
from bench.results.files import write_file_atomically
from bench.results.records import Results


def write_report(folder: Path, results: Results) -> tuple[Path, ...]:
    """Write ``report.md`` and ``plots/*.png|svg`` into ``folder``; return the files written, the report first.

    A plot of an earlier run for which this one has no data is removed. Raises InputError where a file cannot be written
    or a metric is not known.
    """
    summaries = summaries_of(results)
    verdict = judge(results, summaries)
    drawable = tuple(charts(results, summaries, verdict))
    plots = folder / "plots"
    written = []
    for chart in drawable:
        png, svg = draw(chart)
        for suffix, picture in (("png", png), ("svg", svg)):
            path = plots / f"{chart.name}.{suffix}"
            write_file_atomically(path, picture)
            written.append(path)
    for name in set(CHART_NAMES) - {chart.name for chart in drawable}:
        for suffix in ("png", "svg"):
            (plots / f"{name}.{suffix}").unlink(missing_ok=True)
    report = folder / "report.md"
    write_file_atomically(report, render_markdown(results, summaries, verdict, drawable))
    return (report, *written)
