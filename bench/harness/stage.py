"""The stage: a server with migrated databases, each holding one loaded scan, on which samples are taken."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bench.compliance.environment import COPY_BASELINE_FUNCTION, ENVIRONMENT, GROUP, worker_context
from bench.compliance.published import ABOUT_PUBLISHED, published_for
from bench.compliance.targets import contract_fault
from bench.database.access import DatabaseAccess
from bench.database.server import Server, open_server
from bench.database.state import Change
from bench.database.statement_log import restore_statement_log
from bench.datasets.catalogue.record import LoadedCatalogue, source_name, write_catalogue
from bench.datasets.catalogue.source import load_catalogue
from bench.datasets.providers import DEFAULT_PROVIDER
from bench.datasets.scan import LoadedScan
from bench.datasets.scan.load import load_synthetic_scan
from bench.datasets.scan.names import public_file_name
from bench.datasets.scan.recorded import load_recorded_scan, recorded_provider
from bench.datasets.size import ScanSize
from bench.declare.registry import locate
from bench.declare.storage import STANDARD, DeclaredStorage, Storage, storage_in
from bench.errors import DatabaseError
from bench.harness.copy_files import write_copy_files
from bench.harness.describe import describe
from bench.harness.executor import SETUP_SECONDS, Executor, ProcessExecutor, SampleError
from bench.harness.plan import timeout_seconds
from bench.harness.scratch import scratch_folder
from bench.harness.state_guard import DISTURBED, StateGuard, enumerated_changes
from bench.harness.targets import TargetDigest, Targets, count_findings
from bench.jobs.implementation import Implementation
from bench.messages.answer import DescribeAnswer, SampleAnswer
from bench.messages.reading import Reading
from bench.messages.request import MigrateRequest, ProbeName, SampleRequest
from bench.results.records import COPY_BASELINE, Dataset, JobDescription


@dataclass(frozen=True, kw_only=True)
class ScanSource:
    """Where a scan and its catalogue come from: a size to generate or a recorded file; synthetic or a path."""

    size: ScanSize | None
    scan_file: Path | None
    catalogue: str
    seed: int
    provider: str | None = None
    """The one asked for, which that of ``scan_file`` may not contradict; None: that of ``scan_file``, or
    DEFAULT_PROVIDER."""
    keep_names: bool = False
    """Whether names in the file, and the account in its own name, are kept."""

    @property
    def label(self) -> str:
        """What results call the scan: the size as typed, or the file's name."""
        if self.size is not None:
            return self.size.label
        assert self.scan_file is not None  # one of the two is given
        name = source_name(self.scan_file)
        return name if self.keep_names else public_file_name(name)

    def load_catalogue(self) -> LoadedCatalogue:
        """Return the catalogue of the scan's provider. Raises InputError."""
        return load_catalogue(self.catalogue, self._provider(), self.seed)

    def _provider(self) -> str:
        if self.scan_file is None:
            return self.provider or DEFAULT_PROVIDER
        return recorded_provider(self.scan_file, self.provider)


