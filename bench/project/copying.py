"""Copying in: the rows of a database that a job has loaded, sent to a project's tables in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql

from bench.database.access import DatabaseAccess, one_line
from bench.errors import DatabaseError
from bench.jobs.job import Progress
from bench.project.copy_plan import PlannedCopy, in_order, plan_copies, text
from bench.project.place import Place
from bench.project.table_copy import TableCopy
from bench.project.tables import filled_tables, read_tables, referenced_tables
from bench.words import shorten

_APPLICATION = "bench-loader"
# Values travel as text, so that both sides have to write and read it in the same way.
_SESSION = """
    SET datestyle = 'ISO, YMD'; SET intervalstyle = 'postgres'; SET timezone = 'UTC'; SET extra_float_digits = 1;
    SET bytea_output = 'hex'; SET statement_timeout = 0; SET lock_timeout = 0; SET client_encoding = 'UTF8'
"""
_SEQUENCES = """
    SELECT attname, pg_get_serial_sequence(attrelid::regclass::text, attname)
    FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
        AND pg_get_serial_sequence(attrelid::regclass::text, attname) IS NOT NULL
"""
_ROWS_PER_CALL = 5_000
_LONGEST_CONTEXT = 200


@dataclass(frozen=True, kw_only=True)
class CopiedTable:
    """A CopiedTable says how many rows went from one of the job's tables into one of the project's."""

    source: str
    table: str
    rows: int
    left_out: tuple[str, ...]
    """Columns of the job's table that the project has no place for."""


def plan_for(
    source: DatabaseAccess, target: DatabaseAccess, copies: Mapping[str, TableCopy], place: Place
) -> tuple[PlannedCopy, ...]:
    """Return what ``copy_in`` would send, in its order. Raises InputError as ``plan_copies`` does, DatabaseError."""
    with _reading(source) as job, _writing(target) as project:
        return _plan(job, project, copies, place)


def copy_in(
    source: DatabaseAccess,
    target: DatabaseAccess,
    copies: Mapping[str, TableCopy],
    place: Place,
    progress: Progress | None = None,
    after: Sequence[tuple[Place, str]] = (),
) -> tuple[CopiedTable, ...]:
    """Send every row of the job's filled tables to the project's: all or nothing, then vacuumed and analysed.

    ``place`` is that of ``copy`` in the description; ``after`` are statements with their places, which fill further
    tables in the same transaction. A few rows are held at a time. The project's triggers fire, its
    foreign keys hold, its sequences go on after the largest key. Raises InputError where the description does not fit
    the tables or the rows, DatabaseError where a server fails.
    """
    with _reading(source) as job, _writing(target) as project:
        planned = _plan(job, project, copies, place)
        with _explaining(place), project.transaction():
            project.execute("SET CONSTRAINTS ALL DEFERRED")
            copied = tuple(_send(job, project, planned, progress))
            _advance_sequences(project, {one.table for one in copied})
            for at, statement in after:
                _fill(project, at, statement)
        # Which tables the statements filled is not known: all of them are seen to then.
        named = () if after else sorted({one.table for one in copied})
        tables = sql.SQL(", ").join(map(sql.Identifier, named))
        if copied:
            # Sets the hint bits and the visibility map, which the first sample would have to do otherwise.
            project.execute(sql.SQL("VACUUM (ANALYZE) {}").format(tables))
    return copied


def _fill(project: psycopg.Connection, place: Place, statement: str) -> None:
    try:
        project.execute(text(statement))
    except psycopg.errors.QueryCanceled:
        raise
    except (psycopg.DataError, psycopg.IntegrityError, psycopg.ProgrammingError, psycopg.InternalError) as error:
        raise place.fault(f"is refused by the server: {one_line(error)}; correct the SQL there") from error


@contextmanager
def _reading(access: DatabaseAccess) -> Iterator[psycopg.Connection]:
    """A transaction that sees the job's tables at one moment and can write nothing. Raises DatabaseError."""
    conninfo = access.conninfo_as(access.admin_role, application_name=_APPLICATION)
    with _session(conninfo, "the job's data cannot be read") as connection:
        connection.execute(_SESSION)
        connection.read_only = True
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with connection.transaction():
            yield connection


@contextmanager
def _writing(access: DatabaseAccess) -> Iterator[psycopg.Connection]:
    """A session under no row-level security: COPY FROM is refused to others. Raises DatabaseError."""
    with _session(access.conninfo, "the project's tables cannot be filled") as connection:
        if connection.info.parameter_status("is_superuser") != "on":
            connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(access.admin_role)))
        connection.execute(_SESSION)
        yield connection


