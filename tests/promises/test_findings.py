"""What was observed decides the status of a promise: kept, broken, not promised, or not tried."""

from __future__ import annotations

from typing import Any

import pytest

from bench.analysis.promises import PromiseStatus, Violation, broken, find_promises
from bench.declare.promise import Promise
from bench.results.promises import PromiseTrial
from tests.support.promise_records import (
    MIXED,
    NEW,
    NONE,
    OLD,
    PARTIAL,
    broken_promises,
    findings,
    point,
    race,
    reading,
    refusal,
    trial,
)


def kept_trial(**parts: Any) -> PromiseTrial:
    """A trial without violations."""
    good: dict[str, Any] = {
        "readings": (reading(OLD, OLD, 20), reading(NEW, NEW, 5)),
        "points": (point(), point(NEW, NEW, ended="")),
        "refusals": (refusal(),),
        "races": (race(), race("two of a tenant")),
    }
    return trial(**{**good, **parts})


def test_a_trial_without_violations_keeps_every_promise_and_counts_what_was_tried() -> None:
    found = findings(kept_trial())
    assert {one.status for one in found.values()} == {PromiseStatus.KEPT}
    assert found[Promise.WHOLE_SETS].tried == {"snapshots": 25, "faults": 2}
    assert found[Promise.TWO_SCANS].tried == {"races": 1}


@pytest.mark.parametrize(
    ("parts", "promises"),
    [
        ({"readings": (reading(NONE, NONE),)}, {Promise.WHOLE_SETS}),
        ({"readings": (reading(PARTIAL, OLD),)}, {Promise.WHOLE_SETS, Promise.TOGETHER}),
        ({"readings": (reading(MIXED, MIXED),)}, {Promise.WHOLE_SETS}),
        ({"readings": (reading(NEW, OLD),)}, {Promise.TOGETHER}),
        ({"readings": (reading(OLD, PARTIAL),)}, {Promise.WHOLE_SETS, Promise.TOGETHER}),
        ({"points": (point(NONE, NONE),)}, {Promise.WHOLE_SETS, Promise.CRASH}),
        ({"points": (point(NEW, OLD),)}, {Promise.TOGETHER, Promise.CRASH}),
        ({"points": (point(OLD, OLD, ended=""),)}, {Promise.CRASH}),
        ({"points": (point(left_over="1 still open after 20 s"),)}, {Promise.CRASH}),
        ({"points": (point(rerun="failed: IntegrityError"),)}, {Promise.RERUN}),
        ({"points": (point(bystanders_unchanged=False),)}, {Promise.BYSTANDERS}),
        ({"observed_unchanged": False}, {Promise.BYSTANDERS}),
        ({"races": (race(bystanders_unchanged=False), race("two of a tenant"))}, {Promise.BYSTANDERS}),
        ({"refusals": (refusal(ended=""),)}, {Promise.OWNER}),
        ({"refusals": (refusal(ended="ValueError: no"),)}, {Promise.OWNER}),
        ({"refusals": (refusal(unchanged=False),)}, {Promise.OWNER}),
        ({"races": (race(ended=("", "DeadlockDetected: deadlock detected")), race("two"))}, {Promise.SAME_SCAN}),
        ({"races": (race(wrong="rows partial, summaries new"), race("two"))}, {Promise.SAME_SCAN}),
        ({"races": (race(), race("two of a tenant", ended=("OperationalError: gone", "")))}, {Promise.TWO_SCANS}),
    ],
)
def test_each_violation_breaks_its_promises_and_no_other(parts: dict[str, Any], promises: set[Promise]) -> None:
    tried = kept_trial(**parts)
    assert broken_promises(tried) == promises
    assert {one.promise for one in broken(find_promises(tried))} == promises


def test_what_is_not_promised_is_shown_and_does_not_fail() -> None:
    tried = kept_trial(declared=(Promise.RERUN,), points=(point(PARTIAL, OLD),))
    found = findings(tried)
    assert found[Promise.CRASH].status is PromiseStatus.NOT_PROMISED
    assert found[Promise.CRASH].violations == (Violation("partial", 1),)
    assert found[Promise.RERUN].status is PromiseStatus.KEPT
    assert found[Promise.OWNER].status is PromiseStatus.KEPT_UNPROMISED
    assert broken(find_promises(tried)) == ()


def test_a_fault_that_came_too_late_is_no_evidence() -> None:
    found = findings(kept_trial(readings=(), points=(point(PARTIAL, OLD, struck=False),)))
    assert found[Promise.CRASH].status is PromiseStatus.UNTRIED
    assert found[Promise.WHOLE_SETS].status is PromiseStatus.UNTRIED


def test_a_promise_that_was_not_tried_is_not_kept() -> None:
    assert {one.promise for one in broken(find_promises(trial()))} == set(Promise)
    assert broken(find_promises(trial(declared=()))) == ()


def test_the_most_frequent_comes_first_with_an_example() -> None:
    found = findings(kept_trial(readings=(reading(NONE, OLD, 3), reading(PARTIAL, OLD, 7)), points=(point(NONE, OLD),)))
    assert found[Promise.WHOLE_SETS].violations == (Violation("partial", 7), Violation("none", 4))
    assert found[Promise.WHOLE_SETS].example == (
        "worker killed at a statement, before statement 3 of 31: rows none, summaries old"
    )
