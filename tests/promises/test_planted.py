"""Every planted fault is caught by the promise that it breaks; ``test_command`` has the control that keeps all."""

from __future__ import annotations

from threading import Event

import pytest

from bench.analysis.promises import PromiseStatus
from bench.compliance.job import JOB
from bench.declare.promise import Promise
from bench.harness.executor import ProcessExecutor
from bench.harness.stage import Stage
from bench.jobs.job import DataSource
from bench.jobs.registry import implementation_of
from bench.messages.fault import Fault
from bench.promises.fault_free import races, refusals, watch_runs
from bench.promises.fault_plan import FEWEST_POINTS, BlockedRow, PlannedPoint
from bench.promises.fault_point import try_point
from bench.promises.sandbox import TrialContext
from bench.promises.trial import TrialPlan, TrialRunner
from bench.results.promises import DeclaredPromises
from tests.support.notes import Notes
from tests.support.promise_records import NEW, NONE, OLD, broken_promises, findings, trial
from tests.support.sandbox_maker import SandboxMaker

pytestmark = [pytest.mark.slow, pytest.mark.server]

PLANTED = "tests.support.implementations.promises_planted:"


def killed_at(statement: int) -> PlannedPoint:
    fault = Fault(action="kill", trips="statements", number=statement, moment="before")
    return PlannedPoint("worker killed at a statement", f"before statement {statement}", fault)


def test_readers_see_partial_sets_between_commits(make_sandbox: SandboxMaker) -> None:
    with make_sandbox(f"{PLANTED}leaves_partial_sets") as (sandbox, _):
        readings, _ = watch_runs(sandbox, 2)
    violations = {seen.what for seen in findings(trial(readings=readings))[Promise.WHOLE_SETS].violations}
    assert violations >= {"none", "partial"}
    assert broken_promises(trial(readings=readings)) == {Promise.WHOLE_SETS, Promise.TOGETHER}


def test_a_kill_between_two_batches_shows_what_a_crash_leaves(make_sandbox: SandboxMaker) -> None:
    """The re-run then leaves the right rows, which is another promise."""
    with make_sandbox(f"{PLANTED}leaves_partial_sets") as (sandbox, profile):
        middle = profile.statements - 12
        found = try_point(sandbox, killed_at(middle), profile.seconds)
    assert (found.struck, found.ended, found.rerun) == (True, "killed", "")
    assert Promise.CRASH in broken_promises(trial(points=(found,)))
    assert Promise.RERUN not in broken_promises(trial(points=(found,)))


def test_readers_see_rows_that_are_committed_before_their_summaries(make_sandbox: SandboxMaker) -> None:
    with make_sandbox(f"{PLANTED}commits_in_the_middle") as (sandbox, _):
        readings, _ = watch_runs(sandbox, 2)
    assert {one.tables[0] for one in readings} == {OLD, NEW}
    assert (NEW, NONE) in {one.tables for one in readings}
    assert broken_promises(trial(readings=readings)) == {Promise.TOGETHER, Promise.WHOLE_SETS}


def test_deleted_rows_of_another_tenant_are_noticed(make_sandbox: SandboxMaker) -> None:
    """Even if the very first run deleted them."""
    with make_sandbox(f"{PLANTED}writes_across_tenants") as (sandbox, profile):
        readings, unchanged = watch_runs(sandbox, 1)
        found = try_point(sandbox, killed_at(1), profile.seconds)
    assert not unchanged
    assert not found.bystanders_unchanged
    tried = trial(readings=readings, observed_unchanged=unchanged, points=(found,))
    assert broken_promises(tried) == {Promise.BYSTANDERS}


def test_accepting_another_tenants_scan_is_reported(make_sandbox: SandboxMaker) -> None:
    with make_sandbox(f"{PLANTED}accepts_any_scan") as (sandbox, _):
        made = tuple(refusals(sandbox))
    assert not made[0].unchanged
    assert broken_promises(trial(refusals=made)) == {Promise.OWNER}


def test_a_false_success_is_reported(make_sandbox: SandboxMaker) -> None:
    refused = PlannedPoint("row refused by the server", "row 9", BlockedRow(table="first", row=9, action="refuse"))
    with make_sandbox(f"{PLANTED}hides_errors") as (sandbox, profile):
        found = try_point(sandbox, refused, profile.seconds)
    assert (found.struck, found.ended, found.tables[0]) == (True, "", OLD)
    tried = trial(points=(found,))
    assert [seen.what for seen in findings(tried)[Promise.CRASH].violations] == [
        "old although the run reported success"
    ]


def test_a_rerun_that_a_crash_prevents_is_reported(make_sandbox: SandboxMaker) -> None:
    with make_sandbox(f"{PLANTED}stays_in_progress") as (sandbox, profile):
        found = try_point(sandbox, killed_at(profile.statements - 6), profile.seconds)
    assert "run_in_progress" in found.rerun
    assert Promise.RERUN in broken_promises(trial(points=(found,)))


def test_a_deadlock_of_two_runs_is_reported(make_sandbox: SandboxMaker) -> None:
    with make_sandbox(f"{PLANTED}deadlocks") as (sandbox, profile):
        held = next(races(sandbox, profile.seconds))
    assert any("deadlock detected" in error for error in held.ended)
    assert broken_promises(trial(races=(held,))) == {Promise.SAME_SCAN}


def test_an_implementation_that_fails_undisturbed_is_a_failed_trial(stage: Stage, source: DataSource) -> None:
    """Its promises count as not tried."""
    failing = implementation_of(JOB, f"{PLANTED}fails")
    plan = TrialPlan(
        job=JOB,
        implementations=(failing,),
        points=FEWEST_POINTS,
        database_url=None,
        server_major=16,
        timeout_seconds=None,
    )
    declared = DeclaredPromises(implementation=failing.name, promises=tuple(Promise))
    with stage.data(JOB, source) as staged:
        context = TrialContext(
            executor=ProcessExecutor(stage.scratch),
            job=JOB,
            implementation=failing,
            loaded=staged.loaded,
            timeout_seconds=60.0,
            stop=Event(),
        )
        failed = TrialRunner(plan, stage.server, staged, declared, Notes(), context)
        failed.run()
    assert failed.result.failure == "failed where nothing disturbed it: RuntimeError: out of order"
    assert {one.status for one in findings(failed.result).values()} == {PromiseStatus.UNTRIED}
