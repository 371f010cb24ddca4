"""The stage: a server with migrated databases, each holding one loaded data set, on which samples are taken."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench.database.access import DatabaseAccess
from bench.database.roles import LoginRoles
from bench.database.server import Server, open_server
from bench.database.state import Change
from bench.database.statement_log import restore_statement_log
from bench.declare.storage import DeclaredStorage, Storage, storage_in
from bench.errors import DatabaseError
from bench.harness.captures import capture_of
from bench.harness.code import code_of
from bench.harness.copy_files import write_copy_files
from bench.harness.describe import describe, refuse_unknown_quantities
from bench.harness.described import case_label, dataset_of
from bench.harness.disk_room import refuse_without_room
from bench.harness.executor import Executor, ProcessExecutor, SampleError
from bench.harness.plan import timeout_seconds
from bench.harness.requests import sample_request
from bench.harness.scratch import scratch_folder
from bench.harness.state_guard import DISTURBED, StateGuard, enumerated_changes
from bench.harness.targets import KnownBystanders, TargetDigest, Targets
from bench.harness.template import Template, make_template, origin_of
from bench.jobs.environment import WorkerEnvironment
from bench.jobs.implementation import Implementation
from bench.jobs.job import DataSource, Job, Loaded, Progress
from bench.jobs.loading import load_data
from bench.jobs.registry import split_revision
from bench.messages.answer import DescribeAnswer, SampleAnswer
from bench.messages.reading import Reading
from bench.messages.request import ProbeName, SampleRequest
from bench.results.records import COPY_BASELINE, Dataset, ImplementationEnvironment

COPYING = Implementation(
    name=COPY_BASELINE,
    function="bench.jobs.copy_baseline:copy_rows",
    environment=WorkerEnvironment(set_up="bench.jobs.copy_baseline:set_up"),
)
"""The copy baseline, once its files are written."""


@dataclass(frozen=True, kw_only=True)
class DataStage:
    """One database with one loaded data set; every sample starts from the same state of it."""

    executor: Executor
    access: DatabaseAccess
    job: Job
    loaded: Loaded
    dataset: Dataset
    untouched: TargetDigest
    copy_folder: Path
    """Where the copy files go."""
    targets: Targets
    storages: tuple[DeclaredStorage, ...]
    guard: StateGuard
    skipped_statements: tuple[str, ...]
    """Those that the migration of this database has left out."""
    beside: tuple[Loaded, ...] = ()
    """Further data sets of the same database, for calls that run at the same time."""
    captures: Path | None = None
    """Where memray's captures are kept."""
    prepared: set[str] = field(default_factory=set)
    """The implementations with tables that keep their rows over samples, once they have run on this database."""
    resets: list[str] = field(default_factory=list)
    """The transactions of all resets so far."""
    code: dict[str, ImplementationEnvironment] = field(default_factory=dict)
    """Which code each implementation is, once it has run on this database."""

    def sample(
        self, probe: ProbeName, implementation: Implementation, timeout: float | None
    ) -> tuple[Reading, TargetDigest]:
        """Reset, run ``implementation`` once under ``probe`` in a fresh worker, and digest what it left.

        One that keeps rows over samples first runs once more without being measured: as in every run but the first, it
        then finds them written. Raises SampleError, also where the implementation changes more than its rows; the
        database is then restored.
        """
        loaded, name = self.loaded, implementation.name
        if implementation == COPYING:
            conninfo = self.access.conninfo_as(self.access.admin_role)
            loaded = replace(loaded, context={**loaded.context, "folder": str(self.copy_folder), "conninfo": conninfo})
        names = {"label": case_label(self.job, self.dataset, name), "group": self.job.group or self.job.name}
        capture = capture_of(self.captures, probe, self.dataset.scan, name)
        request = sample_request(implementation, self.access, loaded, probe, **names, capture=capture)
        timeout, storage = timeout or self.timeout_seconds, storage_in(self.storages, name)
        self.guard.keep()
        answer = self._run(request, timeout, name, storage)
        if storage.kept and name not in self.prepared:
            self.prepared.add(name)
            answer = self._run(request, timeout, name, storage)
        if name not in self.code and implementation != COPYING:
            self.code[name] = code_of(implementation, answer.versions, self.skipped_statements)
        return replace(answer.reading, code=self.code.get(name)), self.digest(storage.relation)

    @property
    def timeout_seconds(self) -> float:
        """The timeout of a sample for which the user gave none."""
        return timeout_seconds(self.loaded.rows, (self.loaded.quantities[name] for name in self.job.size))

    def _run(self, request: SampleRequest, timeout: float, name: str, storage: Storage) -> SampleAnswer:
        """Reset, run one worker, then check the state of the database. Raises SampleError for either."""
        self.executor.prepare(request)  # a worker starts while the server is busy with the reset
        self.reset()
        writable = (*(target.table for target in self.targets.restored), *storage.kept)
        try:
            answer = self.executor.run(request, timeout)
        except SampleError as error:
            # A worker that was ended had no chance to close its sessions, or to end the log of its statements.
            named = [one for one in self._check(name, writable) if not one.of_ended_worker]
            also = f"; it also {enumerated_changes(named)}" if named else ""
            raise SampleError(error.kind, f"{error}{also}", error.log_tail) from error
        if found := self._check(name, writable):
            raise SampleError(DISTURBED, enumerated_changes(found))
        return answer

    def _check(self, name: str, writable: tuple[str, ...]) -> tuple[Change, ...]:
        found = self.guard.check(name, writable)
        if any(change.inside for change in found):
            self.prepared.clear()  # the rows that they keep went with the database
        return found

    def write_earlier_rows(self, implementation: Implementation, timeout: float | None) -> TargetDigest:
        """Let ``implementation`` write its rows, and make them part of the state that every sample starts from.

        Returns their digest. Raises SampleError.
        """
        _, found = self.sample("rows", implementation, timeout)
        self.targets.save(self.access)
        self.guard.forget()
        return found

    def rows_so_far(self) -> str:
        """See ``Targets.rows_so_far``."""
        return "" if self.executor.counts_sessions else self.targets.rows_so_far(self.access, self.loaded.rows)

    def reset(self) -> None:
        """Return to the state that every sample starts from."""
        restore_statement_log(self.access)  # a worker that was killed in its statement pass left it on
        self.resets.append(self.targets.reset(self.access))

    def write_copy_files(self, implementation: Implementation, timeout: float | None) -> TargetDigest:
        """Keep in files what ``implementation`` writes, for the copy baseline to COPY; return its digest.

        Raises SampleError.
        """
        _, found = self.sample("rows", implementation, timeout)
        calls = [one for one in (self.loaded.arguments, self.loaded.warm_up) if one is not None]
        write_copy_files(self.access, self.targets, calls, self.copy_folder, found.relation)
        return found

    def digest(self, relation: str = "") -> TargetDigest:
        """Digest the target tables as they are now, the rows of the first one as ``relation`` shows them."""
        known = KnownBystanders(self.untouched.bystanders, self.resets[-1]) if self.resets else None
        return self.targets.digest(self.access, self.loaded.arguments, self.loaded.warm_up, relation, known)