@dataclass(frozen=True, kw_only=True)
class ScanStage:
    """One database with one loaded scan; every sample starts from the same state of it."""

    executor: Executor
    access: DatabaseAccess
    loaded: LoadedScan
    dataset: Dataset
    catalogue_path: Path
    untouched: TargetDigest
    copy_folder: Path
    """Where the copy files go."""
    targets: Targets
    storages: tuple[DeclaredStorage, ...]
    frameworks: tuple[str, ...]
    """Those of the catalogue."""
    guard: StateGuard
    implementation_of: Callable[[str], Implementation]
    prepared: set[str]
    """The implementations with tables that keep their rows over samples, once they have run on this database."""

    def sample(self, probe: ProbeName, implementation: str, timeout: float | None) -> tuple[Reading, TargetDigest]:
        """Reset, run ``implementation`` once under ``probe`` in a fresh worker, and digest what it left.

        One that keeps rows over samples first runs once more without being measured: as in every run but the first, it
        then finds them written. Raises SampleError, also where the implementation changes more than its rows; the
        database is then restored.
        """
        self.guard.keep()
        self.reset()
        code = self.implementation_of(implementation)
        more = {"folder": str(self.copy_folder)} if implementation == COPY_BASELINE else {}
        request = SampleRequest(
            environment=code.environment,
            access=self.access,
            probe=probe,
            implementation=implementation,
            function=code.function,
            arguments=self.loaded.key.arguments | more,
            warm_up=self.loaded.warm_up.arguments | more,
            context=worker_context(str(self.catalogue_path), self.loaded.key.provider, self.loaded.warm_up.provider),
            label=case_label(self.dataset.scan, str(self.dataset.facts["provider"]), implementation),
            group=GROUP,
        )
        timeout = timeout or timeout_seconds(self.loaded.expected_rows, self.loaded.findings)
        storage = storage_in(self.storages, implementation)
        answer = self._run(request, timeout, storage)
        if storage.kept and implementation not in self.prepared:
            self.prepared.add(implementation)
            self.reset()
            answer = self._run(request, timeout, storage)
        return answer.reading, self.digest(storage.relation)

    def _run(self, request: SampleRequest, timeout: float, storage: Storage) -> SampleAnswer:
        """Run one worker, then check the state of the database. Raises SampleError for either."""
        writable = (*self.targets.restored, *storage.kept)
        try:
            answer = self.executor.run(request, timeout)
        except SampleError as error:
            # A worker that was ended had no chance to close its sessions, or to end the log of its statements.
            named = [one for one in self._check(request, writable) if not one.of_ended_worker]
            also = f"; it also {enumerated_changes(named)}" if named else ""
            raise SampleError(error.kind, f"{error}{also}", error.log_tail) from error
        if found := self._check(request, writable):
            raise SampleError(DISTURBED, enumerated_changes(found))
        if fault := contract_fault(answer.reading.outcome):
            raise SampleError("error", fault)
        return answer

    def _check(self, request: SampleRequest, writable: tuple[str, ...]) -> tuple[Change, ...]:
        found = self.guard.check(request.implementation, writable)
        if any(change.inside for change in found):
            self.prepared.clear()  # the rows that they keep went with the database
        return found

    def write_earlier_rows(self, implementation: str, timeout: float | None) -> TargetDigest:
        """Let ``implementation`` write its rows, and make them part of the state that every sample starts from.

        Returns their digest. Raises SampleError.
        """
        _, found = self.sample("rows", implementation, timeout)
        self.targets.save(self.access)
        self.guard.forget()
        return found

    def reset(self) -> None:
        """Return to the state that every sample starts from."""
        # A worker that was killed in its statement pass left it on.
        restore_statement_log(self.access)
        self.targets.reset(self.access)

    def write_copy_files(self, implementation: str, timeout: float | None) -> TargetDigest:
        """Keep in files what ``implementation`` writes, for the copy baseline to COPY; return its digest.

        Raises SampleError.
        """
        _, found = self.sample("rows", implementation, timeout)
        write_copy_files(self.access, (self.loaded.key, self.loaded.warm_up), self.copy_folder, found.relation)
        return found

    def digest(self, relation: str = STANDARD.relation) -> TargetDigest:
        """Digest the target tables as they are now, the rows as ``relation`` shows them."""
        return self.targets.digest(self.access, self.loaded.key, self.loaded.warm_up.tenant_id, relation)


def case_label(scan: str, provider: str, implementation: str) -> str:
    """Return a case in words; tools that follow a figure over time know it by this name alone."""
    words = (scan, implementation) if provider == DEFAULT_PROVIDER else (scan, provider, implementation)
    return " ".join(words)


