"""``report.md`` of ``bench bisect``, and the plot that it links."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench.report.bisection import bisection_table, headline, outcome_lines
from bench.report.markdown import code, escape, markdown_table
from bench.report.plots.bisection_chart import CHART_NAME, bisection_chart
from bench.report.plots.chart import Chart
from bench.report.report_files import write_report_files
from bench.results.bisection import Bisection
from bench.results.environment import Environment
from bench.words import plain


def write_bisection_report(folder: Path, bisection: Bisection) -> tuple[Path, ...]:
    """Write the report and, where there is a figure, the plot as PNG and SVG; return the files, the report first.

    Raises InputError if a file cannot be written.
    """
    chart = bisection_chart(bisection)
    return write_report_files(folder, render_bisection_markdown(bisection, chart), CHART_NAME, chart)


def render_bisection_markdown(bisection: Bisection, chart: Chart | None) -> str:
    """Return report.md."""
    return "\n\n".join(_parts(bisection, chart)) + "\n"


def _parts(bisection: Bisection, chart: Chart | None) -> Iterator[str]:
    yield f"# Bisection: {escape(bisection.implementation)} on {escape(bisection.scan)}"
    yield f"**{escape(headline(bisection))}**"
    rest = list(outcome_lines(bisection))[1:]
    listed = [f"- {escape(line.removeprefix('- '))}" for line in rest]
    yield "\n".join(listed)
    if bisection.first_bad is not None:
        yield f"The whole hash: {code(bisection.first_bad.hash)}"
    if chart is not None:
        yield f"[![{escape(chart.alt)}](plots/{chart.name}.png)](plots/{chart.name}.svg)"
    if bisection.trials:
        yield "## Everything that was tried, in the order of history"
        yield markdown_table(bisection_table(bisection))
    if bisection.warnings:
        yield "## Warnings"
        yield "\n".join(f"- {escape(plain(one))}" for one in bisection.warnings)
    yield "## How it was measured"
    yield "\n".join(f"- {line}" for line in _circumstances(bisection))


def _circumstances(bisection: Bisection) -> Iterator[str]:
    yield f"Command: {code(bisection.command)}"
    for name, where in bisection.machines.items():
        yield f"Node {escape(plain(name))}: {_machine(where)}; {_server(where)}"
    if bisection.environment is not None and not bisection.machines:
        yield _machine(bisection.environment)
        yield _server(bisection.environment)
    if bisection.dataset is not None:
        yield f"Data: seed {bisection.dataset.seed}, fingerprint {code(bisection.dataset.fingerprint)}"
    yield f"{escape(bisection.created)}"


def _machine(where: Environment) -> str:
    return f"{escape(where.python)}, {escape(where.platform)}, {escape(where.cpu)}, {where.cores} cores"


def _server(where: Environment) -> str:
    return f"PostgreSQL {escape(where.server_version)} ({escape(where.server_source)})"
