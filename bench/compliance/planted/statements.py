"""Statements too many, seen by Django or hidden from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from unittest.mock import patch

import psycopg

from bench.compliance.contract import Catalogue, Outcome
from bench.compliance.planted.variant import held_to_its_laws, streaming_with
from bench.compliance.schema.connections import admin_connection, rls_transaction
from bench.compliance.schema.models import ComplianceRequirementOverview
from optimized_impl import task

_count_checks = task.count_checks
_replace_summaries = task.replace_summaries
_copy_rows = task.copy_rows


@held_to_its_laws
def queries_each_region(tenant_id: str, scan_id: str) -> Outcome:
    """Ask for every region whether it has rows already."""

    def count(catalogue: Catalogue, statuses: task.StatusByRegion) -> task.ChecksByRegion:
        for region in statuses:
            with rls_transaction(tenant_id):
                ComplianceRequirementOverview.objects.filter(scan_id=scan_id, region=region).exists()
        return _count_checks(catalogue, statuses)

    return streaming_with(tenant_id, scan_id, count_checks=count)


@held_to_its_laws
def commits_twice(tenant_id: str, scan_id: str) -> Outcome:
    """Delete the summaries in one transaction and write them in another, so that a reader may find none."""

    def replace(tenant_id: str, scan_id: str, summaries: task.Summaries) -> None:
        _replace_summaries(tenant_id, scan_id, {})
        _replace_summaries(tenant_id, scan_id, summaries)

    return streaming_with(tenant_id, scan_id, replace_summaries=replace)


@held_to_its_laws
def queries_beside_copy(tenant_id: str, scan_id: str) -> Outcome:
    """Look up every framework of a batch on the connection of its COPY, where Django logs nothing."""

    def copy(tenant_id: str, rows: Sequence[task.Row]) -> None:
        frameworks = dict.fromkeys(row["compliance_id"] for row in rows)
        with patch.object(task, "admin_connection", partial(_looking_up, scan_id, frameworks)):
            _copy_rows(tenant_id, rows)

    return streaming_with(tenant_id, scan_id, copy_rows=copy)


@contextmanager
def _looking_up(scan_id: str, frameworks: Iterable[str]) -> Iterator[psycopg.Connection]:
    with admin_connection() as connection:
        for framework in frameworks:
            connection.execute(
                "SELECT count(*) FROM compliance_overview_summaries WHERE scan_id = %s AND compliance_id = %s",
                [scan_id, framework],
            )
        yield connection
