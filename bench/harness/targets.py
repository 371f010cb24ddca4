"""The target tables: saved after loading, restored before every sample, digested after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from bench.database.access import OBSERVER, DatabaseAccess, one_line
from bench.declare.storage import Storage
from bench.errors import DatabaseError, InputError
from bench.harness.restored_tables import columns_of, end_sessions, restore_rows, saved
from bench.jobs.job import Arguments, Job, Target
from bench.results.records import TableDigest

_SORTING_MEMORY = "64MB"
"""A million hashes are sorted in it without a file."""


@dataclass(frozen=True)
class TargetDigest:
    """What one call wrote, without the columns that differ anyway; and what belongs to others."""

    tables: tuple[TableDigest, ...]
    """Of each of the job's targets."""
    bystanders: tuple[TableDigest, ...]
    """Of each restored table, with every column."""
    relation: str = field(default="", compare=False)
    """From which the rows of the first target were read."""

    @property
    def rows(self) -> int:
        """The number of rows in the first target."""
        return self.tables[0].count


@dataclass(frozen=True)
class KnownBystanders:
    """KnownBystanders are digests of the rows of others as a reset writes them, and the transaction of one reset."""

    digests: tuple[TableDigest, ...]
    transaction: str


@contextmanager
def _session(conninfo: str) -> Iterator[psycopg.Connection]:
    """A session of the harness. Raises DatabaseError for any error of the server."""
    try:
        with psycopg.connect(conninfo, application_name=OBSERVER, autocommit=True) as connection:
            yield connection
    except psycopg.Error as error:
        raise DatabaseError(f"the target tables cannot be used: {one_line(error)}; see the server's log") from error


@contextmanager
def observe(access: DatabaseAccess) -> Iterator[psycopg.Connection]:
    """A session of the harness that sees every owner's rows. Raises DatabaseError."""
    with _session(access.conninfo_as(access.admin_role)) as connection:
        yield connection


def owned(target: Target, arguments: Arguments, row: LiteralString = "") -> sql.Composed:
    """Return the condition that holds for the rows of one call; ``row`` is what stands before each column's name."""
    return sql.SQL(" AND ").join(
        sql.SQL(row) + sql.SQL("{} = {}").format(sql.Identifier(column), sql.Literal(arguments[argument]))
        for column, argument in target.own.items()
    )


def of_none(target: Target, calls: Iterable[Arguments]) -> sql.Composed:
    """Return the condition that holds for the rows of none of ``calls``."""
    conditions = [sql.SQL("({}) IS NOT TRUE").format(owned(target, arguments)) for arguments in calls]
    return sql.SQL(" AND ").join(conditions)


