"""``bench history``: the runs kept in a folder, as a table and as plots."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.analysis.timeline import common_scan, timeline
from bench.report.history import HISTORY_METRICS, render_history
from bench.report.plots.history_charts import HISTORY_CHART_NAMES, history_charts
from bench.results.files import write_file_atomically
from bench.results.history import earlier_runs
from bench.words import plain

HISTORY_FOLDER = Path("reports/history")


def history(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the runs are kept.")] = HISTORY_FOLDER,
    scan: Annotated[
        str | None,
        typer.Option(metavar="SCAN", show_default="the largest that most runs measured", help="The scan to show."),
    ] = None,
    output: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the plots go.")] = Path("reports/latest"),
) -> int:
    """List and plot earlier runs, newest last, with peak heap, time and statements on one scan."""
    # Here, because matplotlib takes half a second, which no other command should pay.
    from bench.report.plots.draw import draw

    kept = earlier_runs(folder)
    moments = timeline(kept.runs, scan or common_scan(kept.runs), HISTORY_METRICS)
    charts = tuple(history_charts(moments))
    written = []
    for chart in charts:
        for suffix, picture in zip(("png", "svg"), draw(chart), strict=True):
            path = output / f"{chart.name}.{suffix}"
            write_file_atomically(path, picture)
            written.append(path)
    for name in set(HISTORY_CHART_NAMES) - {chart.name for chart in charts}:
        for suffix in ("png", "svg"):
            (output / f"{name}.{suffix}").unlink(missing_ok=True)
    typer.echo(render_history(moments, len(kept.runs), kept.warnings), nl=False)
    if written:
        typer.echo(f"\nPlots: {plain(', '.join(map(str, written)))}")
    return 0
