"""Growth: how a peak or the calls rise with rows or another quantity over a sweep, as lines with their uncertainty."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from scipy.stats import linregress, t

from bench.analysis.ratio import FLOOR
from bench.analysis.run_verdict import RunVerdict
from bench.analysis.summary import Summaries
from bench.results.metrics import METRICS, Kind, Metric
from bench.results.records import Dataset, JobDescription, Results

GROWTH_METRICS = ("peak_heap_bytes", "peak_rss_bytes", "function_calls")
CONFIDENCE = 0.95
FEWEST_SIZES = 3
"""Two sizes always give a line, so they cannot show whether the growth is straight."""

FLAT_SHARE = 0.05
"""Growth over the whole measured range, as a share of the smallest size's value, that counts as none."""

FLAT_SPAN = 2.0
"""Largest over smallest size below which nothing is called flat: too short a range says little."""

STRAIGHT_SHARE = 0.05
"""The share of a measured value by which a straight line may miss it.

R² is no help here: a line through 95, 99 and 514 MB at 1k, 10k and 100k has R² = 0.994 and misses the first by
18 %.
"""


@dataclass(frozen=True, order=True)
class Axis:
    """An Axis is what varies along a line of the grid, and what a peak is fitted against there."""

    varied: str
    """One quantity of the size; all others are held."""
    against: str
    """``rows`` where they follow it, else the quantity itself."""


class Trend(Enum):
    """What a fit lets one say about growth."""

    FLAT = "flat"
    GROWS = "grows"
    FALLS = "falls"
    UNDECIDED = "not decided"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A Line is a least-squares line, with the 95 % t interval of its slope from ``low`` to ``high``."""

    intercept: float
    slope: float
    low: float
    high: float
    r_squared: float


def fit_line(points: Sequence[tuple[float, float]]) -> Line:
    """Fit a line to (size, value) points of at least ``FEWEST_SIZES`` different sizes."""
    sizes, values = zip(*points, strict=True)
    line = linregress(sizes, values)
    # SciPy has no correlation of equal values, and so no error: the line through them is exact.
    error, correlation = (0.0, 1.0) if len(set(values)) == 1 else (float(line.stderr), float(line.rvalue))
    margin = float(t.ppf(0.5 + CONFIDENCE / 2, len(points) - 2)) * error
    slope = float(line.slope)
    return Line(
        intercept=float(line.intercept), slope=slope, low=slope - margin, high=slope + margin, r_squared=correlation**2
    )


@dataclass(frozen=True, kw_only=True)
class Fit:
    """A Fit is the least-squares line of one metric of one implementation over at least ``FEWEST_SIZES`` sizes.

    ``points`` are (size, the samples' centre in the metric's unit), by size. ``held`` are the quantities of the size
    that do not vary, with their numbers. ``slope`` is in the metric's unit per one of what it is fitted against.
    ``slope_low`` and ``slope_high`` are the bounds of its 95 % t interval from the residuals: peaks repeat to within
    1 %, so what they show is how far a straight line is from the truth, not noise.
    """

    implementation: str
    metric: Metric
    axis: Axis
    held: tuple[tuple[str, int], ...]
    points: tuple[tuple[float, float], ...]
    intercept: float
    slope: float
    slope_low: float
    slope_high: float
    r_squared: float
    warnings: tuple[str, ...] = ()

    @property
    def smallest(self) -> float:
        """The smallest measured size."""
        return self.points[0][0]

    @property
    def largest(self) -> float:
        """The largest measured size."""
        return self.points[-1][0]

    @property
    def growth_bounds(self) -> tuple[float, float]:
        """The bounds of the interval of the growth from the smallest to the largest size, in the metric's unit."""
        span = self.largest - self.smallest
        return self.slope_low * span, self.slope_high * span

    @property
    def trend(self) -> Trend:
        """Judge the growth.

        Flat: the sizes span a factor of 2, and the whole interval of the growth over them is within ±5 % of the line's
        value at the smallest size (or ±1 MB, where that is more). An interval that merely includes zero is not enough,
        for few or scattered sizes give that as well.
        Grows: the slope's interval is above zero, or the measured values rise by more than those 5 % and never fall
        from one size to the next by more than they repeat to: a bend widens the interval and is no doubt about growth.
        Falls: the slope's interval is below zero. Not decided: all else.
        """
        room = max(FLAT_SHARE * abs(self.intercept + self.slope * self.smallest), FLOOR.get(self.metric.unit, 0.0))
        low, high = self.growth_bounds
        if -room <= low and high <= room and self.largest >= FLAT_SPAN * self.smallest:
            return Trend.FLAT
        values = [value for _, value in self.points]
        rises = all(following >= value * (1 - self.metric.repeats_to) for value, following in pairwise(values))
        if self.slope_low > 0 or (rises and values[-1] - values[0] > room):
            return Trend.GROWS
        if self.slope_high < 0:
            return Trend.FALLS
        return Trend.UNDECIDED

    @property
    def worst_miss(self) -> float:
        """The largest deviation of a measured value from the line, as a share of the value; 0 for less than 1 MB."""
        floor = FLOOR.get(self.metric.unit, 0.0)
        misses = ((abs(self.intercept + self.slope * size - value), value) for size, value in self.points)
        return max(
            miss / value if value > 0 else 1.0 for miss, value in ((m if m > floor else 0.0, v) for m, v in misses)
        )

    @property
    def straight(self) -> bool:
        """Whether the line misses no measured value by more than ``STRAIGHT_SHARE``."""
        return self.worst_miss <= STRAIGHT_SHARE

    def at(self, size: float) -> float:
        """Return the value at ``size``: on the line where the growth is straight, else between or beyond two sizes."""
        if self.straight:
            return self.intercept + self.slope * size
        pairs = list(pairwise(self.points))
        (x, y), (next_x, next_y) = next((pair for pair in pairs if size <= pair[1][0]), pairs[-1])
        return y + (next_y - y) * (size - x) / (next_x - x)


