"""The tables on which cases run: one database that is filled with a case and read after each call."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from bench.compliance.job import JOB
from bench.compliance.targets import SUMMARIES
from bench.compliance.written import Row, Summary
from bench.database.access import OBSERVER, DatabaseAccess, one_line
from bench.datasets.catalogue.record import LoadedCatalogue
from bench.datasets.scan import LoadedScan, ScanKey
from bench.datasets.scan.recorded import load_recorded_scan
from bench.declare.storage import Storage
from bench.errors import DatabaseError
from bench.harness.targets import Targets

LOADED = ("resource_finding_mappings", "findings", "resources", "scans", "providers", "tenants")
"""The tables that a load fills besides the targets, referencing tables first."""

OLD = "2020-01-01 00:00:00+00:00"
"""The inserted_at of the planted rows of an earlier run."""

OLD_ROWS: tuple[LiteralString, ...] = (
    """
    INSERT INTO compliance_requirements_overviews
        (id, inserted_at, compliance_id, framework, version, description, region, requirement_id, requirement_status,
         passed_checks, failed_checks, total_checks, passed_findings, total_findings, scan_id, tenant_id)
    SELECT gen_random_uuid(), %(old)s, 'cis', 'Old', '0', 'Old', region, '1', 'FAIL', 9, 9, 9, 9, 9,
        %(scan)s, %(tenant)s
    FROM unnest(ARRAY['eu', 'old']) AS region
    """,
    """
    INSERT INTO compliance_overview_summaries
        (id, inserted_at, compliance_id, requirements_passed, requirements_failed, requirements_manual,
         total_requirements, scan_id, tenant_id)
    VALUES (gen_random_uuid(), %(old)s, 'cis', 9, 9, 9, 27, %(scan)s, %(tenant)s)
    """,
)
_SAVE = sql.SQL("CREATE TEMPORARY TABLE IF NOT EXISTS {} (LIKE {})")
_DELETE_PROVIDER = """
    UPDATE providers SET is_deleted = true FROM scans
    WHERE scans.tenant_id = %(tenant)s AND scans.id = %(scan)s AND provider_id = providers.id
"""
_MUTE_ALL_BUT = """
    UPDATE findings SET muted = position <> ALL (%(counted)s)
    FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS position FROM findings
          WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s) AS placed
    WHERE findings.id = placed.id
