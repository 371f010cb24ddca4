"""Work that only the server sees: findings read twice, or without the index that finds them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connections
from psycopg import sql

from bench.compliance.contract import Outcome
from bench.compliance.planted.variant import held_to_its_laws, streaming_with
from bench.compliance.schema.connections import admin_connection
from bench.database.access import REPLICA
from optimized_impl import task

_aggregate_findings = task.aggregate_findings

_INDEXES = """
SELECT relname, pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
WHERE indrelid = 'findings'::regclass AND pg_get_indexdef(indexrelid) LIKE '%%(tenant_id, scan_id%%'
"""
"""Of the partitioned table; those of its partitions follow them."""


def _reading(tenant_id: str, scan_id: str, *, indexes: bool = True, times: int = 1) -> Outcome:
    """Run the streaming implementation with index scans alone, or without them, whatever the planner thinks best."""

    def aggregate(*arguments: Any) -> Any:
        off = ("enable_seqscan",) if indexes else ("enable_indexscan", "enable_bitmapscan")
        with connections[REPLICA].cursor() as cursor:
            for setting in off:
                cursor.execute(f"SET LOCAL {setting} = off")
        return [_aggregate_findings(*arguments) for _ in range(times)][-1]

    return streaming_with(tenant_id, scan_id, aggregate_findings=aggregate)


@held_to_its_laws
def reads_by_index(tenant_id: str, scan_id: str) -> Outcome:
    """Read the findings by an index: what the others vary. Of so small a table the planner may think otherwise."""
    return _reading(tenant_id, scan_id)


@held_to_its_laws
def reads_by_index_again(tenant_id: str, scan_id: str) -> Outcome:
    """The control: the same once more."""
    return _reading(tenant_id, scan_id)


@held_to_its_laws
def reads_twice(tenant_id: str, scan_id: str) -> Outcome:
    """Read the findings, and then read them again."""
    return _reading(tenant_id, scan_id, times=2)


@held_to_its_laws
def keeps_the_planner_from_indexes(tenant_id: str, scan_id: str) -> Outcome:
    """Switch index scans off in the session that reads the findings."""
    return _reading(tenant_id, scan_id, indexes=False)


@held_to_its_laws
def drops_the_index(tenant_id: str, scan_id: str) -> Outcome:
    """Read the findings without the indexes by tenant and scan."""
    with _without_indexes():
        return _reading(tenant_id, scan_id)


@contextmanager
def _without_indexes() -> Iterator[None]:
    """Drop the indexes for the length of the block: a database that stays changed is a fault of its own."""
    with admin_connection() as connection:
        known = connection.execute(_INDEXES).fetchall()
        for name, _ in known:
            connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    try:
        yield
    finally:
        with admin_connection() as connection:
            _restore(connection, [definition for _, definition in known])


def _restore(connection: psycopg.Connection, definitions: list[str]) -> None:
    for definition in definitions:
        connection.execute(definition.replace(" ON ONLY ", " ON ").encode())
