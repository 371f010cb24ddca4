"""Two versions of one scan's rows, and which of them the tables hold.

A run that replaces rows can be checked only if old and new rows differ. So the status of about half of the counted
findings is flipped before every run: each run then replaces rows that differ from its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import psycopg
from psycopg import sql

from bench.compliance.targets import ROWS, SUMMARIES, TARGETS, UNCOMPARED
from bench.datasets.scan import ScanKey
from bench.declare.storage import STANDARD, Storage
from bench.harness.targets import Targets, columns_of
from bench.results.promises import Holding

Version = Literal["a", "b"]
_OTHER: dict[Version, Version] = {"a": "b", "b": "a"}

_FLIP = """
UPDATE findings SET status = CASE status WHEN 'PASS' THEN status 'FAIL' ELSE status 'PASS' END
WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s AND NOT muted AND status IN ('PASS', 'FAIL')
AND hashtext(id::text) %% 2 = 0
"""


def other(version: Version) -> Version:
    """Return the other version."""
    return _OTHER[version]


def flip_findings(connection: psycopg.Connection, key: ScanKey) -> None:
    """Turn the findings of either version into those of the other."""
    connection.execute(_FLIP, {"tenant": key.tenant_id, "scan": key.scan_id})


def besides(keys: Iterable[ScanKey], idle_tenant: str, tables: Iterable[str]) -> sql.Composed:
    """Return a query for one string: the fingerprint of everything in ``tables`` except ``keys``, ids included."""
    mine = sql.SQL(" OR ").join(
        sql.SQL("tenant_id = {} AND scan_id = {}").format(sql.Literal(key.tenant_id), sql.Literal(key.scan_id))
        for key in keys
    )
    held = sql.SQL(" UNION ALL ").join(
        sql.SQL(
            "SELECT {}, count(*) || ' ' || coalesce(sum(hash_record_extended(t, 0)), 0) FROM {} AS t"
            " WHERE tenant_id <> {} AND NOT ({})"
        ).format(sql.Literal(table), sql.Identifier(table), sql.Literal(idle_tenant), mine)
        for table in tables
    )
    return sql.SQL("SELECT string_agg(held, ', ' ORDER BY name) FROM ({}) AS tables (name, held)").format(held)


@dataclass(frozen=True)
class Tally:
    """A Tally counts a table's rows that belong to one version only, to both and to neither."""

    a: int
    b: int
    both: int
    strange: int

    @property
    def total(self) -> int:
        """All rows."""
        return self.a + self.b + self.both + self.strange


@dataclass(frozen=True)
class TableState:
    """A TableState is what both tables held in one snapshot."""

    rows: Holding
    summaries: Holding
    bystanders: str
    """A fingerprint of all rows of other tenants and scans, ids and times included."""


