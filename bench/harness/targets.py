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
from bench.jobs.job import Arguments, Job, Target
from bench.results.records import TableDigest


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

    def save(self, access: DatabaseAccess) -> None:
        """Keep a copy of what the restored tables hold now; ``reset`` returns to it. Raises DatabaseError."""
        with observe(access) as connection:
            for target in self.restored:
                table = target.table
                connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(_saved(table)))
                connection.execute(sql.SQL("CREATE TABLE {} AS TABLE {}").format(_saved(table), sql.Identifier(table)))

    def reset(self, access: DatabaseAccess) -> None:
        """End all other sessions, put the saved rows into fresh files, vacuum, checkpoint. Raises DatabaseError."""
        end_sessions(access)
        with observe(access) as connection:
            tables = [target.table for target in self.restored]
            with connection.transaction():
                # At once, because a table that another one refers to cannot be truncated alone.
                connection.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(map(sql.Identifier, tables))))
                for table in tables:
                    columns = sql.SQL(", ").join(map(sql.Identifier, columns_of(connection, table, stored=True)))
                    connection.execute(
                        sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {}").format(
                            sql.Identifier(table), columns, columns, _saved(table)
                        )
                    )
            for table in (*tables, *self.kept):
                connection.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(table)))
        # CHECKPOINT is for superusers and members of pg_checkpoint, which the login need not be.
        with _session(access.conninfo) as login, suppress(psycopg.errors.InsufficientPrivilege):
            login.execute("CHECKPOINT")

    def digest(
        self, access: DatabaseAccess, arguments: Arguments, warm_up: Arguments | None, relation: str = ""
    ) -> TargetDigest:
        """Digest on the server what one call wrote, the rows of the first target as ``relation`` shows them.

        Rows of the warm-up are left out of those that belong to others. Raises DatabaseError.
        """
        calls = [arguments] if warm_up is None else [arguments, warm_up]
        with observe(access) as connection:
            return TargetDigest(
                tables=tuple(
                    _digest(connection, target, source, owned(target, arguments), skip=target.uncompared)
                    for target, source in self.sources(relation)
                ),
                bystanders=tuple(
                    _digest(connection, target, target.table, of_none(target, calls)) for target in self.restored
                ),
                relation=relation or self.tables[0].table,
            )


def _saved(table: str) -> sql.Identifier:
    return sql.Identifier(f"bench_saved_{table}")


def end_sessions(access: DatabaseAccess) -> None:
    """End all other sessions on the database. Raises DatabaseError."""
    # As the login itself, whose sessions they are: the admin role may not end those of a superuser. Whatever their
    # name, because an implementation may open its own connections, which outlive a worker that was killed.
    with _session(access.conninfo) as login:
        login.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )


def columns_of(
    connection: psycopg.Connection, table: str, skip: tuple[str, ...] = (), *, stored: bool = False
) -> tuple[str, ...]:
    """Return the columns of ``table`` by name, so that a digest does not depend on their order in the table.

    ``stored`` leaves out those that the server computes. Empty where there is no such table.
    """
    found = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(quote_ident(%s)) AND attnum > 0"
        " AND NOT attisdropped AND (attgenerated = '' OR NOT %s) ORDER BY attname",
        [table, stored],
    )
    return tuple(name for (name,) in found if name not in skip)


def _digest(
    connection: psycopg.Connection, target: Target, source: str, where: sql.Composable, skip: tuple[str, ...] = ()
) -> TableDigest:
    columns = sql.SQL(", ").join(map(sql.Identifier, columns_of(connection, source, skip)))
    # Each row is hashed first: the text of a large data set would exceed the server's maximum of 1 GB a value.
    statement = sql.SQL(
        "SELECT count(*), encode(sha256(coalesce(string_agg(hash, ''::bytea ORDER BY hash), ''::bytea)), 'hex')"
        " FROM (SELECT sha256(convert_to(ROW({})::text, 'UTF8')) AS hash FROM {} WHERE {}) AS hashed"
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
