"""Variants of ``pushdown`` that were tried and not kept, to be measured beside it; see ``docs/decisions.md``.

None is registered: from the checkout, ``bench run --implementation experiments.pushdown_variants:FUNCTION``. They make
no promises.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import psycopg
from django.utils import timezone

from bench.compliance.contract import Catalogue, Outcome, compliance_catalogue
from bench.compliance.schema.connections import SET_TENANT, admin_connection
from optimized_impl.pushdown.findings import SETTINGS, CountedFindings, count_findings
from optimized_impl.pushdown.identifiers import ascending_ids
from optimized_impl.pushdown.requirements import Framework, frameworks, outcomes
from optimized_impl.pushdown.rows import RowEncoder, copy_rows
from optimized_impl.pushdown.scan import lock_scan
from optimized_impl.pushdown.stored import Difference, delete_stale
from optimized_impl.pushdown.summaries import replace_summaries

# Requirements and regions are separate arrays; the outcome of each pair comes in flat arrays.
_INSERT = """
    INSERT INTO compliance_requirements_overviews (id, tenant_id, scan_id, inserted_at, compliance_id, framework,
        version, region, requirement_id, description, total_checks, requirement_status, passed_checks, failed_checks,
        passed_findings, total_findings)
    SELECT gen_random_uuid(), %(tenant)s, %(scan)s, %(inserted_at)s, %(compliance_id)s, %(framework)s, %(version)s,
        region, requirement_id, description, total_checks, outcome.status::status, outcome.passed_checks,
        outcome.failed_checks, outcome.passed_findings, outcome.total_findings
    FROM unnest(%(requirement_ids)s::text[], %(descriptions)s::text[], %(total_checks)s::int[])
            WITH ORDINALITY AS requirement (requirement_id, description, total_checks, number)
        CROSS JOIN unnest(%(regions)s::text[]) WITH ORDINALITY AS region (region, place)
        JOIN unnest(%(statuses)s::text[], %(passed_checks)s::int[], %(failed_checks)s::int[],
            %(passed_findings)s::int[], %(total_findings)s::int[])
            WITH ORDINALITY AS outcome (status, passed_checks, failed_checks, passed_findings, total_findings, number)
            ON outcome.number = (requirement.number - 1) * cardinality(%(regions)s::text[]) + region.place