def axes_of(job: JobDescription) -> tuple[Axis, ...]:
    """Return the axes of a job's grid: first those along which rows grow."""
    first = [Axis(name, "rows") for name in job.size if name in job.rows_follow]
    return (*first, *(Axis(name, name) for name in job.size if name not in job.rows_follow))


def fits_of(results: Results, summaries: Summaries, verdict: RunVerdict) -> tuple[Fit, ...]:
    """Fit each growth metric of each implementation along every line of the grid of sizes.

    A line of the grid holds the data sets that differ in one quantity of their size. Those without a figure or whose
    rows are not proven are left out, with a warning on the fit; lines of fewer than ``FEWEST_SIZES`` different sizes
    give no fit.
    """
    return tuple(
        fit
        for implementation in results.implementations
        for metric in GROWTH_METRICS
        for axis in axes_of(results.job)
        for held, datasets in sorted(_lines(results.datasets, axis).items())
        if (fit := _fit(results, summaries, verdict, implementation, METRICS[metric], axis, held, datasets)) is not None
    )


_Held = tuple[tuple[str, int], ...]


def _lines(datasets: tuple[Dataset, ...], axis: Axis) -> dict[_Held, list[Dataset]]:
    lines: dict[_Held, list[Dataset]] = {}
    for one in datasets:
        held = tuple((name, number) for name, number in one.size.items() if name != axis.varied)
        lines.setdefault(held, []).append(one)
    return lines


def _fit(
    results: Results,
    summaries: Summaries,
    verdict: RunVerdict,
    implementation: str,
    metric: Metric,
    axis: Axis,
    held: _Held,
    datasets: list[Dataset],
) -> Fit | None:
    known = [
        (one, centre)
        for one in datasets
        if verdict.may_compare(one.scan, implementation, implementation)
        and (centre := summaries.centre(one.scan, implementation, metric.name)) is not None
    ]
    points = sorted((float(one.countable[axis.against]), peak) for one, peak in known)
    if len({size for size, _ in points}) < FEWEST_SIZES:
        return None
    line = fit_line(points)
    return Fit(
        implementation=implementation,
        metric=metric,
        axis=axis,
        held=held,
        points=tuple(points),
        intercept=line.intercept,
        slope=line.slope,
        slope_low=line.low,
        slope_high=line.high,
        r_squared=line.r_squared,
        warnings=(
            *_warnings(datasets, [one for one, _ in known], axis),
            *_machines(results, metric, [one for one, _ in known]),
        ),
    )


def _warnings(datasets: list[Dataset], known: list[Dataset], axis: Axis) -> Iterator[str]:
    absent = [one.scan for one in datasets if one not in known]
    if absent:
        yield f"without {', '.join(absent)}, where no figure with proven rows was taken"
    rows = {one.rows for one in known}
    if axis.against != "rows" and len(rows) > 1:
        yield f"rows are not the same along this line: {min(rows):,} to {max(rows):,}"


def _machines(results: Results, metric: Metric, datasets: list[Dataset]) -> Iterator[str]:
    """Yield that the sizes of a noisy metric are of several machines, which may hold memory differently."""
    nodes = {node.name for one in datasets if (node := results.node_of(one.scan)) is not None}
    if metric.kind is Kind.NOISY and len(nodes) > 1:
        yield f"the sizes were measured on {len(nodes)} machines, and {metric.title} need not be the same on each"