class Stage:
    """A running server; makes one DataStage after another, each a copy of a template that the job has migrated."""

    def __init__(self, server: Server, executor: Executor, scratch: Path) -> None:
        self.server = server
        self.executor = executor
        self.scratch = scratch
        """The folder for this run's temporary files."""
        self.captures: Path | None = None
        """Where memray's captures are kept."""
        self._templates: list[Template] = []
        self._described: list[tuple[tuple[Implementation, ...], DescribeAnswer]] = []

    def describe(self, job: Job, implementations: tuple[Implementation, ...]) -> DescribeAnswer:
        """Return what ``implementations`` declare.

        Raises InputError for one that cannot be loaded, or that declares a law about a quantity unknown to ``job``.
        """
        for known, described in self._described:
            if known == implementations:
                return described
        answer = describe(self.executor, implementations, self.template(job))
        answer = replace(
            answer,
            laws=tuple(
                replace(one, laws=job.laws.get(split_revision(one.implementation)[0], one.laws)) for one in answer.laws
            ),
            promises=tuple(
                replace(one, promises=job.promises.get(split_revision(one.implementation)[0], one.promises))
                for one in answer.promises
            ),
        )
        refuse_unknown_quantities(job, answer.laws)
        self._described.append((implementations, answer))
        return answer

    def template(self, job: Job) -> DatabaseAccess:
        """Return a database with the job's tables, all empty. Raises InputError or DatabaseError."""
        return self._template(job).access

    def _template(self, job: Job) -> Template:
        for known in self._templates:
            if known.origin == origin_of(job):
                return known
        made = make_template(self.server, self.executor, job)
        self._templates.append(made)
        return made

    @contextmanager
    def data(
        self,
        job: Job,
        source: DataSource,
        implementations: tuple[Implementation, ...] = (),
        progress: Progress | None = None,
        beside: Sequence[DataSource] = (),
    ) -> Iterator[DataStage]:
        """Load data into a new database, dropped afterwards, and prepare it for ``implementations``.

        ``beside`` are further data sets for the same database, each with a ``number`` of its own.
        Those that store their rows in their own tables must be named. Raises DatabaseError, and InputError for an
        implementation that cannot be loaded and for a fault of the job.
        """
        # A file was read as a whole when it was chosen, and how much it holds is not known.
        sized = [job.outlook(one).disk_bytes for one in (source, *beside) if one.size is not None]
        refuse_without_room(self.server.data_folder, {job.label(source): sum(sized)})
        storages = self.describe(job, implementations).storages if implementations else ()
        targets = Targets.of(job, (one.storage for one in storages))
        with self._database(job) as (access, guard):
            loaded, *others = self._load(job, access, (source, *beside), progress)
            targets.check(access)
            targets.begin(access)

            def load_again() -> None:
                self.server.replace_database(access, self.template(job))
                self._load(job, access, (source, *beside), None)
                targets.begin(access)

            guard.load_again = load_again
            yield DataStage(
                executor=self.executor,
                access=access,
                job=job,
                loaded=loaded,
                dataset=dataset_of(job, source, loaded),
                untouched=targets.digest(access, loaded.arguments, loaded.warm_up),
                copy_folder=self.scratch / f"copy-{access.database}",
                targets=targets,
                guard=guard,
                storages=storages,
                skipped_statements=self._template(job).skipped_statements,
                beside=tuple(others),
                captures=self.captures,
            )

    def _load(
        self, job: Job, access: DatabaseAccess, sources: Sequence[DataSource], progress: Progress | None
    ) -> tuple[Loaded, ...]:
        """Load data into a migrated database, or into one of the job that they are copied from."""
        if job.copied_from is None:
            return tuple(load_data(job, access, one, self.scratch, progress) for one in sources)
        with self._database(job.copied_from.job) as (there, _):
            loaded = tuple(load_data(job, there, one, self.scratch, progress) for one in sources)
            if progress is not None:
                progress.step("copying into the project's tables")
            job.copied_from.copy(there, access, progress)
        return loaded

    @contextmanager
    def _database(self, job: Job) -> Iterator[tuple[DatabaseAccess, StateGuard]]:
        """A copy of the job's template and its guard, dropped after the block with all copy files."""
        access = self.server.create_database(self.template(job))
        guard = StateGuard(self.server, access)

        def drop() -> None:
            shutil.rmtree(self.scratch / f"copy-{access.database}", ignore_errors=True)
            try:
                guard.close()
            finally:
                self.server.drop_database(access)

        try:
            yield access, guard
        except BaseException:
            # What went wrong in the block matters more than that the server, perhaps gone by now, drops nothing.
            with suppress(DatabaseError):
                drop()
            raise
        drop()


@contextmanager
def open_stage(database_url: str | None, server_major: int, logins: LoginRoles | None = None) -> Iterator[Stage]:
    """Start or reach the server; its roles can log in where ``logins`` are given. Nothing of it is left afterwards."""
    with (
        scratch_folder() as scratch,
        open_server(database_url, server_major, logins) as server,
        closing(ProcessExecutor(scratch)) as executor,
    ):
        yield Stage(server, executor, scratch)
