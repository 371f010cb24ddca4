"""On a server of the user's own, by a login that is no superuser, the same is seen and undone."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from bench.database.embedded import embedded_server
from bench.harness.stage import ScanSource, open_stage
from bench.messages.fault import Fault
from bench.promises import sessions
from bench.promises.fault_point import try_point
from bench.promises.plan import BlockedRow, PlannedPoint
from bench.promises.sessions import left_over
from bench.promises.watch import watch
from tests.support.lane_maker import LaneMaker, lane_maker
from tests.support.promise_records import NEW, OLD

CONTROL = "tests.support.implementations.promises_planted:keeps_everything"


@pytest.fixture(scope="module")
def make_own_lane(source: ScanSource) -> Iterator[LaneMaker]:
    with embedded_server(16, {"fsync": "off"}) as handle:
        with psycopg.connect(handle.conninfo, autocommit=True) as theirs:
            theirs.execute("CREATE ROLE somebody LOGIN CREATEDB CREATEROLE BYPASSRLS")
        with open_stage(make_conninfo(handle.conninfo, user="somebody"), 16) as stage:
            yield lane_maker(stage, source)


def test_faults_are_injected_and_recovered_from(make_own_lane: LaneMaker) -> None:
    with make_own_lane(CONTROL) as (lane, course):
        readings, unchanged = watch(lane, 1)
        in_transaction = Fault(action="terminate", trips="statements", number=course.statements - 4, moment="before")
        faults = (
            in_transaction,
            BlockedRow(what="summary", row=1, action="refuse"),
            BlockedRow(what="row", row=9, action="hold"),
        )
        points = [try_point(lane, PlannedPoint("", "", fault), course.seconds) for fault in faults]
    assert unchanged
    assert {(one.rows, one.summaries) for one in readings} == {(OLD, OLD), (NEW, NEW)}
    assert [one.ended.partition(":")[0] for one in points] == ["AdminShutdown", "DiskFull", "QueryCanceled"]
    assert all(one.struck for one in points)
    assert [one for one in points if one.rerun or one.left_over or not one.bystanders_unchanged] == []


def test_a_session_and_its_lock_that_outlive_a_run_are_told_and_ended(
    make_own_lane: LaneMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "PATIENCE_SECONDS", 0.2)
    with make_own_lane(CONTROL) as (lane, _):
        access = lane.access
        assert left_over(access) == ""
        with psycopg.connect(access.conninfo_as(access.admin_role), application_name="bench-worker") as stray:
            stray.execute("LOCK TABLE scans")
            assert left_over(access).startswith("1 sessions still open after 0.2 s")
            assert left_over(access) == ""
            with pytest.raises(psycopg.OperationalError):
                stray.execute("SELECT 1")
