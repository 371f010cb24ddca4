"""A run of packed rows is one transaction: all or nothing, one run after another, no row of a scan that is gone."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest

from bench.compliance.contract import Outcome
from tests.support.lanes import PUSHDOWN
from tests.support.packed_tables import CATALOGUE_TABLES, PACKED, PACKED_TABLE, SUMMARIES, everything, run, shown
from tests.support.pushdown_tables import CATALOGUE, ROWS, admin_session, wait_for
from tests.support.workbench import Workbench


@contextmanager
def held(workbench: Workbench) -> Iterator[tuple[Future[Outcome], psycopg.Connection]]:
    """A run that has deleted the old rows, and waits until the session beside it lets go of the summaries."""
    with ThreadPoolExecutor(1) as pool, admin_session(workbench) as session:
        session.execute("LOCK TABLE compliance_overview_summaries IN EXCLUSIVE MODE")
        future = pool.submit(run, workbench)
        wait_for(workbench, "query LIKE '%DELETE FROM compliance_overview_summaries%'")
        yield future, session


def fail_everything(workbench: Workbench) -> None:
    workbench.query("UPDATE findings SET status = 'FAIL' WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s")


def test_readers_see_the_old_rows_until_all_new_ones_are_there(written: Workbench) -> None:
    old = everything(written)
    fail_everything(written)
    with held(written) as (future, session):
        assert everything(written) == old
        session.rollback()
        future.result(60)
    new = everything(written)
    assert new[PACKED_TABLE] != old[PACKED_TABLE]
    assert new["compliance_overview_summaries"] != old["compliance_overview_summaries"]


def test_a_run_that_is_cut_off_at_its_last_statement_leaves_everything_as_it_was(written: Workbench) -> None:
    old = everything(written)
    fail_everything(written)
    with held(written) as (future, session):
        # As the login itself: the admin role may not end a superuser's session.
        with psycopg.connect(written.access.conninfo) as login:
            ended = login.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database()"
                " AND wait_event_type = 'Lock'"
            ).fetchall()
        assert ended == [(True,)]
        with pytest.raises(psycopg.OperationalError):
            future.result(60)
        session.rollback()
    assert everything(written) == old
    assert run(written)["requirements_created"] == ROWS == len(shown(written))


def test_two_runs_at_once_leave_one_set_of_rows(loaded: Workbench) -> None:
    with ThreadPoolExecutor(1) as pool, held(loaded) as (first, session):
        second = pool.submit(run, loaded)
        wait_for(loaded, "query LIKE '%pg_advisory_xact_lock%'")
        session.rollback()
        assert first.result(60) == second.result(60)
    assert len(shown(loaded)) == ROWS


def test_a_run_and_a_run_of_pushdown_wait_for_each_other(loaded: Workbench) -> None:
    """Both write the same summaries."""
    with ThreadPoolExecutor(1) as pool, held(loaded) as (first, session):
        second = pool.submit(run, loaded, PUSHDOWN)
        wait_for(loaded, "query LIKE '%pg_advisory_xact_lock%'")
        session.rollback()
        first.result(60)
        second.result(60)
    assert loaded.query(
        "SELECT count(*) FROM compliance_overview_summaries WHERE scan_id = %(scan)s AND tenant_id = %(tenant)s"
    ) == [(len(CATALOGUE),)]


def test_neither_scan_nor_tenant_can_be_deleted_while_rows_are_written(loaded: Workbench) -> None:
    key = loaded.loaded.key
    with held(loaded) as (future, session):
        with admin_session(loaded) as other:
            other.execute("SET LOCAL lock_timeout = '100ms'")
            for statement, value in (
                ("DELETE FROM scans WHERE id = %s", key.scan_id),
                ("DELETE FROM tenants WHERE id = %s", key.tenant_id),
            ):
                with pytest.raises(psycopg.errors.LockNotAvailable), other.transaction():
                    other.execute(statement, [value])
        session.rollback()
        future.result(60)


@pytest.mark.parametrize("which", ["another tenant's scan", "another tenant"])
def test_the_scan_of_another_tenant_is_missing_and_nothing_is_written(written: Workbench, which: str) -> None:
    key, stray = written.loaded.key, written.loaded.bystanders[1]
    before = everything(written)
    asked = (key.tenant_id, stray.scan_id) if which == "another tenant's scan" else (stray.tenant_id, key.scan_id)
    with pytest.raises(Exception, match="no scan") as caught:
        written.run(PACKED, tenant_id=asked[0], scan_id=asked[1])
    assert type(caught.value).__name__ == "DoesNotExist"
    assert everything(written) == before


def test_a_re_run_replaces_the_scans_rows_and_nobody_elses(written: Workbench) -> None:
    sibling = written.loaded.bystanders[0]
    written.run(PACKED, scan_id=sibling.scan_id)
    others = f"SELECT t::text FROM {PACKED_TABLE} AS t WHERE scan_id <> %(scan)s ORDER BY 1"
    before, old = written.query(others), shown(written)
    assert before
    written.query(
        "UPDATE findings SET muted = true WHERE scan_id = %(scan)s"
        " AND tenant_id = %(tenant)s AND 'us' = ANY (resource_regions)"
    )
    written.run(PACKED)
    assert written.query(others) == before
    assert len(shown(written)) == ROWS * 2 // 3
    assert set(shown(written)) <= set(old)


def test_without_a_counted_region_the_old_rows_go_and_nothing_is_written(written: Workbench) -> None:
    """Nor is a catalogue that no row refers to."""
    before = everything(written)
    written.query("UPDATE findings SET muted = true WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s")
    written.warm({"new": CATALOGUE["cis"]})
    outcome = written.run(PACKED)
    assert outcome == {"requirements_created": 0, "regions_processed": [], "compliance_frameworks": []}
    assert shown(written) == shown(written, SUMMARIES) == []
    assert [everything(written)[table] for table in CATALOGUE_TABLES] == [before[table] for table in CATALOGUE_TABLES]
