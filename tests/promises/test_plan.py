"""The planned points are as many as were asked for, of every kind, and spread over the whole run."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from bench.messages.fault import Fault
from bench.promises.plan import (
    CRASH,
    FAULT_KINDS,
    FEWEST_POINTS,
    BlockedRow,
    Course,
    OutsideFault,
    plan_points,
    shares,
)

COURSE = Course(seconds=2.0, statements=31, pieces=797, rows=16_263, summaries=46)


def test_fifty_points_are_divided_as_declared() -> None:
    counts = Counter(point.kind for point in plan_points(50, COURSE, crashes=True))
    assert counts == {name: kind.weight for name, kind in FAULT_KINDS.items()}


@pytest.mark.parametrize("count", [FEWEST_POINTS, 10, 49, 51, 137])
@pytest.mark.parametrize("crashes", [True, False])
def test_there_are_as_many_points_as_asked_for_and_one_of_each_kind(count: int, crashes: bool) -> None:
    """Where the server may not be crashed, the other kinds take that share."""
    points = plan_points(count, COURSE, crashes=crashes)
    assert len(points) == count
    assert {point.kind for point in points} == set(FAULT_KINDS) - (set() if crashes else {CRASH})


def test_points_at_statements_are_spread_from_the_first_to_the_last_before_and_during() -> None:
    faults = [one.fault for one in plan_points(200, COURSE, crashes=True) if isinstance(one.fault, Fault)]
    kills = [one for one in faults if (one.action, one.trips) == ("kill", "statements")]
    assert {one.number for one in kills} == set(range(1, COURSE.statements + 1))
    assert {one.moment for one in kills} == {"before", "during"}
    assert len(set(kills)) == 2 * COURSE.statements


def test_few_points_at_statements_include_the_first_and_the_commit_that_nobody_waits_for() -> None:
    faults = [one.fault for one in plan_points(50, COURSE, crashes=True) if isinstance(one.fault, Fault)]
    kills = [one for one in faults if (one.action, one.trips) == ("kill", "statements")]
    assert (kills[0].number, kills[0].moment) == (1, "before")
    assert (kills[-1].number, kills[-1].moment) == (COURSE.statements, "during")


def test_points_in_rows_and_in_time_lie_inside_the_run_and_apart() -> None:
    faults = [point.fault for point in plan_points(100, COURSE, crashes=True)]
    rows = [one.row for one in faults if isinstance(one, BlockedRow) and (one.what, one.action) == ("row", "refuse")]
    assert len(set(rows)) == len(rows)
    assert all(1 <= row <= COURSE.rows for row in rows)
    seconds = [one.seconds for one in faults if isinstance(one, OutsideFault) and one.action == "kill"]
    assert len(set(seconds)) == len(seconds)
    assert all(0 < one < COURSE.seconds for one in seconds)


def test_a_run_without_copy_or_statements_of_psycopg_gets_other_faults() -> None:
    """As one that writes by a program of its own: the number of points stays."""
    points = plan_points(50, replace(COURSE, statements=0, pieces=0), crashes=True)
    assert len(points) == 50
    assert not any(isinstance(point.fault, Fault) for point in points)


def test_shares_never_come_to_more_than_there_is() -> None:
    assert shares(2, {"a": 20, "b": 1, "c": 1}) == {"b": 1, "c": 1}
    assert shares(10, {"a": 20, "b": 1, "c": 1}) == {"a": 8, "b": 1, "c": 1}
