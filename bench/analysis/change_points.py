"""Change points: the runs of a history with which a figure changed, judged by the metric's kind."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bench.analysis.change import Change, ChangeVerdict, exact_change, near_exact_change
from bench.analysis.comparable import environment_differences
from bench.analysis.ratio import FLOOR
from bench.analysis.segmentation import FEWEST, splits
from bench.analysis.series import Point, Series
from bench.analysis.summary import summarise
from bench.analysis.verdict import Standing
from bench.results.metrics import Kind, Metric

FALSE_ALARMS = 0.05
"""The probability below which a history without a change has a change point of any noisy metric."""
LEVEL = 0.02
"""What the tests of all series together are done at: the rest is for noise that is worse than normal."""


@dataclass(frozen=True, kw_only=True)
class ChangePoint:
    """A ChangePoint is a lasting change of one metric of one implementation on one data set.

    ``before`` is the last run of the old level and ``after`` the first of the new one; the commit is one of those that
    lie between, the later one included. ``candidates`` are further runs that may be the first of a noisy level.
    """

    scan: str
    implementation: str
    metric: Metric
    before: Point
    after: Point
    old: float
    """The level before: the figure of an exact or near-exact metric, the median of a noisy one."""
    new: float
    runs: tuple[int, int]
    """How many runs the two levels rest on."""
    standing: Standing
    """FAILED where it is for the worse, else IMPROVED."""
    confidence: float | None = None
    """1 less the probability of such a change by chance anywhere in the history; None for a metric without chance."""
    candidates: tuple[Point, ...] = ()
    notes: tuple[str, ...] = ()
    """What speaks against the commit as the cause."""

    @property
    def ratio(self) -> float | None:
        """New ÷ old; None where a side is too small for a ratio."""
        floor = FLOOR.get(self.metric.unit, 0.0)
        return self.new / self.old if min(self.old, self.new) > floor else None

    @property
    def worse(self) -> bool:
        """Whether the later runs take more, or did something else."""
        return self.standing is Standing.FAILED

    @property
    def revision(self) -> str:
        """The commit of the first run with the new level; '' where it is not known."""
        return self.after.revision


def change_points(found: Sequence[Series]) -> tuple[ChangePoint, ...]:
    """Return the change points of all series, oldest first.

    Exact figures change where they differ. Near-exact ones change where they leave the tolerance around the first
    figure of their level, so that a slow drift is found as well. Noisy ones are searched for steps, with LEVEL shared
    among their series.
    """
    noisy = [one for one in found if one.metric.kind is Kind.NOISY and len(one.points) >= FEWEST]
    changes = [change for one in found if one.metric.kind is not Kind.NOISY for change in _repeatable(one)]
    changes += [change for one in noisy for change in _noisy(one, len(noisy))]
    return tuple(sorted(changes, key=lambda one: one.after.place))


def undecided(found: Iterable[Series]) -> tuple[Series, ...]:
    """Return the noisy series that are too short to have a change point."""
    return tuple(one for one in found if one.metric.kind is Kind.NOISY and len(one.points) < FEWEST)


def _repeatable(series: Series) -> Iterator[ChangePoint]:
    """Yield the change points of an exact or near-exact metric."""
    judge = exact_change if series.metric.kind is Kind.EXACT else near_exact_change
    starts = [0]
    changes: list[Change] = []
    summaries = [summarise(one.measurement) for one in series.points]
    for place in range(1, len(series.points)):
        change = judge(summaries[starts[-1]], summaries[place])
        if change.verdict in (ChangeVerdict.DIFFERS, ChangeVerdict.LESS, ChangeVerdict.MORE):
            starts.append(place)
            changes.append(change)
    for number, change in enumerate(changes):
        before, after = _sides(series.points, starts, number)
        yield _change_point(series, before, after, change.standing, values=(before[-1].value, after[0].value))


def _noisy(series: Series, searched: int) -> Iterator[ChangePoint]:
    values = [one.value for one in series.points]
    if min(values) <= 0:
        return  # there is no ratio to nothing
    found = splits(values, LEVEL / searched)
    starts = [0, *(one.place for one in found)]
    for number, split in enumerate(found):
        before, after = _sides(series.points, starts, number)
        old, new = (statistics.median(one.value for one in side) for side in (before, after))
        floor = FLOOR.get(series.metric.unit, 0.0)
        if max(old, new) <= floor or abs(new - old) <= series.metric.resolution:
            continue
        yield _change_point(
            series,
            before,
            after,
            Standing.FAILED if new > old else Standing.IMPROVED,
            values=(old, new),
            # Two questions are asked of each series, each at half of its level.
            confidence=max(0.0, 1 - 2 * searched * split.p_value),
            candidates=tuple(series.points[place] for place in split.candidates if place != split.place),
        )


def _sides(
    points: tuple[Point, ...], starts: Sequence[int], number: int
) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
    """Return the points of the levels before and after the change ``number``."""
    borders = [*starts, len(points)]
    return points[borders[number] : borders[number + 1]], points[borders[number + 1] : borders[number + 2]]


def _change_point(
    series: Series,
    before: tuple[Point, ...],
    after: tuple[Point, ...],
    standing: Standing,
    *,
    values: tuple[float, float],
    confidence: float | None = None,
    candidates: tuple[Point, ...] = (),
) -> ChangePoint:
    return ChangePoint(
        scan=series.scan,
        implementation=series.implementation,
        metric=series.metric,
        before=before[-1],
        after=after[0],
        old=values[0],
        new=values[1],
        runs=(len(before), len(after)),
        standing=standing,
        confidence=confidence,
        candidates=candidates,
        notes=tuple(_notes(before[-1], after[0])),
    )


def _notes(before: Point, after: Point) -> Iterator[str]:
    if before.revision and before.revision == after.revision and "+" not in after.revision:
        yield "both runs are of the same commit, so its code is not the cause"
    if differences := environment_differences(before.environment, after.environment):
        yield f"the environment changed as well ({'; '.join(differences)})"
