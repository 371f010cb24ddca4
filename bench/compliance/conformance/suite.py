"""The suite: loads cases into a database, calls implementations on them, and compares what they leave."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench.compliance import oracle
from bench.compliance.cases.all_cases import refuse_unknown
from bench.compliance.cases.case import NUL, PROVIDER, Asked, Case, Json, scan_of
from bench.compliance.conformance.difference import changes, difference
from bench.compliance.conformance.record import CaseVerdict, Status
from bench.compliance.conformance.serving_worker import RAISED, ServingWorker
from bench.compliance.conformance.tables import Contents, Tables, open_tables
from bench.compliance.contract import Outcome
from bench.compliance.environment import ENVIRONMENT, worker_context
from bench.compliance.job import JOB
from bench.compliance.outcome import contract_fault
from bench.compliance.targets import ROWS
from bench.compliance.written import Written
from bench.database.server import Server, open_server
from bench.datasets.catalogue.record import LoadedCatalogue, write_catalogue
from bench.datasets.catalogue.written import file_catalogue
from bench.datasets.scan import ScanKey
from bench.declare.divergence import DeclaredDivergences, Divergence
from bench.declare.storage import storage_in
from bench.harness.executor import SETUP_SECONDS, ProcessExecutor, SampleError
from bench.harness.scratch import scratch_folder
from bench.jobs.implementation import Implementation
from bench.jobs.registry import implementation_of
from bench.messages.request import CallRequest, DescribeRequest, MigrateRequest

CALL_SECONDS = 60.0
"""The default timeout of a call; the longest takes a second on an idle machine."""

NO_SCAN = "00000000-0000-7000-8000-000000000000"
"""An id that no scan has."""
NOTHING = "nothing changed"
GONE = "the declared divergence no longer occurs: remove it"
OTHERWISE = "differs, but not as declared"


@dataclass(frozen=True)
class Contestant:
    """A Contestant is one implementation and the worker that runs it."""

    declared: DeclaredDivergences
    code: Implementation
    relation: str
    """The table or view that its rows are read from."""
    worker: ServingWorker

    @property
    def name(self) -> str:
        """Its name, as given by the user or the entry point."""
        return self.declared.implementation

    def divergence(self, case: str) -> Divergence | None:
        """The divergence that it declares in a case, if any."""
        return next((known for known in self.declared.divergences if known.case == case), None)


@dataclass(frozen=True)
class Observation:
    """An Observation is how a call differs from the rules; ``difference`` is '' if it does not.

    ``declarable`` is the difference as a declaration must state it, '' if none can excuse it: of an error only the
    class, because the message depends on the versions of Python and the driver.
    """

    difference: str = ""
    declarable: str = ""


@dataclass(frozen=True)
class _Run:
    """A _Run is one call: its case, the catalogue file for the worker, and what the call must leave."""

    case: Case
    catalogue: Path
    expected: Written


@dataclass(frozen=True)
class _Loaded:
    """A _Loaded is the loaded case: its run, the earlier run if any, and the initial contents by relation."""

    run: _Run
    earlier: _Run | None
    starts: dict[str, Contents] = field(default_factory=dict)


class Suite:
    """A Suite holds one loaded case at a time, on which any number of implementations can be called."""

    def __init__(self, server: Server, tables: Tables, executor: ProcessExecutor, folder: Path, timeout: float) -> None:
        self.server = server
        self.call_seconds = timeout
        self._tables = tables
        self._executor = executor
        self._folder = folder
        self._current: _Loaded | None = None

    def serving_worker(self) -> ServingWorker:
        """Return a worker to be used in a ``with`` block."""
        return ServingWorker(self._executor, ENVIRONMENT, self._tables.access)

    def contestant(self, name: str, worker: ServingWorker) -> Contestant:
        """Return the implementation called ``name``, to run in ``worker``, which may run others too.

        Raises InputError if it cannot be loaded, or declares a divergence in an unknown case.
        """
        code = implementation_of(JOB, name)
        described = DescribeRequest(
            environment=ENVIRONMENT, access=self._tables.access, functions={name: code.function}
        )
        answer = worker.ask(described, SETUP_SECONDS)
        (declared,) = answer.divergences
        for divergence in declared.divergences:
            refuse_unknown(divergence.case, f"implementation {name!r} declares a divergence")
        storage = storage_in(answer.storages, name)
        self._tables.add_storage(storage)
        return Contestant(declared, code, storage.relation or ROWS, worker)

    def load(self, case: Case) -> None:
        """Load ``case`` into the database."""
        earlier = case.earlier
        findings = (*case.findings, *(earlier.findings if earlier else ()))
        scan_file = self._folder / "scan.json"
        scan_file.write_text(json.dumps(scan_of(findings)), encoding="utf-8")
        catalogue = self._catalogue(case.catalogue)
        self._tables.load(scan_file, catalogue, provider_deleted=case.asked == "deleted provider")
        ran = Case(promise="", findings=earlier.findings, catalogue=earlier.catalogue) if earlier else None
        self._current = _Loaded(self._run(case, "now"), self._run(ran, "earlier") if ran else None)

    def _run(self, case: Case, name: str) -> _Run:
        catalogue = self._hand_over(name, self._catalogue(case.catalogue))
        expected = oracle.expected(case.scan, case.catalogue)
        frameworks = tuple(name.replace(NUL, "\0") for name in expected.frameworks)
        return _Run(case, catalogue, replace(expected, frameworks=frameworks))

    def judge(self, contestant: Contestant, case: str) -> CaseVerdict:
        """Call the implementation on the loaded case, named ``case``, and judge it by rules and declarations."""
        seen = self.observe(contestant)
        known = contestant.divergence(case)
        status, found = Status.WRONG if seen.difference else Status.EQUAL, seen.difference
        if known and not seen.difference:
            status, found = Status.WRONG, GONE
        elif known and seen.declarable == known.difference:
            status = Status.KNOWN
        elif known and seen.declarable:
            found = f"{OTHERWISE}: {found}"
        return CaseVerdict(
            case=case,
            implementation=contestant.name,
            status=status,
            difference=found,
            reason=known.reason if known else "",
        )

    def observe(self, contestant: Contestant) -> Observation:
        """Call the implementation on the loaded case and compare what it leaves with the oracle."""
        loaded = self._current
        assert loaded is not None  # a case is loaded first
        self._tables.restore()
        if loaded.earlier is None:
            return self._call(contestant, loaded.run, self._start(contestant.relation, loaded))
        findings, earlier_findings = loaded.run.case.findings, loaded.earlier.case.findings
        self._tables.count_only([len(findings) + place for place in _counted(earlier_findings)])
        seen = self._call(contestant, loaded.earlier, self._start(contestant.relation, loaded))
        if seen.difference:
            return Observation(f"in the earlier run: {seen.difference}", f"in the earlier run: {seen.declarable}")
        self._tables.count_only(_counted(findings))
        return self._call(contestant, loaded.run, self._tables.read(contestant.relation))

    def _start(self, relation: str, loaded: _Loaded) -> Contents:
        """Return what the tables hold after ``restore``; it is read once per case and relation."""
        if relation not in loaded.starts:
            loaded.starts[relation] = self._tables.read(relation)
        return loaded.starts[relation]

    def _call(self, contestant: Contestant, run: _Run, before: Contents) -> Observation:
        asked = self._asked(run.case.asked)
        request = CallRequest(
            environment=contestant.code.environment,
            access=self._tables.access,
            implementation=contestant.name,
            function=contestant.code.function,
            arguments=asked.arguments,
            context=worker_context(str(run.catalogue), asked.provider),
        )
        outcome: Outcome | None = None
        error, crashed = "", False
        try:
            answer = contestant.worker.ask(request, self.call_seconds)
        except SampleError as failure:
            error, crashed = str(failure), failure.kind != RAISED
        else:
            error = contract_fault(answer.outcome)
            outcome = None if error else answer.outcome
        after = self._tables.read(contestant.relation)
        changed = changes(before, after)
        declarable = ""
        if outcome is None:
            found = _after_error(run.case, error, changed, crashed=crashed)
            declarable = _after_error(run.case, error.partition(":")[0], changed, crashed=crashed)
        elif run.case.refused is not None:
            found = declarable = f"was not refused; {changed or NOTHING}"
        else:
            found = declarable = difference(run.expected, before, after, outcome, in_order=run.case.in_order)
        if before.others != after.others:
            foreign = "rows or summaries of another tenant or scan changed"
            return Observation("; ".join(filter(None, [found, foreign])))
        return Observation(found, "" if crashed else declarable)

    def _asked(self, asked: Asked) -> ScanKey:
        """Return the scan and the tenant to call for."""
        loaded = self._tables.loaded
        key = loaded.key
        _, foreign, stray = loaded.bystanders
        match asked:
            case "missing scan":
                return ScanKey(key.tenant_id, NO_SCAN, key.provider)
            case "scan of another tenant":
                return ScanKey(key.tenant_id, foreign.scan_id, key.provider)
            case "other tenant":
                return stray
            case "scan" | "deleted provider":
                return key

    def _catalogue(self, content: Json) -> LoadedCatalogue:
        path = self._folder / "catalogue.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        return file_catalogue(path, PROVIDER)

    def _hand_over(self, name: str, catalogue: LoadedCatalogue) -> Path:
        """Write a catalogue for the workers, with NUL in place of its symbol."""
        path = self._folder / f"{name}.json"
        content = json.dumps(catalogue.frameworks, ensure_ascii=False)
        if NUL in content:
            frameworks = json.loads(content.replace(NUL, "\\u0000"))
            catalogue = LoadedCatalogue(catalogue.provider, catalogue.source, frameworks)
        write_catalogue(path, catalogue)
        return path


@contextmanager
def open_suite(database_url: str | None, server_major: int, timeout: float = CALL_SECONDS) -> Iterator[Suite]:
    """Start the embedded server, or connect to the user's, and migrate a database; it is dropped afterwards.

    Raises InputError or DatabaseError if that fails.
    """
    with scratch_folder() as folder, open_server(database_url, server_major) as server:
        executor = ProcessExecutor(folder)
        access = server.create_database()
        executor.run(MigrateRequest(environment=ENVIRONMENT, access=access), SETUP_SECONDS)
        with open_tables(access) as tables:
            if server.source == "embedded":
                tables.forgo_durability()
            yield Suite(server, tables, executor, folder, timeout)


def _counted(findings: tuple[Json, ...]) -> list[int]:
    """Return the positions of the findings that are not muted."""
    return [place for place, finding in enumerate(findings) if not finding.get("muted")]


def _after_error(case: Case, error: str, changed: str, *, crashed: bool) -> str:
    """Return how a call that raised or ended its worker differs from the rules, which may require an error."""
    if case.refused is None or crashed:
        return f"{error}; {changed or NOTHING}"
    if not error.startswith(case.refused):
        return f"{error}, instead of {case.refused}; {changed or NOTHING}"
    return f"{error}, and yet {changed}" if changed else ""
