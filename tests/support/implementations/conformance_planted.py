"""Wrong implementations: streaming with one fault each, most of which show in some cases only."""

from __future__ import annotations

import os
import signal
import time
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import partial
from typing import Any

import psycopg

from bench.compliance.contract import Outcome
from bench.compliance.planted import rows
from bench.compliance.planted.variant import streaming_with
from bench.compliance.schema.connections import admin_connection
from bench.compliance.schema.models import Scan
from bench.declare.divergence import Divergence, divergences_of, diverges
from optimized_impl import task

_build_rows = task.build_rows
_persist_rows = task.persist_rows
_aggregate_findings = task.aggregate_findings

KILLED = "the worker was killed by SIGKILL (out of memory?); nothing changed"
REGION = "zu"
"""A region that only the case region-order has."""

_kept: list[AbstractContextManager[psycopg.Connection]] = []
"""Sessions that would end with their last reference."""


def _with_rows(tenant_id: str, scan_id: str, change: Any) -> Outcome:
    """Streaming whose rows each pass through ``change``, which returns a row or None for none."""

    def build(*arguments: Any) -> Iterator[task.Row]:
        for number, row in enumerate(_build_rows(*arguments)):
            changed = change(number, row)
            if changed is not None:
                yield changed

    return streaming_with(tenant_id, scan_id, build_rows=build)


def drops_a_row(tenant_id: str, scan_id: str) -> Outcome:
    """Lose the 10,001st row."""
    return _with_rows(tenant_id, scan_id, lambda number, row: None if number == 10_000 else row)


def counts_one_too_many(tenant_id: str, scan_id: str) -> Outcome:
    """Count a finding of ThreatScore too many wherever there is one."""
    return _with_rows(
        tenant_id,
        scan_id,
        lambda _, row: {**row, "total_findings": row["total_findings"] + bool(row["total_findings"])},
    )


def unseen_is_manual(tenant_id: str, scan_id: str) -> Outcome:
    """Treat a requirement whose checks were not seen like one without checks."""

    def change(_: int, row: task.Row) -> task.Row:
        unseen = row["total_checks"] and not row["passed_checks"] + row["failed_checks"]
        return {**row, "requirement_status": "MANUAL"} if unseen else row

    return _with_rows(tenant_id, scan_id, change)


def composes_texts(tenant_id: str, scan_id: str) -> Outcome:
    """Normalise descriptions to composed characters."""
    return _with_rows(
        tenant_id, scan_id, lambda _, row: {**row, "description": unicodedata.normalize("NFC", row["description"])}
    )


def strips_texts(tenant_id: str, scan_id: str) -> Outcome:
    """Strip blanks off versions."""
    return _with_rows(tenant_id, scan_id, lambda _, row: {**row, "version": row["version"].strip(" ")})


def times_each_row(tenant_id: str, scan_id: str) -> Outcome:
    """Give every row another inserted_at."""
    return _with_rows(
        tenant_id,
        scan_id,
        lambda number, row: {**row, "inserted_at": row["inserted_at"] + timedelta(microseconds=number)},
    )


def repeats_an_old_time(tenant_id: str, scan_id: str) -> Outcome:
    """Give everything the same inserted_at, years ago."""
    outcome = task.create_compliance_requirements(tenant_id, scan_id)
    with admin_connection() as connection:
        for table in ("compliance_requirements_overviews", "compliance_overview_summaries"):
            connection.execute(
                f"UPDATE {table} SET inserted_at = '2001-01-01' WHERE scan_id = %s AND tenant_id = %s".encode(),
                [scan_id, tenant_id],
            )
    return outcome


def forgets_old_rows(tenant_id: str, scan_id: str) -> Outcome:
    """Delete nothing before writing."""

    def persist(tenant_id: str, scan_id: str, rows: Iterable[task.Row]) -> int:
        batch = list(rows)
        task.copy_rows(tenant_id, batch)
        return len(batch)

    return streaming_with(tenant_id, scan_id, persist_rows=persist)


@diverges(
    Divergence(
        "one-failure",
        "writes for another tenant, which no declaration excuses",
        "rows or summaries of another tenant or scan changed",
    )
)
def writes_across_tenants(tenant_id: str, scan_id: str) -> Outcome:
    """Delete old rows by the scan's id alone, as the gate's planted regression does."""
    return rows.writes_across_tenants(tenant_id, scan_id)


