"""``bench history``: the runs kept in a folder, what changed in them and with which commit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.cli.options import OutputOption
from bench.cli.result import JsonFlag, QuietFlag, show_json
from bench.cli.terminal import show


def history(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the runs are kept.")] = Path(
        "reports/history"
    ),
    scan: Annotated[
        str | None,
        typer.Option(metavar="SCAN", show_default="the largest that most runs measured", help="The scan to show."),
    ] = None,
    newest: Annotated[
        int | None, typer.Option(metavar="N", min=1, show_default="all", help="Only so many runs, the newest.")
    ] = None,
    output: OutputOption = Path("reports/latest"),
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a page of it, too.")] = None,
    fail_on_change: Annotated[
        bool, typer.Option("--fail-on-change", help="Exit with 1 where something got worse.")
    ] = False,
    json: JsonFlag = False,
    quiet: QuietFlag = False,
) -> int:
    """Find the commits with which a figure changed, and list and plot the runs, newest last.

    Changes are looked for on every scan, or on --scan alone. Exit codes: 0, or 1 with --fail-on-change where something
    got worse, 2 tool or input at fault.
    """
    from bench.analysis.history import history_of
    from bench.files.output_file import check_file, write_file
    from bench.report.history import HISTORY_METRICS, render_history, verdict_sentences
    from bench.report.history_page import render_history_page
    from bench.report.outcomes.history import history_outcome
    from bench.report.plots.history_charts import write_history_charts
    from bench.results.cases import measured_cases
    from bench.results.history import earlier_runs

    if html is not None:
        check_file(html)
    kept = earlier_runs(folder)
    runs = kept.runs if newest is None else kept.runs[-newest:]
    found = history_of(runs, scan, HISTORY_METRICS)
    empty = tuple(f"the run of {one.created} measured nothing" for one in runs if not measured_cases(one))
    warnings = (*kept.warnings, *empty)
    written = write_history_charts(output, found.moments, found.changes)
    if html is not None:
        write_file(html, render_history_page(found, warnings))
    if json:
        show_json(history_outcome(found, warnings, fail=fail_on_change))
    elif quiet:
        show(next(iter(verdict_sentences(found)), ""))
    else:
        show(render_history(found, warnings), end="")
        if written:
            show(f"\nPlots: {', '.join(map(str, written))}")
        if html is not None:
            show(f"Page: {html}")
    return 1 if fail_on_change and found.worse else 0
