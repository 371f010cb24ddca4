"""The picture of pools: the memory of each over time, the limit, and the kills."""

from __future__ import annotations

from bench.report.figures import quantity, scale
from bench.report.plots.chart import Level, Panel, PanelChart
from bench.report.plots.palette import slots
from bench.report.pool import limit_text
from bench.results.pool import PoolReport, PoolRun
from bench.words import counted, enumerated, plain, shorten

CHART_NAME = "pool-memory"
_NAME_WIDTH = 24


def pool_chart(report: PoolReport) -> PanelChart | None:
    """Return a panel for each pool, all with the same axes; None where nothing was seen."""
    runs = [run for run in report.pools if any(point.seconds >= 0 for point in run.points)]
    if not runs:
        return None
    limits = dict.fromkeys(run.settings.limit_bytes for run in runs if run.settings.limit_bytes)
    unit = scale("bytes", [max([run.peak_pss_bytes for run in runs] + [limit or 0 for limit in limits])])
    slot = slots(tuple(dict.fromkeys(run.implementation for run in runs)))
    return PanelChart(
        name=CHART_NAME,
        title=_title(runs),
        alt=f"Memory of pools over time, a panel for each implementation. {'; '.join(map(_described, runs))}.",
        x_label="seconds since the first call" + ("; ×: a child was killed" if any(run.kills for run in runs) else ""),
        y_label=f"parent and children, PSS in {unit.symbol}",
        panels=tuple(
            Panel(
                label=shorten(plain(run.implementation), _NAME_WIDTH),
                text=_text(run),
                colour=slot[run.implementation],
                points=tuple((one.seconds, one.pss_bytes / unit.size) for one in run.points if one.seconds >= 0),
                crosses=tuple((kill.seconds, kill.pool_bytes / unit.size) for kill in run.kills),
            )
            for run in runs
        ),
        levels=tuple(
            Level(
                label=next(limit_text(run.settings) for run in runs if run.settings.limit_bytes == limit),
                value=limit / unit.size,
            )
            for limit in limits
            if limit
        ),
    )


def _title(runs: list[PoolRun]) -> str:
    killed = [run for run in runs if run.kills]
    if not killed:
        largest = max(runs, key=lambda run: run.peak_pss_bytes)
        least = min(runs, key=lambda run: run.peak_pss_bytes)
        ends = f"{quantity('bytes', least.peak_pss_bytes)} ({plain(least.implementation)})"
        if largest is not least:
            ends += f" to {quantity('bytes', largest.peak_pss_bytes)} ({plain(largest.implementation)})"
        return f"{runs[0].settings.concurrency} calls at once need {ends}"
    named = enumerated(tuple(f"{counted(len(run.kills), 'kill')} of {plain(run.implementation)}" for run in killed))
    others = ", none of the others" if len(killed) < len(runs) else ""
    return f"{limit_text(killed[0].settings)} for {runs[0].settings.concurrency} calls at once: {named}{others}"


def _text(run: PoolRun) -> str:
    kills = f", {counted(len(run.kills), 'kill')}" if run.kills else ""
    return f"peak {quantity('bytes', run.peak_pss_bytes)}{kills}"


def _described(run: PoolRun) -> str:
    peak, kills = quantity("bytes", run.peak_pss_bytes), counted(len(run.kills), "kill")
    return (
        f"{plain(run.implementation)}: {run.settings.concurrency} at once, peak {peak}, {kills}, "
        f"{run.finished} of {len(run.tasks)} finished in {run.seconds:.0f} s"
    )
