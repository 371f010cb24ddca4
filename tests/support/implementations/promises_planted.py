"""Planted implementations: each promises everything and breaks one promise.

All write small batches, so that a run over a few hundred rows offers many places for a fault.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from unittest.mock import patch

import psycopg
from django.utils import timezone

from bench.compliance.contract import Outcome, compliance_catalogue
from bench.compliance.schema.connections import admin_connection
from bench.declare.promise import Promise, promises
from optimized_impl import task
from tests.support.implementations import one_transaction

BATCH = 60
SLOWNESS_SECONDS = 0.8
PAUSE_SECONDS = 1.5
"""Longer than deadlock_timeout, after which the server looks for one."""

everything = promises(*Promise)


def _in_small_batches(function: Callable[[str, str], Outcome]) -> Callable[[str, str], Outcome]:
    def run(tenant_id: str, scan_id: str) -> Outcome:
        with patch.object(task, "COPY_BATCH_SIZE", BATCH), patch.object(one_transaction, "COPY_BATCH_SIZE", BATCH):
            return function(tenant_id, scan_id)

    return run


@everything
@_in_small_batches
def keeps_everything(tenant_id: str, scan_id: str) -> Outcome:
    """The control."""
    return one_transaction.create_compliance_requirements(tenant_id, scan_id)


@everything
@_in_small_batches
def keeps_everything_slowly(tenant_id: str, scan_id: str) -> Outcome:
    """Pause in the middle of the transaction, so that a fault from outside never comes too late."""
    copy = one_transaction._copy_rows

    def pause_first(*arguments: Any) -> int:
        time.sleep(SLOWNESS_SECONDS)
        return copy(*arguments)

    with patch.object(one_transaction, "_copy_rows", pause_first):
        return one_transaction.create_compliance_requirements(tenant_id, scan_id)


@everything
@_in_small_batches
def leaves_partial_sets(tenant_id: str, scan_id: str) -> Outcome:
    """Commit batch by batch."""
    return task.create_compliance_requirements(tenant_id, scan_id)


@everything
@_in_small_batches
def commits_in_the_middle(tenant_id: str, scan_id: str) -> Outcome:
    """Commit the rows before the summaries, all of them at once."""
    copy = one_transaction._copy_summaries

    def commit_first(cursor: psycopg.Cursor, *arguments: Any) -> None:
        cursor.connection.commit()
        time.sleep(0.05)
        copy(cursor, *arguments)

    with patch.object(one_transaction, "_copy_summaries", commit_first):
        return one_transaction.create_compliance_requirements(tenant_id, scan_id)


@everything
@_in_small_batches
def writes_across_tenants(tenant_id: str, scan_id: str) -> Outcome:
    """Delete what another tenant has under the scan's id, past row-level security."""
    with admin_connection() as connection:
        connection.execute(
            "DELETE FROM compliance_requirements_overviews WHERE scan_id = %s AND tenant_id <> %s",
            [scan_id, tenant_id],
        )
    return one_transaction.create_compliance_requirements(tenant_id, scan_id)


@everything
@_in_small_batches
def accepts_any_scan(tenant_id: str, scan_id: str) -> Outcome:
    """Check neither the scan nor its tenant."""
    catalogue = compliance_catalogue("aws")
    with patch.object(one_transaction, "REPLICA", "admin"), patch.object(task, "REPLICA", "admin"):
        statuses, threatscore = task.aggregate_findings(tenant_id, scan_id)
    checks = task.count_checks(catalogue, statuses)
    tally = task.SummaryTally()
    rows = task.build_rows(tenant_id, scan_id, timezone.now(), catalogue, checks, threatscore, tally)
    with admin_connection() as connection, connection.cursor() as cursor:
        one_transaction._delete_old(cursor, tenant_id, scan_id)
        created = one_transaction._copy_rows(cursor, rows)
        one_transaction._copy_summaries(cursor, tenant_id, scan_id, timezone.now(), tally.summaries())
    return {
        "requirements_created": created,
        "regions_processed": list(statuses),
        "compliance_frameworks": list(catalogue),
    }


@everything
@_in_small_batches
def hides_errors(tenant_id: str, scan_id: str) -> Outcome:
    """Report success whatever the server says."""
    with suppress(psycopg.Error):
        return one_transaction.create_compliance_requirements(tenant_id, scan_id)
    return {"requirements_created": 0, "regions_processed": [], "compliance_frameworks": []}


@everything
@_in_small_batches
def stays_in_progress(tenant_id: str, scan_id: str) -> Outcome:
    """Mark in the database that a run is in progress; a run that dies leaves the mark behind."""
    with admin_connection() as connection:
        connection.execute("CREATE TABLE run_in_progress ()")
    outcome = one_transaction.create_compliance_requirements(tenant_id, scan_id)
    with admin_connection() as connection:
        connection.execute("DROP TABLE run_in_progress")
    return outcome


@everything
@_in_small_batches
def deadlocks(tenant_id: str, scan_id: str) -> Outcome:
    """Take two locks in the opposite order of the other run."""
    with admin_connection() as connection:
        found = connection.execute("SELECT pg_try_advisory_xact_lock(1)").fetchone()
        first = found == (True,)
        if first:
            time.sleep(PAUSE_SECONDS)
        for lock in (2,) if first else (2, 1):
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [lock])
        return one_transaction.create_compliance_requirements(tenant_id, scan_id)


_calls: list[str] = []


@everything
def fails(tenant_id: str, scan_id: str) -> Outcome:
    """Fail undisturbed, in every call but the worker's first, which is the warm-up."""
    if _calls:
        raise RuntimeError("out of order")
    _calls.append(scan_id)
    return task.create_compliance_requirements(tenant_id, scan_id)
