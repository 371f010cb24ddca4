"""The runner: carries out a plan from the first database to the results."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

from bench.compliance.contract import Outcome
from bench.compliance.targets import outcome_fault
from bench.datasets.catalogue.record import LoadedCatalogue
from bench.declare.storage import storage_in
from bench.harness.collector import Collector
from bench.harness.environment import describe_environment
from bench.harness.executor import SampleError
from bench.harness.plan import PlannedSample, RunPlan, cost, schedule
from bench.harness.progress import Progress
from bench.harness.stage import JOB, ScanSource, ScanStage, Stage, open_stage
from bench.harness.targets import TargetDigest
from bench.results.records import COPY_BASELINE, Environment, Results

StageOpener = Callable[[str | None, int], AbstractContextManager[Stage]]
"""Opens a stage on a database URL, or None, and a server version; tests have one without a server."""


class Runner:
    """A Runner measures one plan; ``results`` returns what there is at any time, also after an interruption."""

    def __init__(self, plan: RunPlan, progress: Progress, opener: StageOpener = open_stage) -> None:
        self._plan = plan
        self._opener = opener
        self._progress = progress
        self._collector = Collector(plan.command, plan.implementations, JOB, plan.scenario, plan.samples)
        self._environment: Environment | None = None
        self._warnings: tuple[str, ...] = ()
        self._copied: TargetDigest | None = None
        """What the copy files of the scan under measurement hold."""

    @property
    def benchmarks(self) -> tuple[Mapping[str, object], ...]:
        """pytest-benchmark's own documents, one per time sample."""
        return tuple(self._collector.benchmarks)

    def results(self) -> Results | None:
        """All that was measured so far; None before the server was up."""
        return self._collector.results(self._environment, self._warnings) if self._environment else None

    def run(self) -> None:
        """Measure every case. A sample that fails is recorded and ends its case; the rest goes on.

        Raises InputError or DatabaseError if nothing can be measured at all.
        """
        plan = self._plan
        sources = _sources(plan)
        catalogues = [(source, source.load_catalogue()) for source in sources]
        self._warnings = tuple(dict.fromkeys(one for _, catalogue in catalogues for one in catalogue.warnings))
        with self._opener(plan.database_url, plan.server_major) as stage:
            server = stage.server
            for warning in (*server.warnings, *self._warnings):
                self._progress.warn(warning)
            self._environment = describe_environment(server.version, server.source, server.settings())
            self._collector.laws = stage.describe(plan.implementations).laws
            self._progress.begin(sum(self._work(source, catalogue) for source, catalogue in catalogues))
            for source, catalogue in catalogues:
                self._run_scan(stage, source, catalogue)

    def _run_scan(self, stage: Stage, source: ScanSource, catalogue: LoadedCatalogue) -> None:
        self._progress.stage(f"{source.label}: loading the scan")
        with stage.scan(source, catalogue, self._plan.implementations) as scan:
            self._collector.add_dataset(scan.dataset)
            failed: set[str] = set()
            if self._plan.scenario == "rerun":
                self._write_earlier_rows(scan, failed)
            if self._plan.copy_baseline:
                self._write_copy_files(scan, failed)
            planned = self._planned()
            for position, sample in enumerate(planned, start=1):
                if sample.implementation not in failed:
                    self._progress.stage(
                        f"{source.label}: {sample.implementation}, {sample.probe} ({position} of {len(planned)})"
                    )
                    with self._recording(scan, sample, failed):
                        self._take(scan, sample)
                self._progress.done(cost(sample.probe, scan.dataset.rows))

    def _write_earlier_rows(self, scan: ScanStage, failed: set[str]) -> None:
        """Have the rows that every sample then replaces written, by the first implementation that does not fail.

        Of implementations with different storages, by the first one of each storage.
        """
        self._progress.stage(f"{scan.dataset.scan}: writing the rows of an earlier run")
        written: set[str] = set()
        for implementation in self._plan.implementations:
            relation = storage_in(scan.storages, implementation).relation
            if relation not in written:
                with self._recording(scan, PlannedSample("rows", implementation, 1), failed):
                    scan.write_earlier_rows(implementation, self._plan.timeout_seconds)
                    written.add(relation)

    def _write_copy_files(self, scan: ScanStage, failed: set[str]) -> None:
        """Have the first implementation that does not fail write the rows that the copy baseline then COPYs."""
        self._progress.stage(f"{scan.dataset.scan}: writing the copy files")
        for implementation in self._plan.implementations:
            if implementation not in failed:
                with self._recording(scan, PlannedSample("rows", implementation, 1), failed):
                    self._copied = scan.write_copy_files(implementation, self._plan.timeout_seconds)
                    return
        failed.add(COPY_BASELINE)

    def _take(self, scan: ScanStage, sample: PlannedSample) -> None:
        reading, found = scan.sample(sample.probe, sample.implementation, self._plan.timeout_seconds)
        label = scan.dataset.scan
        unchanged = found.bystanders == scan.untouched.bystanders
        difference = self._collector.add_digest(label, sample.implementation, found, bystanders_unchanged=unchanged)
        self._collector.add_reading(label, sample, reading, found.rows.count)
        if difference:
            raise SampleError("wrong-rows", difference)
        if not unchanged:
            raise SampleError("wrong-rows", "changed rows or summaries of another tenant or scan")
        if sample.implementation == COPY_BASELINE and found != self._copied:
            raise SampleError("wrong-rows", "left other rows or summaries than its files hold")
        # The rules leave no doubt about a synthetic scan; on a recorded one a known divergence may.
        if self._plan.scan_file is None and found.rows.count != scan.loaded.expected_rows:
            raise SampleError(
                "wrong-rows", f"wrote {found.rows.count:,} rows where the rules give {scan.loaded.expected_rows:,}"
            )
        if sample.implementation != COPY_BASELINE and (fault := self._outcome_fault(scan, reading.outcome, found)):
            raise SampleError("wrong-rows", fault)

    def _outcome_fault(self, scan: ScanStage, outcome: Outcome, found: TargetDigest) -> str:
        # On a recorded scan a known divergence may have other regions than the rules give.
        regions = scan.loaded.regions if self._plan.scan_file is None else outcome["regions_processed"]
        return outcome_fault(outcome, rows=found.rows.count, regions=regions, frameworks=scan.frameworks)

    @contextmanager
    def _recording(self, scan: ScanStage, sample: PlannedSample, failed: set[str]) -> Iterator[None]:
        """Record a sample's failure and give up its case: an implementation that failed is not measured further."""
        try:
            yield
        except SampleError as error:
            label = scan.dataset.scan
            self._collector.add_failure(label, sample, error.kind, str(error), error.log_tail)
            self._progress.warn(f"{label}: {sample.implementation} failed ({error.kind}): {error}")
            failed.add(sample.implementation)

    def _work(self, source: ScanSource, catalogue: LoadedCatalogue) -> float:
        regions = source.size.regions if source.size else 1
        rows = regions * catalogue.requirement_count
        return sum(cost(sample.probe, rows) for sample in self._planned())

    def _planned(self) -> list[PlannedSample]:
        plan = self._plan
        return list(schedule(plan.implementations, plan.samples, plan.probes, copy_baseline=plan.copy_baseline))


def _sources(plan: RunPlan) -> list[ScanSource]:
    wanted = [(None, plan.scan_file)] if plan.scan_file else [(size, None) for size in plan.sizes]
    return [
        ScanSource(
            size=size,
            scan_file=file,
            keep_names=plan.keep_names,
            catalogue=plan.catalogue,
            provider=plan.provider,
            seed=plan.seed,
        )
        for size, file in wanted
    ]
