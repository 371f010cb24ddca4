"""The plan has the requested number of points, of every kind, spread over the whole run."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from bench.messages.fault import Fault
from bench.promises.fault_plan import (
    CRASH,
    FAULT_KINDS,
    FEWEST_POINTS,
    BlockedRow,
    OutsideFault,
    RunProfile,
    plan_points,
    shares,
)

PROFILE = RunProfile(seconds=2.0, statements=31, pieces=797, rows=16_263, last=46)


def test_fifty_points_are_divided_by_weight() -> None:
    counts = Counter(point.kind for point in plan_points(50, PROFILE, crashes=True))
    assert counts == {name: kind.weight for name, kind in FAULT_KINDS.items()}


@pytest.mark.parametrize("count", [FEWEST_POINTS, 10, 49, 51, 137])
@pytest.mark.parametrize("crashes", [True, False])
def test_the_requested_number_of_points_is_planned_with_one_of_each_kind(count: int, crashes: bool) -> None:
    """If the server may not be crashed, the other kinds take that share."""
    points = plan_points(count, PROFILE, crashes=crashes)
    assert len(points) == count
    assert {point.kind for point in points} == set(FAULT_KINDS) - (set() if crashes else {CRASH})


def test_points_at_statements_are_spread_from_the_first_to_the_last_before_and_during() -> None:
    faults = [one.fault for one in plan_points(200, PROFILE, crashes=True) if isinstance(one.fault, Fault)]
    kills = [one for one in faults if (one.action, one.trips) == ("kill", "statements")]
    assert {one.number for one in kills} == set(range(1, PROFILE.statements + 1))
    assert {one.moment for one in kills} == {"before", "during"}
    assert len(set(kills)) == 2 * PROFILE.statements


def test_few_points_at_statements_include_the_first_and_the_commit_that_nobody_waits_for() -> None:
    faults = [one.fault for one in plan_points(50, PROFILE, crashes=True) if isinstance(one.fault, Fault)]
    kills = [one for one in faults if (one.action, one.trips) == ("kill", "statements")]
    assert (kills[0].number, kills[0].moment) == (1, "before")
    assert (kills[-1].number, kills[-1].moment) == (PROFILE.statements, "during")


def test_points_in_rows_and_in_time_are_distinct_and_inside_the_run() -> None:
    faults = [point.fault for point in plan_points(100, PROFILE, crashes=True)]
    rows = [one.row for one in faults if isinstance(one, BlockedRow) and (one.table, one.action) == ("first", "refuse")]
    assert len(set(rows)) == len(rows)
    assert all(1 <= row <= PROFILE.rows for row in rows)
    seconds = [one.seconds for one in faults if isinstance(one, OutsideFault) and one.action == "kill"]
    assert len(set(seconds)) == len(seconds)
    assert all(0 < one < PROFILE.seconds for one in seconds)


def test_a_run_without_copy_or_statements_of_psycopg_gets_other_faults() -> None:
    """For example one that writes through another program: the number of points stays the same."""
    points = plan_points(50, replace(PROFILE, statements=0, pieces=0), crashes=True)
    assert len(points) == 50
    assert not any(isinstance(point.fault, Fault) for point in points)


def test_shares_never_add_up_to_more_than_the_count() -> None:
    assert shares(2, {"a": 20, "b": 1, "c": 1}) == {"b": 1, "c": 1}
    assert shares(10, {"a": 20, "b": 1, "c": 1}) == {"a": 8, "b": 1, "c": 1}
