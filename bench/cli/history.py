"""``bench history``: the runs kept in a folder, as a table and as plots."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.cli.options import OutputOption
from bench.cli.terminal import show


def history(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the runs are kept.")] = Path(
        "reports/history"
    ),
    scan: Annotated[
        str | None,
        typer.Option(metavar="SCAN", show_default="the largest that most runs measured", help="The scan to show."),
    ] = None,
    output: OutputOption = Path("reports/latest"),
) -> int:
    """List and plot earlier runs, newest last: peak heap, time and statements on one scan."""
    from bench.analysis.timeline import common_scan, timeline
    from bench.report.history import HISTORY_METRICS, render_history
    from bench.report.plots.history_charts import write_history_charts
    from bench.results.cases import measured_cases
    from bench.results.history import earlier_runs

    kept = earlier_runs(folder)
    moments = timeline(kept.runs, scan or common_scan(kept.runs), HISTORY_METRICS)
    empty = tuple(f"the run of {one.created} measured nothing" for one in kept.runs if not measured_cases(one))
    show(render_history(moments, len(kept.runs), (*kept.warnings, *empty)), end="")
    if written := write_history_charts(output, moments):
        show(f"\nPlots: {', '.join(map(str, written))}")
    return 0
