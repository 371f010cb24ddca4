"""On the user's own server, with a login that is no superuser, faults are injected and cleaned up just as well."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from bench.database.embedded import embedded_server
from bench.harness.stage import open_stage
from bench.jobs.job import DataSource
from bench.messages.fault import Fault
from bench.promises import server_faults
from bench.promises.fault_free import watch_runs
from bench.promises.fault_plan import BlockedRow, PlannedPoint
from bench.promises.fault_point import try_point
from bench.promises.server_faults import left_over
from tests.support.promise_records import NEW, OLD
from tests.support.sandbox_maker import SandboxMaker, sandbox_maker

pytestmark = pytest.mark.server

CONTROL = "tests.support.implementations.promises_planted:keeps_everything"


@pytest.fixture(scope="module")
def make_own_sandbox(source: DataSource) -> Iterator[SandboxMaker]:
    with embedded_server(16, {"fsync": "off"}) as handle:
        with psycopg.connect(handle.conninfo, autocommit=True) as theirs:
            theirs.execute("CREATE ROLE somebody LOGIN CREATEDB CREATEROLE BYPASSRLS")
        with open_stage(make_conninfo(handle.conninfo, user="somebody"), 16) as stage:
            yield sandbox_maker(stage, source)


def test_faults_are_injected_and_recovered_from(make_own_sandbox: SandboxMaker) -> None:
    with make_own_sandbox(CONTROL) as (sandbox, profile):
        readings, unchanged = watch_runs(sandbox, 1)
        in_transaction = Fault(action="terminate", trips="statements", number=profile.statements - 4, moment="before")
        faults = (
            in_transaction,
            BlockedRow(table="last", row=1, action="refuse"),
            BlockedRow(table="first", row=9, action="hold"),
        )
        points = [try_point(sandbox, PlannedPoint("", "", fault), profile.seconds) for fault in faults]
    assert unchanged
    assert {one.tables for one in readings} == {(OLD, OLD), (NEW, NEW)}
    assert [one.ended.partition(":")[0] for one in points] == ["AdminShutdown", "DiskFull", "QueryCanceled"]
    assert all(one.struck for one in points)
    assert [one for one in points if one.rerun or one.left_over or not one.bystanders_unchanged] == []


def test_a_session_and_its_lock_that_outlive_a_run_are_reported_and_ended(
    make_own_sandbox: SandboxMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_faults, "SESSION_EXIT_SECONDS", 0.2)
    with make_own_sandbox(CONTROL) as (sandbox, _):
        access = sandbox.access
        assert left_over(access) == ""
        with psycopg.connect(access.conninfo_as(access.admin_role), application_name="bench-worker") as stray:
            stray.execute("LOCK TABLE scans")
            assert left_over(access).startswith("1 sessions still open after 0.2 s")
            assert left_over(access) == ""
            with pytest.raises(psycopg.OperationalError):
                stray.execute("SELECT 1")