@contextmanager
def _session(conninfo: str, what: str) -> Iterator[psycopg.Connection]:
    try:
        with psycopg.connect(conninfo, application_name=_APPLICATION, autocommit=True) as connection:
            yield connection
    except psycopg.Error as error:
        raise DatabaseError(f"{what}: {one_line(error)}; see the server's log") from error


def _plan(
    job: psycopg.Connection, project: psycopg.Connection, copies: Mapping[str, TableCopy], place: Place
) -> tuple[PlannedCopy, ...]:
    tables = read_tables(job)
    planned = plan_copies(place, copies, tables, filled_tables(job, tables), read_tables(project))
    for one in planned:
        _try_sql(job, one)
    return in_order(planned, referenced_tables(project))


def _try_sql(job: psycopg.Connection, planned: PlannedCopy) -> None:
    """Raise InputError naming the first piece of the description's SQL that the server refuses."""
    source = sql.Identifier(planned.source)
    pieces = [(one.place, sql.SQL("SELECT {} FROM {} LIMIT 0").format(one.value, source)) for one in planned.sources]
    if planned.where:
        pieces.append((planned.place / "where", sql.SQL("SELECT {} LIMIT 0").format(planned.rows)))
    for place, statement in pieces:
        if place is not None:
            try:
                with job.transaction():
                    job.execute(statement)
            except psycopg.errors.InsufficientPrivilege:
                raise
            except (psycopg.ProgrammingError, psycopg.DataError, psycopg.errors.ReadOnlySqlTransaction) as error:
                raise place.fault(f"is refused by the server: {one_line(error)}; correct the SQL there") from error


def _send(
    job: psycopg.Connection, project: psycopg.Connection, planned: Iterable[PlannedCopy], progress: Progress | None
) -> Iterator[CopiedTable]:
    total = 0
    for one in planned:
        sent = 0
        with (
            _explaining(one.place, one),
            project.cursor() as writer,
            job.cursor() as reader,
        ):
            with writer.copy(one.insert) as target, reader.copy(one.select) as rows:
                for sent, row in enumerate(rows, start=1):
                    target.write(row)
                    if progress is not None and sent % _ROWS_PER_CALL == 0:
                        progress(total + sent)
            arrived = writer.rowcount
        if arrived != sent:
            raise one.place.fault(
                f"sends {sent:,} rows, of which the project's table {one.table} took {arrived:,}; a trigger of the "
                "project drops rows: write a where that leaves them out"
            )
        total += sent
        yield CopiedTable(source=one.source, table=one.table, rows=sent, left_out=one.left_out)


@contextmanager
def _explaining(place: Place, planned: PlannedCopy | None = None) -> Iterator[None]:
    """Turn what the data or the description cause into an InputError that names table and column."""
    try:
        yield
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.QueryCanceled):
        raise
    except (psycopg.DataError, psycopg.IntegrityError, psycopg.ProgrammingError, psycopg.InternalError) as error:
        # The first line of the context is COPY's own: table, line, column and value.
        context = (error.diag.context or "").partition("\n")[0]
        where = f" ({shorten(context, _LONGEST_CONTEXT)})" if context.startswith("COPY ") else _constraint(error)
        raise place.fault(f"cannot be copied: {one_line(error)}{where}; {_remedy(error, planned)}") from error


def _constraint(error: psycopg.Error) -> str:
    named = [f"table {error.diag.table_name}"] if error.diag.table_name else []
    named += [f"column {error.diag.column_name}"] if error.diag.column_name else []
    detail = shorten(error.diag.message_detail or "", _LONGEST_CONTEXT)
    return f" ({': '.join([', '.join(named), detail]).strip(': ')})" if named or detail else ""


def _remedy(error: psycopg.Error, planned: PlannedCopy | None) -> str:
    section = f"[copy.{planned.source}]" if planned else "[copy.TABLE]"
    if isinstance(error, psycopg.errors.ForeignKeyViolation):
        return "copy the table that it refers to as well, or leave such rows out by a where"
    if isinstance(error, psycopg.errors.UniqueViolation):
        return f"write a key of its own in {section} expressions, or leave such rows out by a where"
    if isinstance(error, psycopg.DataError):
        return f"write in {section} casts or expressions for that column"
    return f"correct {section}"


def _advance_sequences(project: psycopg.Connection, tables: Iterable[str]) -> None:
    """Let the sequences of the tables' columns go on after the largest value that was copied."""
    for table in tables:
        name = sql.Identifier(table)
        for column, sequence in project.execute(_SEQUENCES, [name.as_string(project)]).fetchall():
            largest = sql.SQL("SELECT setval(%s, max({})) FROM {} HAVING max({}) > 0").format(
                sql.Identifier(column), name, sql.Identifier(column)
            )
            project.execute(largest, [sequence])
