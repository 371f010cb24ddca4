"""A scan with all that a row can depend on, and the tables as a run leaves them, down to where each row lies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg

from bench.compliance.cases.case import PROVIDER, Json, finding, scored, with_requirements
from tests.support.workbench import Workbench

REGIONS = ("us", "eu", "ap")

SCAN: Json = {
    "provider": PROVIDER,
    "findings": [
        finding(check, "PASS", region, compliance=scored("1.1", "1.2")) for check in ("a", "b") for region in REGIONS
    ],
}
CATALOGUE: Json = {
    "cis": with_requirements("CIS", "3.0", {"1": ["a"], "2": ["a", "b"], "3": []}),
    "iso": with_requirements("ISO", None, {str(number): ["b"] for number in range(20)}),
    "ts": with_requirements("ProwlerThreatScore", "1.0", {"1.1": ["a"], "1.2": [], "1.3": ["c"]}),
}
ROWS = len(REGIONS) * (3 + 20 + 3)


class Place(NamedTuple):
    """A Place is where one row lies and which transaction wrote it: both change with any write."""

    id: str
    ctid: str
    xmin: str


Key = tuple[str, ...]
"""(compliance id, requirement id, region) of a row, (compliance id) of a summary."""


def places(workbench: Workbench) -> dict[Key, Place]:
    """Where each row and summary of the loaded scan lies."""
    rows = workbench.query(
        "SELECT compliance_id, requirement_id, region, id::text, ctid::text, xmin::text"
        " FROM compliance_requirements_overviews WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s"
    )
    summaries = workbench.query(
        "SELECT compliance_id, id::text, ctid::text, xmin::text"
        " FROM compliance_overview_summaries WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s"
    )
    return {row[:-3]: Place(*row[-3:]) for row in (*rows, *summaries)}


def changed(before: dict[Key, Place], after: dict[Key, Place]) -> set[Key]:
    """The keys of what was written, deleted or both in between."""
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}


def contents(workbench: Workbench) -> list[tuple[Any, ...]]:
    """The scan's rows and summaries without id and inserted_at, sorted."""
    return sorted(
        workbench.query(
            "SELECT 'row', (to_jsonb(t) - 'id' - 'inserted_at')::text FROM compliance_requirements_overviews AS t"
            " WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s"
            " UNION ALL"
            " SELECT 'summary', (to_jsonb(t) - 'id' - 'inserted_at')::text FROM compliance_overview_summaries AS t"
            " WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s"
        )
    )


def wal_bytes(workbench: Workbench, act: Callable[[], object]) -> int:
    """How much WAL the server writes while ``act`` runs."""
    start = workbench.query("SELECT pg_current_wal_insert_lsn()::text")[0][0]
    act()
    return int(workbench.query("SELECT pg_current_wal_insert_lsn() - %(start)s::pg_lsn", start=start)[0][0])


@contextmanager
def admin_session(workbench: Workbench) -> Iterator[psycopg.Connection]:
    """A second session that is not under row-level security; what it did not commit is undone."""
    access = workbench.access
    with psycopg.connect(access.conninfo_as(access.admin_role, application_name="tests")) as connection:
        try:
            yield connection
        finally:
            connection.rollback()


def wait_for(workbench: Workbench, condition: str) -> None:
    """Return once a session of this database waits for a lock and satisfies ``condition`` on pg_stat_activity."""
    # As the login itself: the admin role is not shown what other sessions do.
    with psycopg.connect(workbench.access.conninfo, autocommit=True) as login:
        for _ in range(400):
            waiting = login.execute(
                "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND "
                f"({condition})".encode()
            )
            if waiting.fetchone():
                return
            login.execute("SELECT pg_sleep(0.05)")
    raise AssertionError(f"no session waits for a lock while {condition}")
