"""One transaction that holds its scan: all or nothing, one run after another, no row of a scan that is gone."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from copy import deepcopy

import psycopg
import pytest

from bench.compliance.contract import Outcome
from bench.compliance.schema.django_setup import close_connections
from tests.support.lanes import LANES
from tests.support.pushdown_tables import CATALOGUE, ROWS, admin_session, contents, places, wait_for
from tests.support.workbench import Workbench

pytestmark = pytest.mark.parametrize("lane", LANES)

WAITS_FOR_RUN = "query LIKE '%pg_advisory_xact_lock%'"
WAITS_FOR_FINDINGS = "query LIKE '%WITH kinds%'"
WAITS_FOR_SCAN = "query LIKE '%FOR KEY SHARE%'"


def run(workbench: Workbench, lane: str) -> Outcome:
    """Run in a separate thread, whose connections end with it."""
    try:
        return workbench.run(lane)
    finally:
        close_connections()


@contextmanager
def held(workbench: Workbench, lane: str) -> Iterator[tuple[Future[Outcome], psycopg.Connection]]:
    """A run that waits until the session beside it lets go of the findings."""
    with ThreadPoolExecutor(1) as pool, admin_session(workbench) as session:
        session.execute("LOCK TABLE findings IN ACCESS EXCLUSIVE MODE")
        future = pool.submit(run, workbench, lane)
        wait_for(workbench, WAITS_FOR_FINDINGS)
        yield future, session


def test_two_runs_at_once_leave_one_set_of_rows(loaded: Workbench, lane: str) -> None:
    with ThreadPoolExecutor(1) as pool, held(loaded, lane) as (first, session):
        second = pool.submit(run, loaded, lane)
        wait_for(loaded, WAITS_FOR_RUN)
        session.rollback()
        assert first.result(60) == second.result(60)
    assert len(places(loaded)) == ROWS + len(CATALOGUE)


def test_readers_see_the_old_rows_until_all_new_ones_are_there(written: Workbench, lane: str) -> None:
    old = contents(written)
    written.query("UPDATE findings SET status = 'FAIL' WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s")
    with held(written, lane) as (future, session):
        assert contents(written) == old
        session.rollback()
        future.result(60)
    assert contents(written) != old


@pytest.mark.parametrize("field", ["compliance id", "framework", "version", "requirement id", "description"])
def test_a_text_that_the_server_refuses_leaves_everything_as_it_was(written: Workbench, lane: str, field: str) -> None:
    """The last framework has it, so that old rows are deleted and all the others' rows are sent by then."""
    written.query("UPDATE findings SET status = 'FAIL' WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s")
    old = places(written)
    catalogue = deepcopy(CATALOGUE)
    requirement = {"description": "\0" if field == "description" else "", "checks": ["a"]}
    catalogue["zz\0" if field == "compliance id" else "zz"] = {
        "framework": "\0" if field == "framework" else "Z",
        "version": "\0" if field == "version" else "",
        "requirements": {"\0" if field == "requirement id" else "1": requirement},
    }
    # A file cannot hold NUL; a catalogue in memory can.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("optimized_impl.pushdown.task.compliance_catalogue", lambda _: catalogue)
        with pytest.raises(psycopg.DataError):
            written.run(lane)
    assert places(written) == old


def test_a_scan_cannot_be_deleted_while_its_rows_are_written(loaded: Workbench, lane: str) -> None:
    key = loaded.loaded.key
    with held(loaded, lane) as (future, session):
        with admin_session(loaded) as other:
            other.execute("SET LOCAL lock_timeout = '100ms'")
            for statement in ("DELETE FROM scans WHERE id = %s", "DELETE FROM tenants WHERE id = %s"):
                with pytest.raises(psycopg.errors.LockNotAvailable), other.transaction():
                    other.execute(statement, [key.scan_id if "scans" in statement else key.tenant_id])
        session.rollback()
        future.result(60)
    assert len(places(loaded)) == ROWS + len(CATALOGUE)


def test_a_scan_that_is_deleted_before_the_run_holds_it_is_missing_and_nothing_is_written(
    written: Workbench, lane: str
) -> None:
    with ThreadPoolExecutor(1) as pool, admin_session(written) as session:
        for table in ("resource_finding_mappings", "findings", "compliance_requirements_overviews"):
            session.execute(f"DELETE FROM {table}".encode())
        session.execute("DELETE FROM compliance_overview_summaries")
        session.execute("DELETE FROM scans WHERE id = %s", [written.loaded.key.scan_id])
        future = pool.submit(run, written, lane)
        wait_for(written, WAITS_FOR_SCAN)
        session.commit()
        with pytest.raises(_missing(), match=written.loaded.key.scan_id):
            future.result(60)
    assert places(written) == {}


def test_the_scan_of_another_tenant_is_missing(written: Workbench, lane: str) -> None:
    key, *_, stray = (written.loaded.key, *written.loaded.bystanders)
    before = places(written), written.query("SELECT t::text FROM compliance_requirements_overviews AS t ORDER BY 1")
    for tenant_id, scan_id in ((stray.tenant_id, key.scan_id), (key.tenant_id, stray.tenant_id)):
        with pytest.raises(_missing(), match="no scan"):
            written.run(lane, tenant_id=tenant_id, scan_id=scan_id)
    assert before == (
        places(written),
        written.query("SELECT t::text FROM compliance_requirements_overviews AS t ORDER BY 1"),
    )


def test_the_scan_of_a_deleted_provider_is_missing(written: Workbench, lane: str) -> None:
    old = places(written)
    written.query("UPDATE providers SET is_deleted = true WHERE tenant_id = %(tenant)s")
    with pytest.raises(_missing(), match="not deleted"):
        written.run(lane)
    assert places(written) == old


def test_findings_are_read_under_row_level_security(loaded: Workbench, lane: str) -> None:
    """Where the policy hides them, there are none: what bypasses it is only what writes."""
    loaded.connection.execute("CREATE POLICY hidden ON findings AS RESTRICTIVE USING (false)")
    try:
        assert loaded.run(lane)["regions_processed"] == []
    finally:
        loaded.connection.execute("DROP POLICY hidden ON findings")


def _missing() -> type[Exception]:
    """Scan.DoesNotExist, which can be imported once Django is set up."""
    from bench.compliance.schema.models import Scan

    return Scan.DoesNotExist
