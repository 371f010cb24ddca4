"""The search of a kill size: right predictions take two pools, wrong ones are corrected, and it always ends."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bench.analysis.pools import deviation, prediction_holds
from bench.pool.kill_search import PRECISION, SearchPlan, next_size
from bench.results.pool import KillSearch, PoolSettings, SizeTrial

PLAN = SearchPlan(varied="findings", held={"regions": 5}, most=100_000)


def searched(true: int, predicted: float | None, start: int | None = None, plan: SearchPlan = PLAN) -> KillSearch:
    """Search where every size from ``true`` on is killed."""
    search = KillSearch(
        implementation="a",
        settings=PoolSettings(concurrency=4, tasks_per_child=1, limit_bytes=2**29),
        varied=plan.varied,
        held=plan.held,
        trials=(),
        predicted=predicted,
        largest_tried=plan.most,
    )
    while (size := next_size(search, plan, start)) is not None:
        assert size not in [one.size for one in search.trials]
        assert plan.least <= size <= plan.most
        trial = SizeTrial(size=size, killed=size >= true, peak_pss_bytes=0)
        search = replace(search, trials=(*search.trials, trial))
    return search


@pytest.mark.parametrize("true", [970, 14_000, 90_500])
def test_a_right_prediction_takes_two_pools(true: int) -> None:
    found = searched(true, float(true))
    assert len(found.trials) == 2
    assert prediction_holds(found)


@settings(max_examples=40)
@given(
    true=some.integers(2, 200_000), predicted=some.none() | some.floats(1, 300_000), start=some.none() | some.just(1000)
)
def test_the_ends_are_close_or_at_the_end_of_what_is_tried(
    true: int, predicted: float | None, start: int | None
) -> None:
    found = searched(true, predicted, start)
    assert len(found.trials) <= 16
    survives, killed = found.survives, found.killed
    if true > PLAN.most:
        assert (survives, killed) == (PLAN.most, None)
    elif killed is not None and survives is not None:
        assert survives < true <= killed
        assert killed <= max(survives * PRECISION, survives + 1)
    else:
        assert killed == PLAN.least


def test_what_is_never_killed_takes_one_pool_of_the_largest_size() -> None:
    found = searched(10**9, None)
    assert [one.size for one in found.trials] == [100_000]
    assert prediction_holds(found)


@pytest.mark.parametrize(
    ("true", "predicted", "holds"), [(10_000, 10_400.0, True), (10_000, 14_000.0, False), (10_000, 5_000.0, False)]
)
def test_a_prediction_that_is_off_by_more_than_a_tenth_is_wrong(true: int, predicted: float, holds: bool) -> None:
    found = searched(true, predicted)
    assert prediction_holds(found) is holds
    off = deviation(found)
    assert off is not None
    assert holds or (off > 0) == (predicted > true)


def test_no_prediction_is_wrong_where_a_child_was_killed() -> None:
    assert prediction_holds(searched(5_000, None)) is False