@dataclass(frozen=True)
class Targets:
    """The Targets of a run are the job's tables and those that its implementations declare."""

    tables: tuple[Target, ...]
    """The job's."""
    declared: tuple[Target, ...] = ()
    """Of declared storages; like the job's, they return to the saved state before every sample."""
    kept: tuple[str, ...] = ()
    """They keep over all samples what the implementation that declares them writes."""
    setups: tuple[str, ...] = ()
    """SQL that prepares declared storages once data are loaded."""

    @classmethod
    def of(cls, job: Job, storages: Iterable[Storage] = ()) -> Targets:
        """Return the targets of implementations of ``job`` with ``storages``."""
        found = dict.fromkeys(storages)
        own, known = job.targets[0].own, {target.table for target in job.targets}
        reset = dict.fromkeys(table for one in found for table in one.reset if table not in known)
        return cls(
            tables=job.targets,
            declared=tuple(Target(table=table, own=own) for table in reset),
            kept=tuple(dict.fromkeys(table for one in found for table in one.kept)),
            setups=tuple(one.setup for one in found if one.setup),
        )

    @property
    def restored(self) -> tuple[Target, ...]:
        """Return all that are saved and reset."""
        return (*self.tables, *self.declared)

    def relation(self, storage: Storage) -> str:
        """Return the relation from which the rows of an implementation with ``storage`` are read."""
        return storage.relation or self.tables[0].table

    def sources(self, relation: str = "") -> tuple[tuple[Target, str], ...]:
        """Return each of the job's targets with what its rows are read from: the first from ``relation``, if given."""
        first, *rest = self.tables
        return ((first, relation or first.table), *((target, target.table) for target in rest))

    def check(self, access: DatabaseAccess) -> None:
        """Raise InputError where a table of the job, or a column that it names, is not there."""
        with observe(access) as connection:
            for target in self.tables:
                found = columns_of(connection, target.table)
                if not found:
                    raise InputError(f"target {target.table!r} is no table of the database; correct its name")
                for column in (*target.own, *target.uncompared, *target.order, *target.copy_order):
                    if column not in found:
                        raise InputError(
                            f"target {target.table!r} has no column {column!r}; its columns are {', '.join(found)}"
                        )

    def set_up(self, access: DatabaseAccess) -> None:
        """Prepare the declared storages on a database whose data have just been loaded. Raises DatabaseError."""
        with observe(access) as connection:
            for statements in self.setups:
                connection.execute(statements.encode())

    def begin(self, access: DatabaseAccess) -> None:
        """Prepare a database whose data have just been loaded, and save its rows. Raises DatabaseError."""
        self.set_up(access)
        self.save(access)

    def save(self, access: DatabaseAccess) -> None:
        """Keep a copy of what the restored tables hold now; ``reset`` returns to it. Raises DatabaseError."""
        with observe(access) as connection:
            for target in self.restored:
                table = target.table
                connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(saved(table)))
                connection.execute(sql.SQL("CREATE TABLE {} AS TABLE {}").format(saved(table), sql.Identifier(table)))

    def reset(self, access: DatabaseAccess) -> str:
        """End all other sessions, put the saved rows into fresh files, vacuum, checkpoint.

        Returns the id of the transaction that wrote the rows. Raises DatabaseError.
        """
        # One session of the login's for all of it: each costs a process of the server and its caches.
        with _session(access.conninfo) as login:
            end_sessions(login)
            login.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(access.admin_role)))
            transaction = restore_rows(login, [target.table for target in self.restored])
            for table in (*(target.table for target in self.restored), *self.kept):
                login.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(table)))
            login.execute("RESET ROLE")
            # CHECKPOINT is for superusers and members of pg_checkpoint, which the login need not be.
            with suppress(psycopg.errors.InsufficientPrivilege):
                login.execute("CHECKPOINT")
        return transaction

    def rows_so_far(self, access: DatabaseAccess, expected: int | None) -> str:
        """Say about how many of ``expected`` rows the first target has, committed or not, by the size of its file.

        '' where nothing is known of the size of a row, or the server does not answer at once. It asks the server, and
        so disturbs what is measured there.
        """
        table = sql.Identifier(self.tables[0].table)
        statement = sql.SQL(
            "SELECT pg_relation_size({}) / avg(pg_column_size(bench_observer.*) + 4)"
            " FROM (SELECT * FROM {} LIMIT 100) AS bench_observer"
        ).format(sql.Literal(table.as_string()), table)
        # Of a capture from pg_stat_statements, the name of the table's alias keeps it out.
        try:
            with psycopg.connect(
                access.conninfo_as(access.admin_role), application_name=OBSERVER, autocommit=True, connect_timeout=2
            ) as connection:
                connection.execute("SET statement_timeout = '1s'")
                found = connection.execute(statement).fetchone()
        except psycopg.Error:
            return ""
        if not expected or found is None or found[0] is None:
            return ""
        return f"about {min(int(found[0]), expected):,} of {expected:,} {self.tables[0].title}"

    def digest(
        self,
        access: DatabaseAccess,
        arguments: Arguments,
        warm_up: Arguments | None,
        relation: str = "",
        known: KnownBystanders | None = None,
    ) -> TargetDigest:
        """Digest on the server what one call wrote, the rows of the first target as ``relation`` shows them.

        Rows of the warm-up are left out of those that belong to others. Where no row of these was written since the
        reset of ``known``, its digest is taken. Raises DatabaseError.
        """
        calls = [arguments] if warm_up is None else [arguments, warm_up]
        with observe(access) as connection:
            connection.execute(f"SET work_mem = '{_SORTING_MEMORY}'")
            return TargetDigest(
                tables=tuple(
                    digest_of(connection, target, source, owned(target, arguments), skip=target.uncompared)
                    for target, source in self.sources(relation)
                ),
                bystanders=tuple(
                    self._bystanders(connection, number, of_none(target, calls), known)
                    for number, target in enumerate(self.restored)
                ),
                relation=relation or self.tables[0].table,
            )

    def _bystanders(
        self, connection: psycopg.Connection, number: int, others: sql.Composable, known: KnownBystanders | None
    ) -> TableDigest:
        """Digest the rows of others in one restored table.

        Whatever writes a row gives it another transaction as its ``xmin`` than the reset, and what deletes one leaves
        fewer: rows that are as many, all of the reset's transaction, are the rows that it wrote.
        """
        target = self.restored[number]
        if known is not None:
            statement = sql.SQL("SELECT count(*), count(*) FILTER (WHERE xmin <> {}::xid) FROM {} WHERE {}").format(
                sql.Literal(known.transaction), sql.Identifier(target.table), others
            )
            if connection.execute(statement).fetchone() == (known.digests[number].count, 0):
                return known.digests[number]
        return digest_of(connection, target, target.table, others)