def forgets_the_summaries(tenant_id: str, scan_id: str) -> Outcome:
    """Leave the summaries of an earlier run as they are."""
    return streaming_with(tenant_id, scan_id, replace_summaries=lambda *_: None)


def sorts_regions(tenant_id: str, scan_id: str) -> Outcome:
    """Return regions in alphabetical order."""
    outcome = task.create_compliance_requirements(tenant_id, scan_id)
    return {**outcome, "regions_processed": sorted(outcome["regions_processed"])}


def returns_too_few(tenant_id: str, scan_id: str) -> Outcome:
    """Return one created row too few, and no framework."""
    outcome = task.create_compliance_requirements(tenant_id, scan_id)
    return {**outcome, "requirements_created": outcome["requirements_created"] - 1, "compliance_frameworks": []}


def returns_nothing(tenant_id: str, scan_id: str) -> None:
    """Write everything, and return no Outcome."""
    task.create_compliance_requirements(tenant_id, scan_id)


def ignores_a_missing_scan(tenant_id: str, scan_id: str) -> Outcome:
    """Return as for a scan without findings where there is no scan."""
    try:
        return task.create_compliance_requirements(tenant_id, scan_id)
    except Scan.DoesNotExist:
        return {"requirements_created": 0, "regions_processed": [], "compliance_frameworks": []}


def complains_of_a_missing_scan(tenant_id: str, scan_id: str) -> Outcome:
    """Raise something else than the rules say."""
    try:
        return task.create_compliance_requirements(tenant_id, scan_id)
    except Scan.DoesNotExist as error:
        raise LookupError("no scan") from error


def _at_the_region(fault: Any, tenant_id: str, scan_id: str) -> Outcome:
    """Streaming, except that it calls ``fault`` at the finding whose region is REGION."""

    def aggregate(*arguments: str) -> Any:
        statuses, threatscore = _aggregate_findings(*arguments)
        if REGION in statuses:
            fault()
        return statuses, threatscore

    return streaming_with(tenant_id, scan_id, aggregate_findings=aggregate)


@diverges(Divergence("region-order", "kills its process, which no declaration excuses", KILLED))
def kills_itself(tenant_id: str, scan_id: str) -> Outcome:
    """End by SIGKILL in one case."""
    return _at_the_region(partial(os.kill, os.getpid(), signal.SIGKILL), tenant_id, scan_id)


def exits(tenant_id: str, scan_id: str) -> Outcome:
    """End the process in one case, with a good exit code."""
    return _at_the_region(partial(os._exit, 0), tenant_id, scan_id)


def hangs(tenant_id: str, scan_id: str) -> Outcome:
    """Never return in one case."""
    return _at_the_region(partial(time.sleep, 3600), tenant_id, scan_id)


def leaves_a_lock(tenant_id: str, scan_id: str) -> Outcome:
    """Leave a session open that has locked what the next run needs."""
    outcome = task.create_compliance_requirements(tenant_id, scan_id)
    context = admin_connection()
    context.__enter__().execute("LOCK TABLE compliance_requirements_overviews, findings")
    _kept.append(context)
    return outcome


@diverges(*divergences_of(task.create_compliance_requirements), Divergence("one-failure", "no longer", "1 row differs"))
def declares_too_much(tenant_id: str, scan_id: str) -> Outcome:
    """Be streaming, and admit more than that."""
    return task.create_compliance_requirements(tenant_id, scan_id)


@diverges(Divergence("one-failyure", "a slip of the finger", "1 row differs"))
def declares_no_case(tenant_id: str, scan_id: str) -> Outcome:
    """Declare a case that there is not."""
    return task.create_compliance_requirements(tenant_id, scan_id)


@diverges(
    Divergence(
        "unmapped-check",
        "an unseen check counts as none",
        "2 rows differ: 'cis' '1' 'us' has requirement_status 'MANUAL' instead of 'PASS' and"
        " 'cis' '2' 'us' has requirement_status 'MANUAL' instead of 'PASS'",
    )
)
def admits_unseen_is_manual(tenant_id: str, scan_id: str) -> Outcome:
    """Have the fault of unseen_is_manual, and say so of one case."""
    return unseen_is_manual(tenant_id, scan_id)


@diverges(Divergence("one-failure", "returns too few", "returned requirements_created 4 instead of 6"))
def declares_another_difference(tenant_id: str, scan_id: str) -> Outcome:
    """Return one created row too few and no framework, and declare something else about that case."""
    return returns_too_few(tenant_id, scan_id)
