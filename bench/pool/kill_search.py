"""The kill size, observed: the largest data that survive under a limit, and the smallest that kill a child."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from bench.errors import InputError, MeasurementError
from bench.jobs.implementation import Implementation
from bench.jobs.job import DataSource
from bench.jobs.size import parse_size
from bench.pool.grounds import Grounds
from bench.results.pool import KillSearch, PoolSettings, SizeTrial

PRECISION = 1.1
"""The search ends once the smallest size that is killed is at most this many times the largest that survives."""
_FIRST_STEP = 1.04
"""How far from the prediction the first two sizes are: within PRECISION of each other, rounded as they are."""
_GROWTH = 2.0
"""The factor by which the step grows while nothing has been found on the other side."""
_LONGEST_STEP = 8.0
DIGITS = 3
"""Of the sizes that are tried."""


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """A Prediction is the size at which ``bench sweep`` would say that a pool is killed."""

    size: float | None
    why_none: str = ""
    start: int | None = None
    """Where to begin the search without a size; None: at the largest, which shows that nothing is killed."""


@dataclass(frozen=True, kw_only=True)
class SearchPlan:
    """A SearchPlan is what varies in a search and how far it goes."""

    varied: str
    held: Mapping[str, int]
    most: int
    least: int = 1


def search(
    grounds: Grounds,
    implementation: Implementation,
    settings: PoolSettings,
    plan: SearchPlan,
    prediction: Prediction,
) -> KillSearch:
    """Search from the prediction on. Raises MeasurementError for a pool that fails otherwise than by a kill."""
    search = KillSearch(
        implementation=implementation.name,
        settings=settings,
        varied=plan.varied,
        held=plan.held,
        trials=(),
        predicted=prediction.size,
        why_no_prediction=prediction.why_none,
        largest_tried=plan.most,
    )
    while (size := next_size(search, plan, prediction.start)) is not None:
        search = _with_trial(grounds, implementation, search, plan, size)
    return search


def next_size(search: KillSearch, plan: SearchPlan, start_without: int | None = None) -> int | None:
    """Return the size to try next; None once the two ends are close enough, or there is nothing to try any more.

    First right below and right above the prediction: where it is right, that is all. Then in growing steps away from
    it, and then halfway between the ends, in ratios.
    """
    survives, killed = search.survives, search.killed
    if survives is not None and killed is not None:
        if killed <= max(survives * PRECISION, survives + 1):
            return None
        middle = _rounded(math.sqrt(survives * killed))
        return middle if survives < middle < killed else (survives + killed) // 2
    # What does not grow, or not that far, is tried at the largest size, which says whether that is so.
    start = float(start_without or plan.most) if search.predicted is None else search.predicted
    if survives is None and killed is None:
        return _within(plan, start / _FIRST_STEP if search.predicted is not None else start)
    if killed is None:
        assert survives is not None  # one of the two is there
        across = len(search.trials) == 1 and search.predicted is not None and survives < start
        found = _within(plan, start * _FIRST_STEP if across else survives * _step(search))
        found = max(found, survives + 1)
        return found if found <= plan.most else None
    found = min(_within(plan, killed / _step(search)), killed - 1)
    return found if found >= plan.least else None


def _step(search: KillSearch) -> float:
    """How far to go on one side: a little at first, where there is a prediction, then further each time."""
    if len(search.trials) == 1 and search.predicted is not None:
        return PRECISION
    return min(_GROWTH ** max(len(search.trials) - 1, 1), _LONGEST_STEP)


def _within(plan: SearchPlan, size: float) -> int:
    return min(max(_rounded(size), plan.least), plan.most)


def _rounded(size: float) -> int:
    """To three digits: sizes are typed."""
    if size < 10**DIGITS:
        return max(1, round(size))
    unit = int(10 ** (math.floor(math.log10(size)) - DIGITS + 1))
    return round(size / unit) * unit


def _with_trial(
    grounds: Grounds, implementation: Implementation, search: KillSearch, plan: SearchPlan, size: int
) -> KillSearch:
    job = grounds.plan.job
    source = sized_source(grounds.plan.sources[0], plan, size, grounds)
    label = job.label(source)
    count = search.settings.concurrency
    with grounds.field((source,), count) as field:
        title = f"{label}: {implementation.name}, {count} at once under {_limit(search.settings)}"
        run = field.pool(implementation, search.settings, stop_at_kill=True, title=title)
    if run.failure and not run.kills:
        raise MeasurementError(f"{label}: {implementation.name}: {run.failure}")
    failed = next((task.error for task in run.tasks if task.end == "failed"), "")
    if failed:
        raise MeasurementError(f"{label}: {implementation.name} failed: {failed}")
    before = [point.pss_bytes for point in run.points if not run.kills or point.seconds <= run.kills[0].seconds]
    trial = SizeTrial(size=size, killed=bool(run.kills), peak_pss_bytes=max(before, default=run.peak_pss_bytes))
    return replace(search, trials=(*search.trials, trial), settings=run.settings)


def sized_source(source: DataSource, plan: SearchPlan, size: int, grounds: Grounds) -> DataSource:
    """Return ``source`` with another number of what varies."""
    job = grounds.plan.job
    numbers = {**plan.held, plan.varied: size}
    label = "/".join(str(numbers[name]) for name in job.size)
    return replace(source, size=parse_size(job, label))


def search_plan(source: DataSource, varied: str | None, most: int | None, grid: Iterator[int]) -> SearchPlan:
    """Return what varies: by default the first number of the size; up to ``most``, by default the grid's largest.

    Raises InputError for an unknown number, and for data of a file, whose size is given.
    """
    if source.size is None:
        raise InputError("--find kill-sizes needs synthetic data, whose size can vary; leave out --scan-file")
    numbers = source.size.numbers
    name = varied or next(iter(numbers))
    if name not in numbers:
        raise InputError(f"--vary {name!r} is no number of the size; known are {', '.join(numbers)}")
    return SearchPlan(
        varied=name,
        held={other: number for other, number in numbers.items() if other != name},
        most=most or max(grid, default=numbers[name] * 10),
    )


def _limit(settings: PoolSettings) -> str:
    return "no limit" if settings.limit_bytes is None else f"{settings.limit_bytes / 2**20:,.0f} MiB"