class Stage:
    """A running server with a migrated template; makes one ScanStage after another."""

    def __init__(self, server: Server, executor: Executor, scratch: Path) -> None:
        self.server = server
        self.executor = executor
        self.scratch = scratch
        """The folder for this run's temporary files."""
        self.template = server.create_database()
        self.known: dict[str, Implementation] = {
            COPY_BASELINE: Implementation(name=COPY_BASELINE, function=COPY_BASELINE_FUNCTION, environment=ENVIRONMENT)
        }
        """Implementations by names that are neither registered nor ``package.module:function``."""
        self._described: dict[tuple[str, ...], DescribeAnswer] = {}
        executor.run(MigrateRequest(environment=ENVIRONMENT, access=self.template), SETUP_SECONDS)

    def implementation(self, name: str) -> Implementation:
        """Return the implementation called ``name``. Raises InputError for an unknown one."""
        return self.known.get(name) or Implementation(name=name, function=locate(name), environment=ENVIRONMENT)

    def describe(self, implementations: tuple[str, ...]) -> DescribeAnswer:
        """Return what ``implementations`` declare. Raises InputError for one that cannot be loaded."""
        if implementations not in self._described:
            found = tuple(map(self.implementation, implementations))
            self._described[implementations] = describe(self.executor, found, self.template)
        return self._described[implementations]

    @contextmanager
    def scan(
        self,
        source: ScanSource,
        catalogue: LoadedCatalogue,
        implementations: tuple[str, ...] = (),
        progress: Callable[[int], None] | None = None,
    ) -> Iterator[ScanStage]:
        """Load a scan into a new database, dropped afterwards, and prepare it for ``implementations``.

        Those that store their rows in their own tables must be named. Raises DatabaseError, and InputError for an
        implementation that cannot be loaded.
        """
        storages = self.describe(implementations).storages if implementations else ()
        targets = Targets.of(one.storage for one in storages)
        with self._database() as (access, guard):
            if source.size is not None:
                loaded = load_synthetic_scan(access, source.size, catalogue, source.seed, progress)
                regions = source.size.regions
            else:
                assert source.scan_file is not None  # one of the two is given
                loaded = load_recorded_scan(
                    access, source.scan_file, catalogue, source.provider, keep_names=source.keep_names
                )
                regions = len(loaded.regions)
            catalogue_path = self.scratch / f"catalogue-{catalogue.fingerprint}.json"
            if not catalogue_path.exists():
                write_catalogue(catalogue_path, catalogue)
            targets.set_up(access)
            targets.save(access)
            key = loaded.key
            yield ScanStage(
                executor=self.executor,
                access=access,
                loaded=loaded,
                dataset=_describe(source, loaded, catalogue, regions, count_findings(access, key)),
                catalogue_path=catalogue_path,
                untouched=targets.digest(access, key, loaded.warm_up.tenant_id),
                copy_folder=self._copy_folder(access),
                targets=targets,
                guard=guard,
                implementation_of=self.implementation,
                storages=storages,
                frameworks=tuple(catalogue.frameworks),
                prepared=set(),
            )

    @contextmanager
    def _database(self) -> Iterator[tuple[DatabaseAccess, StateGuard]]:
        """A copy of the template and its guard, dropped after the block with all copy files."""
        access = self.server.create_database(self.template)
        guard = StateGuard(self.server, access)

        def drop() -> None:
            shutil.rmtree(self._copy_folder(access), ignore_errors=True)
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

    def _copy_folder(self, access: DatabaseAccess) -> Path:
        return self.scratch / f"copy-{access.database}"


@contextmanager
def open_stage(database_url: str | None, server_major: int) -> Iterator[Stage]:
    """Start or reach the server and migrate a template. Nothing of it is left afterwards."""
    with scratch_folder() as scratch, open_server(database_url, server_major) as server:
        yield Stage(server, ProcessExecutor(scratch), scratch)


def _describe(
    source: ScanSource, loaded: LoadedScan, catalogue: LoadedCatalogue, regions: int, counted: int
) -> Dataset:
    return Dataset(
        scan=source.label,
        seed=source.seed,
        fingerprint=loaded.fingerprint,
        rows=loaded.expected_rows,
        job=JOB.name,
        size={"findings": loaded.findings, "regions": regions},
        quantities={
            "counted regions": len(loaded.regions),
            "counted findings": counted,
            "frameworks": len(catalogue.frameworks),
            "requirements": catalogue.requirement_count,
        },
        facts={
            "provider": loaded.key.provider,
            "catalogue": catalogue.source,
            "catalogue fingerprint": catalogue.fingerprint,
        },
        published=published_for(loaded.findings, regions) if loaded.key.provider == DEFAULT_PROVIDER else (),
    )


JOB = JobDescription(
    name="compliance",
    noun="scan",
    size=("findings", "regions"),
    rows_follow=("regions",),
    usual={"provider": DEFAULT_PROVIDER},
    about_published=ABOUT_PUBLISHED,
)
"""The one job that the stage knows."""