def digest_of(
    connection: psycopg.Connection, target: Target, source: str, where: sql.Composable, skip: tuple[str, ...] = ()
) -> TableDigest:
    """Digest the rows of ``source`` that are ``where``, without the columns in ``skip``."""
    columns = sql.SQL(", ").join(map(sql.Identifier, columns_of(connection, source, skip)))
    # Each row is hashed first: the text of a large data set would exceed the server's maximum of 1 GB a value. Without
    # OFFSET, the server would sort whole rows.
    statement = sql.SQL(
        "SELECT count(*), encode(sha256(coalesce(string_agg(hash, ''::bytea ORDER BY hash), ''::bytea)), 'hex')"
        " FROM (SELECT sha256(convert_to(ROW({})::text, 'UTF8')) AS hash FROM {} WHERE {} OFFSET 0) AS hashed"
    ).format(columns, sql.Identifier(source), where)
    row = connection.execute(statement).fetchone()
    assert row is not None  # an aggregate without GROUP BY gives one row
    return TableDigest(table=target.title, sha256=row[1], count=row[0])


def read_target_rows(
    access: DatabaseAccess, targets: Targets, arguments: Arguments, relation: str = ""
) -> Iterator[dict[str, Any]]:
    """Yield what one call wrote, table after table, each row with the title of its ``table``.

    The rows of the first target come from ``relation``, if given. Without the columns that differ anyway; ordered by
    what identifies a row, texts by their bytes.
    """
    with observe(access) as connection, connection.transaction():
        for target, source in targets.sources(relation):
            columns = columns_of(connection, source, target.uncompared)
            statement = sql.SQL("SELECT {} FROM {} WHERE {} ORDER BY {}").format(
                sql.SQL(", ").join(map(sql.Identifier, columns)),
                sql.Identifier(source),
                owned(target, arguments),
                _order(connection, source, target, columns),
            )
            with connection.cursor(name="rows") as cursor:
                cursor.execute(statement)
                for values in cursor:
                    yield {"table": target.title} | dict(zip(columns, values, strict=True))


def _order(connection: psycopg.Connection, source: str, target: Target, columns: tuple[str, ...]) -> sql.Composable:
    if not target.order:
        # Not every type can be sorted, but each can be written.
        return sql.SQL('ROW({})::text COLLATE "C"').format(sql.SQL(", ").join(map(sql.Identifier, columns)))
    found = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(quote_ident(%s)) AND attcollation <> 0", [source]
    )
    texts = {name for (name,) in found}
    return sql.SQL(", ").join(
        sql.SQL('{} COLLATE "C"' if column in texts else "{}").format(sql.Identifier(column)) for column in target.order
    )
