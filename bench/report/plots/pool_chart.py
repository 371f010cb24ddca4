"""The chart of pools: memory over time, the limit, and the kills."""

from __future__ import annotations

from bench.report.figures import quantity, scale
from bench.report.plots.chart import Callout, Chart, Level, Line
from bench.report.pool import limit_text
from bench.results.pool import PoolReport, PoolRun
from bench.words import counted, enumerated, plain, shorten

CHART_NAME = "pool-memory"
_NAME_WIDTH = 20


def pool_chart(report: PoolReport) -> Chart | None:
    """Return the chart of all pools over one another; None where nothing was seen."""
    runs = [run for run in report.pools if len(run.points) > 1]
    if not runs:
        return None
    unit = scale("bytes", [max(run.peak_pss_bytes for run in runs)])
    limits = dict.fromkeys(run.settings.limit_bytes for run in runs if run.settings.limit_bytes)
    return Chart(
        name=CHART_NAME,
        title=_title(runs),
        alt=f"Memory of pools over time. {'; '.join(map(_described, runs))}.",
        x_label="seconds since the first task; diamonds: a child was killed",
        y_label=f"PSS of parent and children, {unit.symbol}",
        lines=tuple(
            Line(
                label=shorten(plain(run.implementation), _NAME_WIDTH),
                colour=report.pools.index(run),
                points=tuple((point.seconds, point.pss_bytes / unit.size) for point in run.points if point.seconds >= 0)
                or ((0.0, 0.0),),
                markers=False,
            )
            for run in runs
        ),
        levels=tuple(
            Level(
                label=f"limit: {next(limit_text(run.settings) for run in runs if run.settings.limit_bytes == limit)}",
                value=limit / unit.size,
            )
            for limit in limits
        ),
        callouts=tuple(
            Callout(text="", colour=report.pools.index(run), point=(kill.seconds, kill.pool_bytes / unit.size))
            for run in runs
            for kill in run.kills
        ),
    )


def _title(runs: list[PoolRun]) -> str:
    killed = [run for run in runs if run.kills]
    if not killed:
        peaks = tuple(f"{plain(run.implementation)} {quantity('bytes', run.peak_pss_bytes)}" for run in runs)
        return f"A pool of {runs[0].settings.concurrency} needs {enumerated(peaks)}"
    named = enumerated(tuple(f"{plain(run.implementation)} ({len(run.kills)})" for run in killed))
    return f"{limit_text(killed[0].settings)} kill children of {named}"


def _described(run: PoolRun) -> str:
    peak, kills = quantity("bytes", run.peak_pss_bytes), counted(len(run.kills), "kill")
    return (
        f"{plain(run.implementation)}: {run.settings.concurrency} at once, peak {peak}, {kills}, "
        f"{run.finished} of {len(run.tasks)} finished in {run.seconds:.0f} s"
    )
