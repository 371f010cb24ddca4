"""``report.md`` of ``bench workers``, its plot, and its part of a pull request's comment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench.report.markdown import code, escape, markdown_table
from bench.report.parts import BETWEEN, Part, table_part
from bench.report.plots.chart import PanelChart
from bench.report.plots.pool_chart import CHART_NAME, pool_chart
from bench.report.pool import advice_lines, headline, pool_lines, pool_tables
from bench.report.report_files import write_report_files
from bench.results.pool import PoolReport
from bench.words import plain


def write_pool_files(folder: Path, report: PoolReport) -> tuple[Path, ...]:
    """Write the report and, where pools were watched, the plot as PNG and SVG; return the files, the report first.

    Raises InputError if a file cannot be written.
    """
    chart = pool_chart(report)
    return write_report_files(folder, render_pool_markdown(report, chart), CHART_NAME, chart)


def pool_parts(report: PoolReport) -> Iterator[Part]:
    """Yield the parts of a comment, which can be shortened: what was found in one line, and each table."""
    for place, (title, table) in enumerate(pool_tables(report)):
        head = f"### {title}{BETWEEN}{escape(headline(report))}" if place == 0 else f"### {title}"
        yield table_part(3 + place, head, table)


def render_pool_markdown(report: PoolReport, chart: PanelChart | None) -> str:
    """Return report.md."""
    return "\n\n".join(_parts(report, chart)) + "\n"


def _parts(report: PoolReport, chart: PanelChart | None) -> Iterator[str]:
    yield f"# Workers of {escape(report.job)}"
    yield f"**{escape(headline(report))}**"
    yield "\n".join(f"- {escape(line.removeprefix('- '))}" for line in list(pool_lines(report))[1:])
    if chart is not None:
        yield f"[![{escape(chart.alt)}](plots/{chart.name}.png)](plots/{chart.name}.svg)"
    for title, table in pool_tables(report):
        yield f"## {title}"
        yield markdown_table(table)
    if advice := list(advice_lines(report)):
        yield "\n".join(f"- {escape(line)}" for line in advice)
    if report.warnings:
        yield "## Warnings"
        yield "\n".join(f"- {escape(plain(one))}" for one in report.warnings)
    yield "## How it was measured"
    yield "\n".join(f"- {line}" for line in _circumstances(report))


def _circumstances(report: PoolReport) -> Iterator[str]:
    yield f"Command: {code(report.command)}"
    if (where := report.environment) is not None:
        yield f"{escape(where.python)}, {escape(where.platform)}, {escape(where.cpu)}, {where.cores} cores"
        yield f"PostgreSQL {escape(where.server_version)} ({escape(where.server_source)})"
    for one in report.code:
        packages = ", ".join(f"{name} {version}" for name, version in sorted(one.packages.items()))
        yield f"{escape(one.implementation)}: {code(one.function)}, {escape(packages)}"
    yield escape(report.created)
