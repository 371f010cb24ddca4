"""A scan read from a database with production's tables: read only, under the tenant, a few rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.rows import dict_row

from bench.database.access import one_line
from bench.database.own_server import connection_parameters
from bench.datasets.json_value import JsonValue
from bench.datasets.scan.finding import RecordedFinding, provider_of, suite_finding
from bench.errors import DatabaseError, InputError

_OPTION = "--database-url"
_ROWS_AT_A_TIME = 1_000
_PROVIDER = """
    SELECT provider.provider::text
    FROM scans scan JOIN providers provider ON provider.id = scan.provider_id AND provider.tenant_id = scan.tenant_id
    WHERE scan.tenant_id = %s AND scan.id = %s
"""
_FINDINGS = """
    SELECT finding.check_id, finding.status::text AS status, finding.muted, finding.compliance,
        finding.resource_regions, (
            SELECT json_agg(json_build_object('region', resource.region, 'uid', resource.uid) ORDER BY mapping.id)
            FROM resource_finding_mappings mapping
            JOIN resources resource ON resource.id = mapping.resource_id AND resource.tenant_id = mapping.tenant_id
            WHERE mapping.tenant_id = finding.tenant_id AND mapping.finding_id = finding.id
        ) AS resources
    FROM findings finding WHERE finding.tenant_id = %s AND finding.scan_id = %s ORDER BY finding.id
"""


def read_production(url: str, tenant: str, scan: str) -> tuple[str, Iterator[RecordedFinding]]:
    """Return the provider and the findings, by id, of one scan in the database at ``url``.

    Raises InputError for a malformed ``url``, an id that is none and a scan that is not there, and DatabaseError. No
    message holds a password.
    """
    parts = _parts(url, _id("--tenant", tenant), _id("--scan-id", scan))
    provider = next(part for part in parts if isinstance(part, str))
    return provider, (part for part in parts if isinstance(part, RecordedFinding))


def _parts(url: str, tenant: str, scan: str) -> Iterator[str | RecordedFinding]:
    """Yield the provider, then the findings, within one transaction."""
    key = (tenant, scan)
    with _reading(url, tenant) as connection:
        row = connection.execute(_PROVIDER, key).fetchone()
        if row is None:
            raise InputError(f"the database has no scan {scan} of tenant {tenant}; check the ids and the database")
        yield provider_of(JsonValue(f"scan {scan}", "its provider", row[0]))
        with connection.cursor(name="bench_record", row_factory=dict_row) as cursor:
            cursor.itersize = _ROWS_AT_A_TIME
            cursor.execute(_FINDINGS, key)
            for number, finding in enumerate(cursor, 1):
                yield suite_finding(JsonValue(f"scan {scan}", f"finding {number}", finding))


@contextmanager
def _reading(url: str, tenant: str) -> Iterator[psycopg.Connection[Any]]:
    """Open one read-only transaction that sees one state of the tenant's rows."""
    parameters = connection_parameters(url, _OPTION)
    host, database = parameters.get("host", "the default"), parameters.get("dbname", "the default")
    conninfo = make_conninfo(
        url,
        client_encoding="UTF8",
        application_name="bench-record",
        connect_timeout=parameters.get("connect_timeout", "10"),
    )
    try:
        with psycopg.connect(conninfo) as connection:
            connection.read_only = True
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.execute("SELECT set_config('api.tenant_id', %s, true)", [tenant])
            yield connection
    except psycopg.Error as error:
        text = one_line(error)
        if password := parameters.get("password"):
            text = text.replace(password, "…")  # libpq repeats a value that it refuses, and a password may be one
        raise DatabaseError(
            f"cannot read the scan from {_OPTION} (host {host}, database {database}): {text}; "
            "check the address, and that the user may read the tables of production"
        ) from None


def _id(option: str, value: str) -> str:
    try:
        return str(UUID(value))
    except ValueError:
        raise InputError(f"{option} {value!r} is no UUID; copy the id from the table scans") from None
