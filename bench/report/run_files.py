"""The files of a run's report: ``report.md``, ``report.html``, and the pictures beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.files.output_file import write_file
from bench.report.judged_run import JudgedRun
from bench.report.plots.chart import Picture
from bench.report.plots.growth_charts import GROWTH_CHART_PREFIX
from bench.report.plots.icicle_charts import ICICLE_PREFIX
from bench.report.plots.run_charts import CHART_NAMES
from bench.report.plots.time_ratios import FOREST_CHART_NAME
from bench.report.report_files import REPORT_FILE
from bench.report.run_markdown import render_markdown
from bench.report.run_page import render_page
from bench.report.section import Drawn, Section
from bench.report.sections.order import sections_of
from bench.results.records import Results

PAGE_FILE = "report.html"


def write_report(folder: Path, results: Results) -> tuple[Path, ...]:
    """Write report, page and ``plots/*.png|svg`` into ``folder``; return the files written, report and page first.

    A plot of an earlier run for which this one has no data is removed. Raises InputError if a file cannot be written
    or a metric is not known.
    """
    run = JudgedRun.of(results)
    sections = sections_of(run)
    drawn = _drawn(pictures_of(sections))
    plots = folder / "plots"
    written = []
    for name, picture in drawn.items():
        for suffix, content in (("png", picture.png), ("svg", picture.svg)):
            path = plots / f"{name}.{suffix}"
            write_file(path, content)
            written.append(path)
    for name in _earlier_charts(plots) - set(drawn):
        for suffix in ("png", "svg"):
            (plots / f"{name}.{suffix}").unlink(missing_ok=True)
    markdown, page = folder / REPORT_FILE, folder / PAGE_FILE
    write_file(page, render_page(run, sections, drawn))
    write_file(markdown, render_markdown(run, sections))
    return (markdown, page, *written)


def report_charts(results: Results) -> tuple[Picture, ...]:
    """Return every picture of the report on ``results``."""
    return pictures_of(sections_of(JudgedRun.of(results)))


def pictures_of(sections: Sequence[Section]) -> tuple[Picture, ...]:
    """Return every picture of a report in its order."""
    return tuple(block for section in sections for block in section.blocks if isinstance(block, Picture))


def _drawn(pictures: Sequence[Picture]) -> Mapping[str, Drawn]:
    # Here, because matplotlib takes half a second and writes caches, for nothing if the input is refused.
    from bench.report.plots.draw import draw, draw_svg
    from bench.report.plots.palette import DARK

    return {one.name: Drawn(*draw(one), draw_svg(one, DARK)) for one in pictures}


def _earlier_charts(plots: Path) -> set[str]:
    grown = {path.stem for prefix in (GROWTH_CHART_PREFIX, ICICLE_PREFIX) for path in plots.glob(f"{prefix}*")}
    return {*CHART_NAMES, FOREST_CHART_NAME, *grown}