class Versions:
    """Versions stores the hash of every row of both versions in the database, and classifies snapshots by them."""

    def __init__(
        self, connection: psycopg.Connection, key: ScanKey, idle_tenant: str, storage: Storage = STANDARD
    ) -> None:
        """``idle_tenant`` is the warm-up's, whose rows are ignored; ``storage`` says where rows are stored."""
        self._read_from = {ROWS: storage.relation or ROWS, SUMMARIES: SUMMARIES}
        self._restored = Targets.of((storage,)).restored
        self._key = key
        self._idle_tenant = idle_tenant
        self._values = {"tenant": key.tenant_id, "scan": key.scan_id}
        self._hashes = {
            table: sql.SQL("hash_record_extended(ROW({}), 0)").format(
                sql.SQL(", ").join(map(sql.Identifier, columns_of(connection, table, UNCOMPARED)))
            )
            for table in TARGETS
        }
        self._totals: dict[str, dict[Version, int]] = {}
        self._common: dict[str, int] = {}
        for table in TARGETS:
            connection.execute(
                sql.SQL("CREATE TABLE {} (hash bigint PRIMARY KEY, a boolean, b boolean)").format(_known(table))
            )

    def learn(self, connection: psycopg.Connection, version: Version) -> None:
        """Record the current rows and summaries as ``version``."""
        column, rest = sql.Identifier(version), sql.Identifier(other(version))
        for table in TARGETS:
            connection.execute(
                sql.SQL(
                    "INSERT INTO {known} (hash, {column}, {rest}) SELECT {hash}, true, false FROM {table}"
                    " WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s"
                    " ON CONFLICT (hash) DO UPDATE SET {column} = true"
                ).format(
                    known=_known(table),
                    column=column,
                    rest=rest,
                    hash=self._hashes[table],
                    table=sql.Identifier(self._read_from[table]),
                ),
                self._values,
            )
            connection.execute(sql.SQL("ANALYZE {}").format(_known(table)))
            found = connection.execute(
                sql.SQL(
                    "SELECT count(*) FILTER (WHERE a), count(*) FILTER (WHERE b), count(*) FILTER (WHERE a AND b)"
                    " FROM {}"
                ).format(_known(table))
            ).fetchone()
            assert found is not None  # an aggregate without GROUP BY gives one row
            self._totals[table] = {"a": found[0], "b": found[1]}
            self._common[table] = found[2]

    def rows(self, version: Version) -> int:
        """Return how many rows a version has."""
        return self._totals[ROWS][version]

    def summaries(self, version: Version) -> int:
        """Return how many summaries a version has."""
        return self._totals[SUMMARIES][version]

    def identical(self) -> bool:
        """Return whether the versions have the same rows, or the same summaries."""
        return any(self._common[table] == totals["a"] == totals["b"] for table, totals in self._totals.items())

    def state(self, connection: psycopg.Connection, target: Version) -> TableState:
        """Read both tables in one snapshot; rows of ``target`` are new, those of the other version old."""
        rows, summaries, (bystanders,) = self._snapshot(connection, target, self._bystanders())
        return TableState(rows, summaries, bystanders)

    def bystanders(self, connection: psycopg.Connection) -> str:
        """Return the fingerprint that ``state`` includes; it needs no version to be recorded yet."""
        found = connection.execute(self._bystanders()).fetchone()
        assert found is not None  # an aggregate without GROUP BY gives one row
        fingerprint: str = found[0]
        return fingerprint

    def scan_state(self, connection: psycopg.Connection, target: Version) -> tuple[Holding, Holding]:
        """Read only the scan's rows and summaries in one snapshot, which is fast enough for readers."""
        rows, summaries, _ = self._snapshot(connection, target)
        return rows, summaries

    def _snapshot(
        self, connection: psycopg.Connection, target: Version, *more: sql.Composed
    ) -> tuple[Holding, Holding, tuple[str, ...]]:
        """Classify both tables and run the single-row queries ``more``, in one snapshot."""
        queries = (self._tally(ROWS), self._tally(SUMMARIES), *more)
        joined = sql.SQL(", ").join(
            sql.SQL("({}) AS {}").format(query, sql.Identifier(f"q{number}")) for number, query in enumerate(queries)
        )
        found = connection.execute(sql.SQL("SELECT * FROM {}").format(joined), self._values).fetchone()
        assert found is not None  # aggregates without GROUP BY give one row
        return (
            self._holding(ROWS, Tally(*found[0:4]), target),
            self._holding(SUMMARIES, Tally(*found[4:8]), target),
            found[8:],
        )

    def _tally(self, table: str) -> sql.Composed:
        return sql.SQL(
            "SELECT count(*) FILTER (WHERE a AND NOT b), count(*) FILTER (WHERE b AND NOT a),"
            " count(*) FILTER (WHERE a AND b), count(*) FILTER (WHERE a IS NULL)"
            " FROM (SELECT {} AS hash FROM {} WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s) AS found"
            " LEFT JOIN {} USING (hash)"
        ).format(self._hashes[table], sql.Identifier(self._read_from[table]), _known(table))

    def _bystanders(self) -> sql.Composed:
        return besides((self._key,), self._idle_tenant, self._restored)

    def _holding(self, table: str, tally: Tally, target: Version) -> Holding:
        totals, common = self._totals[table], self._common[table]
        if tally == Tally(*_parts(target, totals[target] - common), common, 0):
            return Holding.NEW
        source = other(target)
        if tally == Tally(*_parts(source, totals[source] - common), common, 0):
            return Holding.OLD
        if not tally.total:
            return Holding.NONE
        if tally.strange or (tally.a and tally.b):
            return Holding.MIXED
        return Holding.PARTIAL


def _parts(version: Version, count: int) -> tuple[int, int]:
    return (count, 0) if version == "a" else (0, count)


def _known(table: str) -> sql.Identifier:
    return sql.Identifier(f"bench_known_{table}")
