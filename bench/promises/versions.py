"""Two versions of one scan's rows, and what the tables hold of them.

A run that replaces rows can be judged only where old and new differ. The status of about half of the counted findings
is flipped before every run and flipped back before the next: the rows of the one run are the old ones of the other.
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
UPDATE findings SET status = CASE status WHEN 'PASS' THEN 'FAIL' ELSE 'PASS' END
WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s AND NOT muted AND status IN ('PASS', 'FAIL')
AND hashtext(id::text) %% 2 = 0
"""


def other(version: Version) -> Version:
    """Return the version that ``version`` is not."""
    return _OTHER[version]


def flip_findings(connection: psycopg.Connection, key: ScanKey) -> None:
    """Turn the findings of one version into those of the other."""
    connection.execute(_FLIP, {"tenant": key.tenant_id, "scan": key.scan_id})


def besides(keys: Iterable[ScanKey], idle_tenant: str, tables: Iterable[str]) -> sql.Composed:
    """Return a query of one text: the fingerprint of all that ``tables`` hold besides ``keys``, ids included."""
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
    """A Tally is how many of a table's rows are in one version only, in both and in neither."""

    a: int
    b: int
    both: int
    strange: int

    @property
    def total(self) -> int:
        """All rows."""
        return self.a + self.b + self.both + self.strange


@dataclass(frozen=True)
class Sight:
    """A Sight is one snapshot of both tables."""

    rows: Holding
    summaries: Holding
    bystanders: str
    """A fingerprint of everything that belongs to other tenants and scans, ids and times included."""


class Versions:
    """Knows both versions of one database's scan by the hash of each row, and classifies snapshots by them."""

    def __init__(
        self, connection: psycopg.Connection, key: ScanKey, idle_tenant: str, storage: Storage = STANDARD
    ) -> None:
        """``idle_tenant`` is the warm-up's, whose rows are ignored; the other rows are where ``storage`` says."""
        self._read_from = {ROWS: storage.relation, SUMMARIES: SUMMARIES}
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
        """Take what the tables hold now for ``version``."""
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

    def alike(self) -> bool:
        """Tell whether the versions cannot be told apart: in the rows or in the summaries."""
        return any(self._common[table] == totals["a"] == totals["b"] for table, totals in self._totals.items())

    def look(self, connection: psycopg.Connection, target: Version) -> Sight:
        """Take one snapshot of everything in both tables, seen by a run that is to leave ``target``."""
        rows, summaries, (bystanders,) = self._snapshot(connection, target, self._bystanders())
        return Sight(rows, summaries, bystanders)

    def bystanders(self, connection: psycopg.Connection) -> str:
        """Return the fingerprint that ``look`` gives, before there are versions to look for."""
        found = connection.execute(self._bystanders()).fetchone()
        assert found is not None  # an aggregate without GROUP BY gives one row
        fingerprint: str = found[0]
        return fingerprint

    def glance(self, connection: psycopg.Connection, target: Version) -> tuple[Holding, Holding]:
        """Take one snapshot of the scan's rows and summaries only: as often as a reader can."""
        rows, summaries, _ = self._snapshot(connection, target)
        return rows, summaries

    def _snapshot(
        self, connection: psycopg.Connection, target: Version, *more: sql.Composed
    ) -> tuple[Holding, Holding, tuple[str, ...]]:
        """What both tables hold, and what ``more`` queries of one row return, in one snapshot."""
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
