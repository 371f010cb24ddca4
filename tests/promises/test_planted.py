"""Every planted fault is caught by the promise that it breaks. What keeps all is tried in ``test_command``."""

from __future__ import annotations

from bench.analysis.promises import PromiseStanding
from bench.declare.promise import Promise
from bench.harness.executor import ProcessExecutor
from bench.harness.progress import Silent
from bench.harness.scratch import scratch_folder
from bench.harness.stage import ScanSource, Stage
from bench.messages.fault import Fault
from bench.promises.fault_point import try_point
from bench.promises.plan import FEWEST_POINTS, BlockedRow, PlannedPoint
from bench.promises.races import races
from bench.promises.refusals import refusals
from bench.promises.trial import Trial, TrialPlan
from bench.promises.watch import watch
from bench.results.promises import DeclaredPromises
from tests.support.lane_maker import LaneMaker
from tests.support.promise_records import NEW, NONE, OLD, broken_promises, findings, trial

PLANTED = "tests.support.implementations.promises_planted:"


def killed_at(statement: int) -> PlannedPoint:
    fault = Fault(action="kill", trips="statements", number=statement, moment="before")
    return PlannedPoint("worker killed at a statement", f"before statement {statement}", fault)


def test_readers_see_sets_that_are_committed_in_parts(make_lane: LaneMaker) -> None:
    with make_lane(f"{PLANTED}leaves_partial_sets") as (lane, _):
        readings, _ = watch(lane, 2)
    against = {seen.what for seen in findings(trial(readings=readings))[Promise.WHOLE_SETS].against}
    assert against >= {"none", "partial"}
    assert broken_promises(trial(readings=readings)) == {Promise.WHOLE_SETS, Promise.TOGETHER}


def test_a_kill_between_two_batches_shows_what_a_crash_leaves(make_lane: LaneMaker) -> None:
    """And the next run puts it right, which is a promise of its own."""
    with make_lane(f"{PLANTED}leaves_partial_sets") as (lane, course):
        middle = course.statements - 12
        found = try_point(lane, killed_at(middle), course.seconds)
    assert (found.struck, found.ended, found.rerun) == (True, "killed", "")
    assert Promise.CRASH in broken_promises(trial(points=(found,)))
    assert Promise.RERUN not in broken_promises(trial(points=(found,)))


def test_readers_see_rows_that_are_committed_before_their_summaries(make_lane: LaneMaker) -> None:
    with make_lane(f"{PLANTED}commits_in_the_middle") as (lane, _):
        readings, _ = watch(lane, 2)
    assert {one.rows for one in readings} == {OLD, NEW}
    assert (NEW, NONE) in {(one.rows, one.summaries) for one in readings}
    assert broken_promises(trial(readings=readings)) == {Promise.TOGETHER, Promise.WHOLE_SETS}


def test_rows_of_another_tenant_that_go_are_missed(make_lane: LaneMaker) -> None:
    """Also where they went with the first of all runs."""
    with make_lane(f"{PLANTED}writes_across_tenants") as (lane, course):
        readings, unchanged = watch(lane, 1)
        found = try_point(lane, killed_at(1), course.seconds)
    assert not unchanged
    assert not found.bystanders_unchanged
    tried = trial(readings=readings, observed_unchanged=unchanged, points=(found,))
    assert broken_promises(tried) == {Promise.BYSTANDERS}


def test_a_scan_of_another_tenant_that_is_taken_is_told(make_lane: LaneMaker) -> None:
    with make_lane(f"{PLANTED}accepts_any_scan") as (lane, _):
        made = tuple(refusals(lane))
    assert not made[0].unchanged
    assert broken_promises(trial(refusals=made)) == {Promise.OWNER}


def test_a_success_that_is_none_is_told(make_lane: LaneMaker) -> None:
    refused = PlannedPoint("row refused by the server", "row 9", BlockedRow(what="row", row=9, action="refuse"))
    with make_lane(f"{PLANTED}hides_errors") as (lane, course):
        found = try_point(lane, refused, course.seconds)
    assert (found.struck, found.ended, found.rows) == (True, "", OLD)
    tried = trial(points=(found,))
    assert [seen.what for seen in findings(tried)[Promise.CRASH].against] == ["old though it ended well"]


def test_a_rerun_that_a_crash_prevents_is_told(make_lane: LaneMaker) -> None:
    with make_lane(f"{PLANTED}stays_in_progress") as (lane, course):
        found = try_point(lane, killed_at(course.statements - 6), course.seconds)
    assert "run_in_progress" in found.rerun
    assert Promise.RERUN in broken_promises(trial(points=(found,)))


def test_a_deadlock_of_two_runs_is_told(make_lane: LaneMaker) -> None:
    with make_lane(f"{PLANTED}deadlocks") as (lane, course):
        held = next(races(lane, course.seconds))
    assert any("deadlock detected" in error for error in held.ended)
    assert broken_promises(trial(races=(held,))) == {Promise.SAME_SCAN}


def test_an_implementation_that_fails_undisturbed_is_a_failed_trial(stage: Stage, source: ScanSource) -> None:
    """Its promises are not tried, and so not kept."""
    name = f"{PLANTED}fails"
    plan = TrialPlan(
        implementations=(name,), points=FEWEST_POINTS, database_url=None, server_major=16, timeout_seconds=None
    )
    declared = DeclaredPromises(implementation=name, promises=tuple(Promise))
    with scratch_folder() as scratch, stage.scan(source, source.load_catalogue()) as staged:
        failed = Trial(plan, stage.server, ProcessExecutor(scratch), staged, declared, Silent())
        failed.run()
    assert failed.result.failure == "failed where nothing disturbed it: RuntimeError: out of order"
    assert {one.standing for one in findings(failed.result).values()} == {PromiseStanding.UNTRIED}
