"""The chart of a bisection: the figure of every commit that was tried, in the order of history."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from bench.report.figures import Scale, quantity, scale
from bench.report.plots.chart import Callout, Chart, Level, Line
from bench.report.plots.palette import slots
from bench.results.bisection import Bisection, CommitTrial
from bench.results.metrics import METRICS, Kind, Metric
from bench.words import plain, shorten

CHART_NAME = "bisection"

_HASH = 8
_MOST_LABELS = 9
_NAME_WIDTH = 30
_SUBJECT_WIDTH = 50


def bisection_chart(bisection: Bisection) -> Chart | None:
    """Return the chart; None where no commit has a figure.

    A noisy metric is shown as its ratio to the good commit, which load on the machine moves least.
    """
    metric = METRICS.get(bisection.metric)
    if metric is None:
        return None
    relative = _relative(bisection, metric)
    places = [
        (float(x), value)
        for x, one in enumerate(bisection.trials)
        if (value := _value(one, relative=relative)) is not None
    ]
    if not places:
        return None
    shown = Scale(1, "", 2) if relative else scale(metric.unit, [value for _, value in places])
    slot = slots([bisection.implementation])[bisection.implementation]
    what = f"{metric.title} of {shorten(plain(bisection.implementation), _NAME_WIDTH)}"
    unit = ", ratio to good" if relative else f", {shown.symbol}" if shown.symbol else ""
    return Chart(
        name=CHART_NAME,
        title=_title(bisection, what),
        alt=f"{what} on {plain(bisection.scan)} by commit, oldest first. "
        f"{_alternative(bisection.trials, metric, relative=relative)}.",
        x_label="commits that were tried, newest at the right",
        y_label=f"{metric.title.lower()}{unit}",
        lines=(
            Line(
                label=_last_label(places[-1][1], shown, metric, relative=relative),
                colour=slot,
                points=tuple((x, value / shown.size) for x, value in places),
                dots=_dots(bisection.trials, shown, relative=relative),
            ),
        ),
        x_ticks=_ticks(bisection),
        levels=_levels(bisection, shown),
        callouts=tuple(_callouts(bisection, dict(places), shown, slot)),
    )


def _relative(bisection: Bisection, metric: Metric) -> bool:
    """Whether ratios are shown: a policy takes no pairs with the good commit."""
    return metric.kind is Kind.NOISY and not bisection.policy


def _value(trial: CommitTrial, *, relative: bool) -> float | None:
    if relative:
        return trial.ratio
    return statistics.median(trial.samples) if trial.samples else None


def _dots(trials: Sequence[CommitTrial], shown: Scale, *, relative: bool) -> tuple[tuple[float, float], ...]:
    """Return the single samples; of a noisy metric each divided by that of the good commit in its pair."""
    if not relative:
        return tuple((float(x), sample / shown.size) for x, one in enumerate(trials) for sample in one.samples)
    return tuple(
        (float(x), sample / base)
        for x, one in enumerate(trials)
        for sample, base in zip(one.samples, one.base_samples, strict=False)
        if base
    )


def _title(bisection: Bisection, what: str) -> str:
    first = bisection.first_bad
    if first is None:
        return f"{what}: the first bad commit is one of {len(bisection.candidates)}"
    return f"{what}: first bad commit {first.hash[:_HASH]}, {shorten(plain(first.subject), _SUBJECT_WIDTH)}"


def _last_label(value: float, shown: Scale, metric: Metric, *, relative: bool) -> str:
    return f"{shown.figure(value)} ×" if relative else quantity(metric.unit, value)


def _levels(bisection: Bisection, shown: Scale) -> tuple[Level, ...]:
    if bisection.threshold is None:
        return ()
    return (Level(label="divides good from bad", value=bisection.threshold / shown.size),)


def _callouts(bisection: Bisection, places: dict[float, float], shown: Scale, slot: int) -> list[Callout]:
    first = bisection.first_bad
    return [
        Callout(text="first bad", colour=slot, point=(float(x), places[float(x)] / shown.size))
        for x, one in enumerate(bisection.trials)
        if first is not None and one.commit.hash == first.hash and float(x) in places
    ]


def _ticks(bisection: Bisection) -> tuple[tuple[float, str], ...]:
    """Label the two ends, the first bad commit, and of the others as many as have room."""
    trials = bisection.trials
    step = -(-len(trials) // _MOST_LABELS)
    last = len(trials) - 1
    first = bisection.first_bad.hash if bisection.first_bad else ""
    ticks = []
    for x, one in enumerate(trials):
        shown = x in (0, last) or one.commit.hash == first or not x % step
        word = "skipped" if one.found == "skipped" else one.found
        ticks.append((float(x), f"{one.commit.hash[:_HASH]}\n{word}" if shown else ""))
    return tuple(ticks)


def _alternative(trials: Sequence[CommitTrial], metric: Metric, *, relative: bool) -> str:
    return "; ".join(
        f"{one.commit.hash[:_HASH]} {one.found}"
        + (
            ""
            if (value := _value(one, relative=relative)) is None
            else f" {value:.2f} × good"
            if relative
            else f" {quantity(metric.unit, value)}"
        )
        for one in trials
    )
