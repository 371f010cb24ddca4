"""What a pool showed: whether a predicted kill size was right, and the verdict on everything that was found."""

from __future__ import annotations

from bench.results.pool import KillSearch, PoolReport, PoolRun

RIGHT_WITHIN = 0.10
"""A predicted kill size that is further from what was observed is wrong."""


def deviation(search: KillSearch) -> float | None:
    """Return by how much the prediction is off, as a share of the nearer observed end; 0 between the two.

    None without a prediction, and where the search ended before both ends were found and does not contradict it.
    """
    predicted, survives, killed = search.predicted, search.survives, search.killed
    if predicted is None:
        return None
    if survives is not None and predicted <= survives:
        return 0.0 if predicted == survives else predicted / survives - 1
    if killed is not None and predicted >= killed:
        return predicted / killed - 1
    return 0.0 if survives is not None and killed is not None else None


def prediction_holds(search: KillSearch) -> bool | None:
    """Return whether the prediction was right within RIGHT_WITHIN; None where that is not decided.

    One that no size is killed is wrong where a child was killed.
    """
    if search.predicted is None:
        return None if search.killed is None and not search.trials else search.killed is None
    found = deviation(search)
    return None if found is None else abs(found) <= RIGHT_WITHIN


def exit_code(report: PoolReport) -> int:
    """Return 1 where rows are wrong, a call raised or a pool ended too early; kills by the limit are what was asked."""
    return 1 if report.wrong else 0


def kept_bytes(run: PoolRun) -> int | None:
    """Return the largest PSS that a child had right after a call; None where none came to its end."""
    return max(
        (one.end_pss_bytes for task in run.tasks for one in task.deliveries if one.end is not None), default=None
    )
