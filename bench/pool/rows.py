"""The rows that a pool leaves: each call's held against those of a quiet call on the same data."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

from bench.database.access import OBSERVER, DatabaseAccess, one_line
from bench.errors import DatabaseError
from bench.harness.restored_tables import columns_of, end_sessions
from bench.harness.stage import DataStage
from bench.harness.targets import digest_of, observe, of_none, owned
from bench.jobs.job import Arguments, Target
from bench.results.promises import Holding
from bench.results.records import TableDigest


@dataclass(frozen=True)
class FoundRows:
    """The FoundRows of one call: what each target holds of it."""

    tables: tuple[Holding, ...]
    count: int
    """In the first target."""
    expected: int


def end_left_sessions(access: DatabaseAccess) -> None:
    """End the sessions of killed children: they go on with what they were sent until the server notices.

    Raises DatabaseError.
    """
    try:
        with psycopg.connect(access.conninfo, application_name=OBSERVER, autocommit=True) as login:
            end_sessions(login)
    except psycopg.Error as error:
        raise DatabaseError(f"sessions of the pool cannot be ended: {one_line(error)}; see the server's log") from error


class ReferenceRows:
    """The ReferenceRows are what one quiet call left in each target, without the columns that name the call.

    Their hashes stay in tables beside the data, so that the server compares.
    """

    def __init__(self, data: DataStage, arguments: Arguments, relation: str) -> None:
        """Keep the rows of the call with ``arguments``, the first target's as ``relation`` shows them."""
        self._data = data
        self._name = f"bench_reference_{secrets.token_hex(6)}"
        with observe(data.access) as connection:
            for number, (target, source) in enumerate(data.targets.sources(relation)):
                connection.execute(
                    sql.SQL("CREATE TABLE {} AS {}").format(
                        self._table(number), _hashes(connection, target, source, arguments)
                    )
                )

    def find(self, arguments: Arguments, relation: str) -> FoundRows:
        """Compare what the call with ``arguments`` has left. Raises DatabaseError."""
        holdings = []
        counts = []
        with observe(self._data.access) as connection:
            for number, (target, source) in enumerate(self._data.targets.sources(relation)):
                found = _hashes(connection, target, source, arguments)
                row = connection.execute(
                    sql.SQL(
                        "WITH found AS ({found}), expected AS (SELECT hash FROM {expected}) SELECT"
                        " (SELECT count(*) FROM found), (SELECT count(*) FROM expected),"
                        " (SELECT count(*) FROM (SELECT hash FROM found EXCEPT ALL SELECT hash FROM expected) AS other)"
                    ).format(found=found, expected=self._table(number))
                ).fetchone()
                assert row is not None  # it has no FROM
                holdings.append(_holding(*row))
                counts.append(row[:2])
        return FoundRows(tuple(holdings), *counts[0])

    def _table(self, number: int) -> sql.Identifier:
        return sql.Identifier(f"{self._name}_{number}")


def bystanders(data: DataStage, calls: Sequence[Arguments]) -> tuple[TableDigest, ...]:
    """Digest what belongs to none of ``calls``. Raises DatabaseError."""
    with observe(data.access) as connection:
        return tuple(
            digest_of(connection, target, target.table, of_none(target, calls)) for target in data.targets.restored
        )


def wrong_rows(found: FoundRows, titles: Sequence[str], *, finished: bool, keeps_whole: bool) -> str:
    """Say what is wrong with the rows of a call that ``finished``, or was killed; '' if nothing is.

    A killed call may leave a part of its rows, unless the implementation promises old rows or new ones.
    """
    faults = []
    for title, holding in zip(titles, found.tables, strict=True):
        if holding is Holding.MIXED:
            faults.append(f"{title}: rows that no quiet call writes")
        elif finished and holding is not Holding.NEW:
            faults.append(f"{title}: {holding.value} after a call that finished")
        elif not finished and keeps_whole and holding is Holding.PARTIAL:
            faults.append(f"{title}: a part of the rows after a kill, which the implementation promises not to leave")
    if faults and found.count != found.expected:
        faults.append(f"{found.count:,} of {found.expected:,} rows")
    return "; ".join(faults)


def _holding(found: int, expected: int, other: int) -> Holding:
    if other:
        return Holding.MIXED
    if found == expected:
        return Holding.NEW
    return Holding.PARTIAL if found else Holding.NONE


def _hashes(
    connection: psycopg.Connection, target: Target, source: str, arguments: Mapping[str, object]
) -> sql.Composed:
    """The statement that hashes each row of a call, without the columns by which it is the call's."""
    skip = (*target.uncompared, *target.own)
    columns = sql.SQL(", ").join(map(sql.Identifier, columns_of(connection, source, skip)))
    return sql.SQL("SELECT sha256(convert_to(ROW({})::text, 'UTF8')) AS hash FROM {} WHERE {}").format(
        columns, sql.Identifier(source), owned(target, arguments)
    )
