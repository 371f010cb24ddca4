"""The trial of a project: databases are made, migrated and filled, and one call is made on the smallest data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psycopg
from psycopg import sql

from bench.database.access import OBSERVER, DatabaseAccess, one_line
from bench.database.server import Server
from bench.errors import DatabaseError, InputError
from bench.harness.describe import describe
from bench.harness.executor import SETUP_SECONDS, ProcessExecutor, SampleError
from bench.harness.migration import migrate_database
from bench.jobs.job import DataSource, Job, Loaded
from bench.jobs.loading import load_data
from bench.jobs.registry import implementation_of
from bench.jobs.size import parse_size
from bench.messages.request import SampleRequest
from bench.project.copying import plan_for
from bench.project.description import Project
from bench.project.place import Place
from bench.project.tables import read_tables
from bench.project.targets import check_targets
from bench.words import counted, plain, shorten

CALL_SECONDS = 600.0

_LONGEST_SHOWN = 160


class CheckProgress(Protocol):
    """Learns of each step when it begins and once it has passed; a step that fails raises, and ends the check."""

    def begin(self, step: str) -> None:
        """``step`` is what is tried now, in a few words."""

    def passed(self, found: str, details: Sequence[str] = ()) -> None:
        """``found`` is what was found, in one line; ``details`` are lines below it."""


@dataclass(frozen=True, kw_only=True)
class CheckServer:
    """On which server a project is tried."""

    database_url: str | None = None
    server_major: int = 16
    timeout_seconds: float | None = None
    """For a migration and for a call; None: as every run has it."""


class Trial:
    """A Trial of one project on one server; each method is a step, in the order in which they are called."""

    def __init__(
        self, project: Project, job: Job, server: Server, scratch: Path, where: CheckServer, progress: CheckProgress
    ) -> None:
        assert job.copied_from is not None  # as of every project
        self._project, self._job, self._base = project, job, job.copied_from.job
        self._server, self._scratch, self._where, self._progress = server, scratch, where, progress
        self._executor = ProcessExecutor(scratch)
        self._implementations = [implementation_of(job, name) for name in job.implementations]

    def run(self) -> None:
        """Try everything that needs a server, beginning with the two databases."""
        target, source = self._server.create_database(), self._server.create_database()
        self._progress.passed(f"PostgreSQL {self._server.version} ({self._server.source}), both roles can log in")
        self._import(target)
        self._migrate(target)
        loaded = self._load(source)
        self._copy(source, target)
        self._call(target, loaded)

    def _import(self, access: DatabaseAccess) -> None:
        project = self._project
        self._progress.begin("settings and functions")
        try:
            describe(self._executor, self._implementations, access)
        except (InputError, SampleError) as error:
            raise InputError(
                f"{error}; see project.path, project.settings, [variables] and [functions] of {project.file}"
            ) from error
        functions = [f"{name} = {function}" for name, function in project.functions.items()]
        self._progress.passed(project.settings or "no settings", functions)

    def _migrate(self, access: DatabaseAccess) -> None:
        project, environment = self._project, self._job.environment
        if not environment.settings:
            return
        self._progress.begin("migrations")
        seconds = self._where.timeout_seconds or SETUP_SECONDS
        try:
            skipped = migrate_database(self._executor, environment, access, self._job.extensions, seconds)
        except InputError as error:
            raise InputError(f"{project.file}: {error}") from error
        lines = [f"skipped: {_on_one_line(statement)}" for statement in skipped]
        self._progress.passed(f"{counted(len(skipped), 'statement')} skipped", lines)

    def _load(self, access: DatabaseAccess) -> Loaded:
        label = self._job.sizes[0]
        self._progress.begin(f"data of {label}")
        if self._base.environment.settings:
            migrate_database(self._executor, self._base.environment, access, self._base.extensions)
        source = DataSource(size=parse_size(self._job, label))
        loaded = load_data(self._job, access, source, self._scratch, None)
        self._progress.passed(
            ", ".join(f"{name.replace('_', ' ')} {value:,}" for name, value in loaded.quantities.items())
        )
        return loaded

    def _copy(self, source: DatabaseAccess, target: DatabaseAccess) -> None:
        project, place = self._project, Place(self._project.file)
        self._progress.begin("tables and columns")
        planned = plan_for(source, target, project.copies, place / "copy")
        with _observing(target) as connection:
            written = check_targets(self._job.targets, read_tables(connection), place / "targets")
        left = [
            f"{one.source}: {', '.join(one.left_out)} have no place in {one.table}" for one in planned if one.left_out
        ]
        self._progress.passed(f"{counted(len(planned), 'table')} to fill, written are {', '.join(written)}", left)
        self._progress.begin("copy")
        assert self._job.copied_from is not None  # as of every project
        self._job.copied_from.copy(source, target, None)
        counts = [(one, _count(target, one.table)) for one in planned]
        self._progress.passed(
            f"{sum(rows for _, rows in counts):,} rows",
            [f"{one.source} → {one.table}: {counted(rows, 'row')}" for one, rows in counts],
        )

    def _call(self, access: DatabaseAccess, loaded: Loaded) -> None:
        first = self._implementations[0]
        self._progress.begin(f"one call of {first.name}")
        request = SampleRequest(
            environment=first.environment,
            access=access,
            probe="rows",
            implementation=first.name,
            function=first.function,
            arguments=loaded.arguments,
            warm_up=loaded.warm_up,
            context=loaded.context,
        )
        try:
            outcome = self._executor.run(request, self._where.timeout_seconds or CALL_SECONDS).reading.outcome
        except SampleError as error:
            last = _on_one_line(error.log_tail.rpartition("\n")[2])
            raise InputError(f"{first.name} failed: {error}; the last line of its log: {last or 'none'}") from error
        self._progress.passed(f"returned {_on_one_line(str(outcome))}")
        self._progress.begin("rows")
        target = self._job.targets[0]
        rows = _count(access, target.table, {column: loaded.arguments[name] for column, name in target.own.items()})
        if loaded.rows is not None and rows != loaded.rows:
            raise InputError(
                f"{first.name} wrote {rows:,} rows of this call into {target.table}, and the job expects "
                f"{loaded.rows:,}; see that what it reads was copied: [copy] of {self._project.file}"
            )
        if self._job.outcome_fault and (fault := self._job.outcome_fault(outcome, loaded, rows)):
            raise InputError(f"{first.name} returned something else than the job expects: {fault}; correct one of them")
        known = "as the job expects" if loaded.rows is not None else "the job expects no certain number"
        self._progress.passed(f"{rows:,} in {target.table}, {known}")


def _count(access: DatabaseAccess, table: str, own: Mapping[str, Any] | None = None) -> int:
    conditions = [
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.Literal(one)) for name, one in (own or {}).items()
    ]
    where = sql.SQL(" AND ").join(conditions) if conditions else sql.SQL("true")
    statement = sql.SQL("SELECT count(*) FROM {} WHERE {}").format(sql.Identifier(table), where)
    with _observing(access) as connection:
        row = connection.execute(statement).fetchone()
    assert row is not None  # an aggregate without GROUP BY gives one row
    count: int = row[0]
    return count


@contextmanager
def _observing(access: DatabaseAccess) -> Iterator[psycopg.Connection]:
    """A session that sees every row. Raises DatabaseError."""
    try:
        conninfo = access.conninfo_as(access.admin_role)
        with psycopg.connect(conninfo, application_name=OBSERVER, autocommit=True) as connection:
            yield connection
    except psycopg.Error as error:
        raise DatabaseError(f"the project's tables cannot be read: {one_line(error)}; see the server's log") from error


def _on_one_line(text: str) -> str:
    return shorten(plain(" ".join(text.split())), _LONGEST_SHOWN)