"""
_ALL_STALE = Difference(stale=None, kept={}, kept_count=0)
_SIZE, _BATCH = 16, 512
_VERSION, _VARIANT = 6, 8
_AS_VERSION_4 = bytes(byte & 0x0F | 0x40 for byte in range(256))
_AS_VARIANT = bytes(byte & 0x3F | 0x80 for byte in range(256))


def with_random_ids(tenant_id: str, scan_id: str) -> Outcome:
    """``pushdown`` on a first run, with ids of version 4."""
    return _write_all(tenant_id, scan_id, ids=_random_ids())


def with_much_work_mem(tenant_id: str, scan_id: str) -> Outcome:
    """The same with 64 MB of work_mem for counting."""
    return _write_all(tenant_id, scan_id, settings=SETTINGS | {"work_mem": "64MB"})


def with_two_sessions(tenant_id: str, scan_id: str) -> Outcome:
    """Half of the frameworks in a second session and transaction: readers can see one half alone."""
    inserted_at = timezone.now()
    with admin_connection() as connection, connection.cursor() as cursor:
        catalogue, findings = _prepare(cursor, tenant_id, scan_id)
    by_size = sorted(catalogue, key=lambda name: len(catalogue[name]["requirements"]))
    halves = [{name: catalogue[name] for name in by_size[half::2]} for half in range(2)]

    def copy(half: Catalogue) -> int:
        with admin_connection() as connection, connection.cursor() as cursor:
            cursor.execute(SET_TENANT, [tenant_id])
            encoder = RowEncoder(tenant_id, scan_id, inserted_at, ascending_ids())
            return copy_rows(cursor, encoder.blocks(half, findings, {}))

    with ThreadPoolExecutor(len(halves)) as pool:
        created = sum(pool.map(copy, halves))
    with admin_connection() as connection, connection.cursor() as cursor:
        cursor.execute(SET_TENANT, [tenant_id])
        replace_summaries(cursor, tenant_id, scan_id, inserted_at, catalogue, findings)
    return _outcome(created, catalogue, findings)


def with_insert_select(tenant_id: str, scan_id: str) -> Outcome:
    """One INSERT … SELECT from arrays per framework instead of COPY; a role under row-level security may do that."""
    inserted_at = timezone.now()
    created = 0
    with admin_connection() as connection, connection.cursor() as cursor:
        catalogue, findings = _prepare(cursor, tenant_id, scan_id)
        for framework in frameworks(catalogue) if findings.regions else ():
            values = _arrays(framework, findings)
            cursor.execute(_INSERT, {"tenant": tenant_id, "scan": scan_id, "inserted_at": inserted_at, **values})
            created += cursor.rowcount
        replace_summaries(cursor, tenant_id, scan_id, inserted_at, catalogue, findings)
    return _outcome(created, catalogue, findings)


def _write_all(
    tenant_id: str, scan_id: str, *, ids: Iterator[bytes] | None = None, settings: Mapping[str, str] = SETTINGS
) -> Outcome:
    """Replace all rows, also those that are already right."""
    inserted_at = timezone.now()
    with admin_connection() as connection, connection.cursor() as cursor:
        catalogue, findings = _prepare(cursor, tenant_id, scan_id, settings)
        encoder = RowEncoder(tenant_id, scan_id, inserted_at, ids or ascending_ids())
        created = copy_rows(cursor, encoder.blocks(catalogue, findings, {}))
        replace_summaries(cursor, tenant_id, scan_id, inserted_at, catalogue, findings)
    return _outcome(created, catalogue, findings)


def _prepare(
    cursor: psycopg.Cursor, tenant_id: str, scan_id: str, settings: Mapping[str, str] = SETTINGS
) -> tuple[Catalogue, CountedFindings]:
    """Lock the scan, count its findings and delete its rows."""
    cursor.execute(SET_TENANT, [tenant_id])
    catalogue = compliance_catalogue(lock_scan(cursor, tenant_id, scan_id))
    findings = count_findings(tenant_id, scan_id, settings)
    delete_stale(cursor, tenant_id, scan_id, findings, _ALL_STALE)
    return catalogue, findings


def _arrays(framework: Framework, findings: CountedFindings) -> dict[str, object]:
    requirement_ids = framework.requirement_ids()
    requirements = [framework.requirements[requirement_id] for requirement_id in requirement_ids]
    flat = [one for requirement_id in requirement_ids for one in outcomes(framework, requirement_id, findings)]
    statuses, *counts = map(list, zip(*flat, strict=True)) if flat else ([],) * 5
    names = ("passed_checks", "failed_checks", "passed_findings", "total_findings")
    return {
        "compliance_id": framework.compliance_id,
        "framework": framework.name,
        "version": framework.version,
        "requirement_ids": requirement_ids,
        "descriptions": [requirement.get("description") or "" for requirement in requirements],
        "total_checks": [len(requirement["checks"]) for requirement in requirements],
        "regions": list(findings.regions),
        "statuses": statuses,
        **dict(zip(names, counts, strict=True)),
    }


def _outcome(created: int, catalogue: Catalogue, findings: CountedFindings) -> Outcome:
    return {
        "requirements_created": created,
        "regions_processed": list(findings.appearance),
        "compliance_frameworks": list(catalogue) if findings.regions else [],
    }


def _random_ids() -> Iterator[bytes]:
    """Yield UUIDs of version 4 without end, each as 16 bytes."""
    while True:
        batch = bytearray(os.urandom(_BATCH * _SIZE))
        batch[_VERSION::_SIZE] = batch[_VERSION::_SIZE].translate(_AS_VERSION_4)
        batch[_VARIANT::_SIZE] = batch[_VARIANT::_SIZE].translate(_AS_VARIANT)
        yield from (bytes(batch[start : start + _SIZE]) for start in range(0, len(batch), _SIZE))
