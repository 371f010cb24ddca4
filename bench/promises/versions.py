"""Two versions of one call's rows, and which of them the tables hold.

A run that replaces rows can be checked only if old and new rows differ. So the job varies its data before every run:
each run then replaces rows that differ from its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import psycopg
from psycopg import sql

from bench.harness.restored_tables import columns_of
from bench.harness.targets import Targets, of_none, owned
from bench.jobs.job import Arguments, Loaded, Target
from bench.results.promises import Holding

Version = Literal["a", "b"]
_OTHER: dict[Version, Version] = {"a": "b", "b": "a"}


def other(version: Version) -> Version:
    """Return the other version."""
    return _OTHER[version]


def besides(calls: Sequence[Arguments], targets: Iterable[Target]) -> sql.Composed:
    """Return a query for one string: the fingerprint of all rows of ``targets`` but those of ``calls``, with ids."""
    held = sql.SQL(" UNION ALL ").join(
        sql.SQL(
            "SELECT {}, count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {} AS t WHERE {}"
        ).format(sql.Literal(target.table), sql.Identifier(target.table), of_none(target, calls))
        for target in targets
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
    """A TableState is what the targets held in one snapshot."""

    tables: tuple[Holding, ...]
    """Of each target of the job."""
    bystanders: str
    """A fingerprint of all rows that belong to others, ids and times included."""


@dataclass(frozen=True)
class _Source:
    """A _Source is one target of the job, from what its rows are read, and how one row is hashed."""

    target: Target
    relation: str
    hash: sql.Composed
    known: sql.Identifier
    """The table with the hashes of both versions."""


class Versions:
    """Versions stores the hash of every row of both versions in the database, and classifies snapshots by them."""

    def __init__(self, connection: psycopg.Connection, loaded: Loaded, targets: Targets, relation: str = "") -> None:
        """The rows of the first target are read from ``relation``, if given."""
        self._restored = targets.restored
        self._arguments = loaded.arguments
        self._calls = [loaded.arguments] if loaded.warm_up is None else [loaded.arguments, loaded.warm_up]
        self._sources = [
            _Source(target, source, _hash(connection, target), sql.Identifier(f"bench_known_{target.table}"))
            for target, source in targets.sources(relation)
        ]
        self._totals: list[dict[Version, int]] = [{"a": 0, "b": 0} for _ in self._sources]
        self._common = [0 for _ in self._sources]
        for source in self._sources:
            connection.execute(
                sql.SQL("CREATE TABLE {} (hash bigint PRIMARY KEY, a boolean, b boolean)").format(source.known)
            )

    def learn(self, connection: psycopg.Connection, version: Version) -> None:
        """Record what the targets hold now as ``version``."""
        column, rest = sql.Identifier(version), sql.Identifier(other(version))
        for number, source in enumerate(self._sources):
            connection.execute(
                sql.SQL(
                    "INSERT INTO {known} (hash, {column}, {rest}) SELECT {hash}, true, false FROM {relation}"
                    " WHERE {own} ON CONFLICT (hash) DO UPDATE SET {column} = true"
                ).format(
                    known=source.known,
                    column=column,
                    rest=rest,
                    hash=source.hash,
                    relation=sql.Identifier(source.relation),
                    own=owned(source.target, self._arguments),
                )
            )
            connection.execute(sql.SQL("ANALYZE {}").format(source.known))
            found = connection.execute(
                sql.SQL(
                    "SELECT count(*) FILTER (WHERE a), count(*) FILTER (WHERE b), count(*) FILTER (WHERE a AND b)"
                    " FROM {}"
                ).format(source.known)
            ).fetchone()
            assert found is not None  # an aggregate without GROUP BY gives one row
            self._totals[number] = {"a": found[0], "b": found[1]}
            self._common[number] = found[2]

    def rows(self, version: Version, target: int = 0) -> int:
        """Return how many rows a version has in a target, by its number."""
        return self._totals[target][version]

    def unvaried(self) -> tuple[str, ...]:
        """Return the titles of the targets whose rows are the same in both versions."""
        counts = zip(self._sources, self._common, self._totals, strict=True)
        return tuple(source.target.title for source, common, totals in counts if common == totals["a"] == totals["b"])

    def state(self, connection: psycopg.Connection, target: Version) -> TableState:
        """Read all targets in one snapshot; rows of ``target`` are new, those of the other version old."""
        tables, (bystanders,) = self._snapshot(connection, target, self._bystanders())
        return TableState(tables, bystanders)

    def bystanders(self, connection: psycopg.Connection) -> str:
        """Return the fingerprint that ``state`` includes; it needs no version to be recorded yet."""
        found = connection.execute(self._bystanders()).fetchone()
        assert found is not None  # an aggregate without GROUP BY gives one row
        fingerprint: str = found[0]
        return fingerprint

    def holdings(self, connection: psycopg.Connection, target: Version) -> tuple[Holding, ...]:
        """Read only the call's own rows in one snapshot, which is fast enough for readers."""
        tables, _ = self._snapshot(connection, target)
        return tables

    def _snapshot(
        self, connection: psycopg.Connection, target: Version, *more: sql.Composed
    ) -> tuple[tuple[Holding, ...], tuple[str, ...]]:
        """Classify all targets and run the single-row queries ``more``, in one snapshot."""
        queries = (*map(self._tally, self._sources), *more)
        joined = sql.SQL(", ").join(
            sql.SQL("({}) AS {}").format(query, sql.Identifier(f"q{number}")) for number, query in enumerate(queries)
        )
        found = connection.execute(sql.SQL("SELECT * FROM {}").format(joined)).fetchone()
        assert found is not None  # aggregates without GROUP BY give one row
        holdings = tuple(
            self._holding(number, Tally(*found[4 * number : 4 * number + 4]), target)
            for number in range(len(self._sources))
        )
        return holdings, found[4 * len(self._sources) :]

    def _tally(self, source: _Source) -> sql.Composed:
        return sql.SQL(
            "SELECT count(*) FILTER (WHERE a AND NOT b), count(*) FILTER (WHERE b AND NOT a),"
            " count(*) FILTER (WHERE a AND b), count(*) FILTER (WHERE a IS NULL)"
            " FROM (SELECT {} AS hash FROM {} WHERE {}) AS found LEFT JOIN {} USING (hash)"
        ).format(source.hash, sql.Identifier(source.relation), owned(source.target, self._arguments), source.known)

    def _bystanders(self) -> sql.Composed:
        return besides(self._calls, self._restored)

    def _holding(self, number: int, tally: Tally, target: Version) -> Holding:
        totals, common = self._totals[number], self._common[number]
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


def _hash(connection: psycopg.Connection, target: Target) -> sql.Composed:
    """Return the hash of one row without the columns that differ anyway: of its text, as not every type has one."""
    columns = columns_of(connection, target.table, target.uncompared)
    return sql.SQL("hashtextextended(ROW({})::text, 0)").format(sql.SQL(", ").join(map(sql.Identifier, columns)))