"""


@dataclass(frozen=True)
class Contents:
    """Contents is what the tables hold of one scan and of everyone else."""

    rows: tuple[Row, ...]
    summaries: tuple[Summary, ...]
    row_ids: tuple[object, ...]
    """Sorted; they show whether an id occurs twice and whether a row was replaced. The same for ``summary_ids``."""
    summary_ids: tuple[object, ...]
    row_times: frozenset[datetime]
    """Every inserted_at of the rows; the same for ``summary_times``."""
    summary_times: frozenset[datetime]
    others: tuple[object, ...]
    """Equal between two reads only if no row of another tenant or scan changed, ids and times included."""

    @property
    def of_the_scan(self) -> tuple[object, ...]:
        """Everything of the scan itself."""
        return self.rows, self.row_ids, self.row_times, self.summaries, self.summary_ids, self.summary_times


class Tables:
    """Tables is a database made for this run, and a session that commits each statement and sees every tenant."""

    def __init__(self, access: DatabaseAccess, admin: psycopg.Connection, login: psycopg.Connection) -> None:
        self.access = access
        self._admin = admin
        self._login = login
        self._loaded: LoadedScan | None = None
        self._storages: dict[Storage, None] = {}

    def add_storage(self, storage: Storage) -> None:
        """Include the tables of ``storage`` from the next load on."""
        self._storages[storage] = None

    @property
    def _targets(self) -> Targets:
        return Targets.of(JOB, self._storages)

    @property
    def _restored(self) -> tuple[str, ...]:
        return tuple(target.table for target in self._targets.restored)

    @property
    def loaded(self) -> LoadedScan:
        """The scan that was loaded last."""
        assert self._loaded is not None  # the suite loads before it calls
        return self._loaded

    def forgo_durability(self) -> None:
        """Turn fsync off on the embedded server: no case crashes it."""
        with _refusals():
            self._login.execute("ALTER SYSTEM SET fsync = off")
            self._login.execute("SELECT pg_reload_conf()")

    def load(self, scan_file: Path, catalogue: LoadedCatalogue, *, provider_deleted: bool) -> None:
        """Empty the database, load a scan with its bystanders, and insert rows and a summary of an earlier run."""
        with _refusals():
            self._empty()
            self._loaded = load_recorded_scan(self.access, scan_file, catalogue)
            self._targets.set_up(self.access)
            for statement in (*OLD_ROWS, *([_DELETE_PROVIDER] if provider_deleted else [])):
                self._execute(statement, old=OLD)
            for table in self._restored:
                self._admin.execute(_SAVE.format(_saved(table), sql.Identifier(table)))
                self._refill(_saved(table), sql.Identifier(table))

    def restore(self) -> None:
        """Restore the contents after ``load``, for the next implementation."""
        with _refusals(), self._admin.transaction():
            for table in self._restored:
                self._refill(sql.Identifier(table), _saved(table))

    def _refill(self, table: sql.Identifier, source: sql.Identifier) -> None:
        self._admin.execute(sql.SQL("DELETE FROM {}").format(table))
        self._admin.execute(sql.SQL("INSERT INTO {} TABLE {}").format(table, source))

    def count_only(self, positions: Collection[int]) -> None:
        """Mute the scan's findings except those at ``positions`` in the scan file."""
        with _refusals():
            self._execute(_MUTE_ALL_BUT, counted=list(positions))

    def read(self, relation: str) -> Contents:
        """Read summaries, and rows from ``relation``. Sessions with an open transaction are terminated first."""
        with _refusals():
            self._end_other_sessions()
            rows, row_ids, row_times = self._own(relation, Row._fields)
            summaries, summary_ids, summary_times = self._own(SUMMARIES, Summary._fields)
            watched = dict.fromkeys((relation, *self._restored))
            return Contents(
                rows=tuple(sorted(map(Row._make, rows))),
                summaries=tuple(sorted(map(Summary._make, summaries))),
                row_ids=row_ids,
                summary_ids=summary_ids,
                row_times=row_times,
                summary_times=summary_times,
                others=tuple(map(self._others, watched)),
            )

    def _own(
        self, relation: str, columns: Sequence[str]
    ) -> tuple[list[tuple[Any, ...]], tuple[object, ...], frozenset[datetime]]:
        select = sql.SQL("SELECT id, inserted_at, {} FROM {} WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s")
        found = self._execute(
            select.format(sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(relation))
        ).fetchall()
        return (
            [line[2:] for line in found],
            tuple(sorted(line[0] for line in found)),
            frozenset(line[1] for line in found),
        )

    def _others(self, relation: str) -> object:
        """Return count and digest of everything in ``relation`` except the scan."""
        digest = sql.SQL(
            "SELECT count(*), sha256(convert_to(coalesce(string_agg(line, ' ' ORDER BY line), ''), 'UTF8'))"
            " FROM (SELECT other::text AS line FROM {} AS other"
            " WHERE NOT (tenant_id = %(tenant)s AND scan_id = %(scan)s)) AS lines"
        )
        return self._execute(digest.format(sql.Identifier(relation))).fetchone()

    def _execute(self, statement: LiteralString | sql.Composed, **values: object) -> psycopg.Cursor:
        """Run one statement, with the loaded scan as ``%(tenant)s`` and ``%(scan)s``."""
        key: ScanKey = self.loaded.key
        return self._admin.execute(statement, {"tenant": key.tenant_id, "scan": key.scan_id, **values})

    def _empty(self) -> None:
        """Delete everything. TRUNCATE would create new files for dozens of tables and indexes, which is far slower."""
        with self._admin.transaction():
            for table in (*self._restored, *reversed(self._targets.kept), *LOADED):
                self._admin.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))

    def _end_other_sessions(self) -> None:
        """Terminate sessions that a killed worker or an implementation left in a transaction."""
        # As the login role, which owns them: the admin role may not terminate a superuser's sessions.
        self._login.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND state IS DISTINCT FROM 'idle' AND pid <> ALL (%s)",
            [[self._login.info.backend_pid, self._admin.info.backend_pid]],
        )


@contextmanager
def open_tables(access: DatabaseAccess) -> Iterator[Tables]:
    """Open the harness's two sessions on a migrated database. Raises DatabaseError."""
    options: dict[str, Any] = {"application_name": OBSERVER}
    with _refusals():
        admin = psycopg.connect(access.conninfo_as(access.admin_role, **options), autocommit=True)
    with admin:
        with _refusals():
            login = psycopg.connect(access.conninfo, autocommit=True, **options)
        with login:
            yield Tables(access, admin, login)


@contextmanager
def _refusals() -> Iterator[None]:
    """Raise DatabaseError for any error of the server."""
    try:
        yield
    except psycopg.Error as error:
        raise DatabaseError(
            f"the conformance tables cannot be used: {one_line(error)}; see the server's log"
        ) from error


def _saved(table: str) -> sql.Identifier:
    return sql.Identifier("pg_temp", f"bench_saved_{table}")
