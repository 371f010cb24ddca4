"""The collector: gathers readings, digests and failures of one run into its results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from bench.harness.plan import PlannedSample, Scenario
from bench.harness.targets import TargetDigest
from bench.messages.reading import Reading
from bench.results.call_trees import CallTree
from bench.results.calls import CallCounts
from bench.results.environment import Environment
from bench.results.fingerprint import normalise
from bench.results.heap import HeapSeries
from bench.results.metrics import METRICS
from bench.results.records import (
    SCHEMA,
    Case,
    Dataset,
    DeclaredLaws,
    Digest,
    Failure,
    ImplementationEnvironment,
    JobDescription,
    Measurement,
    Results,
    StatementTexts,
)
from bench.results.server_work import ServerWork
from bench.results.sharing import ALONE
from bench.results.stops import Stop

LONGEST_STATEMENT = 4_000
"""Characters of a statement that is kept with its values."""


class Collector:
    """A Collector takes the samples of a run one by one; ``results`` returns what there is at any moment."""

    def __init__(
        self,
        command: str,
        implementations: tuple[str, ...],
        job: JobDescription,
        scenario: Scenario = "first",
        planned_samples: int | None = None,
    ) -> None:
        self._created = datetime.now(tz=UTC).isoformat(timespec="seconds")
        self._command = command
        self._implementations = implementations
        self._job = job
        self._scenario = scenario
        self._planned_samples = planned_samples
        self._chosen = planned_samples is None
        self.sharing = ALONE
        self.stops: Sequence[Stop] = ()
        """Why pairs ended, where the run chooses their number."""
        self._sequential: set[tuple[str, str, str]] = set()
        self.laws: tuple[DeclaredLaws, ...] = ()
        """What the implementations declare."""
        self._datasets: list[Dataset] = []
        self._unknown_rows: dict[str, Dataset] = {}
        self._samples: dict[tuple[str, str, str], list[float]] = {}
        self._warnings: dict[tuple[str, str, str], list[str]] = {}
        self._incomplete: dict[tuple[str, str, str], str] = {}
        self._digests: dict[Case, Digest] = {}
        self._statements: list[StatementTexts] = []
        self._server_work: dict[Case, ServerWork] = {}
        self._heap: list[HeapSeries] = []
        self._calls: list[CallCounts] = []
        self._trees: list[CallTree] = []
        self._failures: list[Failure] = []
        self._code: dict[str, ImplementationEnvironment] = {}
        self.benchmarks: list[Mapping[str, object]] = []
        """pytest-benchmark's own documents, one per time sample."""

    def add_dataset(self, dataset: Dataset, *, rows_known: bool = True) -> None:
        """Add a loaded data set; where nobody knows its rows, those of the first sample count."""
        self._datasets.append(dataset)
        if not rows_known:
            self._unknown_rows[dataset.scan] = dataset

    def add_failure(self, scan: str, sample: PlannedSample, kind: str, message: str, log_tail: str = "") -> None:
        """Add a sample that could not be taken."""
        self._failures.append(
            Failure(
                scan=scan,
                implementation=sample.implementation,
                probe=sample.probe,
                kind=kind,
                message=message,
                log_tail=log_tail,
            )
        )

    def samples(self, scan: str, implementation: str, metric: str) -> tuple[float, ...]:
        """Return the samples of one metric so far, in the order taken."""
        return tuple(self._samples.get((scan, implementation, metric), ()))

    def add_reading(self, scan: str, sample: PlannedSample, reading: Reading, rows_written: int) -> None:
        """Add one sample's figures and texts."""
        implementation = sample.implementation
        for metric, value in {**reading.values, "rows_written": float(rows_written)}.items():
            key = (scan, implementation, metric)
            self._samples.setdefault(key, []).append(value)
            if self._chosen and sample.probe == "time" and metric in reading.values:
                self._sequential.add(key)
            # A probe's warning belongs to the metric that it measures, not to the rows that every probe counts.
            if metric in reading.values:
                self._warn(key, *reading.warnings)
                if reason := reading.incomplete.get(metric):
                    self._incomplete.setdefault(key, reason)
        if reading.code is not None:
            self._code.setdefault(implementation, reading.code)
        self._add_details(scan, implementation, reading)

    def _add_details(self, scan: str, implementation: str, reading: Reading) -> None:
        """Keep what is behind a sample's figures."""
        if reading.django_statements or reading.server_statements:
            self._statements.append(
                StatementTexts(
                    scan=scan,
                    implementation=implementation,
                    django=tuple(map(_abridged, reading.django_statements)),
                    server=tuple(map(_abridged, reading.server_statements)),
                    server_source=reading.server_source,
                    django_sites=reading.django_sites,
                    server_sites=reading.server_sites,
                )
            )
        self._add_server_work(scan, implementation, reading)
        if reading.heap:
            self._heap.append(HeapSeries(scan=scan, implementation=implementation, points=reading.heap))
        self._trees += (
            CallTree(
                scan=scan,
                implementation=implementation,
                about=one.about,
                frames=one.frames,
                nodes=one.nodes,
                kept_from=one.kept_from,
            )
            for one in reading.trees
        )
        if reading.calls is not None:
            self._calls.append(
                CallCounts(
                    scan=scan,
                    implementation=implementation,
                    functions=reading.calls.functions,
                    other_functions=reading.calls.other_functions,
                    other_calls=reading.calls.other_calls,
                    other_names=reading.calls.other_names,
                )
            )
        if reading.benchmark:
            self.benchmarks.append(reading.benchmark)

    def _add_server_work(self, scan: str, implementation: str, reading: Reading) -> None:
        """Keep the work of each kind of statement; of the pass that executes plans, the plans alone."""
        if not reading.server_work_source and not reading.server_work_warnings:
            return
        found = ServerWork(
            scan=scan,
            implementation=implementation,
            source=reading.server_work_source,
            statements=reading.server_work,
            warnings=reading.server_work_warnings,
        )
        counted = self._server_work.setdefault((scan, implementation), found)
        if counted is not found:
            plans = {one.statement: one.plan for one in found.statements if one.plan}
            self._server_work[scan, implementation] = replace(
                counted,
                statements=tuple(replace(one, plan=plans.get(one.statement, one.plan)) for one in counted.statements),
            )

    def add_digest(
        self, scan: str, implementation: str, found: TargetDigest, *, bystanders_unchanged: bool
    ) -> str | None:
        """Keep a case's digest; return what differs from an earlier sample's of the same case, or None."""
        if (dataset := self._unknown_rows.pop(scan, None)) is not None:
            self._datasets[self._datasets.index(dataset)] = replace(dataset, rows=found.rows)
        digest = Digest(
            scan=scan,
            implementation=implementation,
            tables=found.tables,
            bystanders_unchanged=bystanders_unchanged,
        )
        earlier = self._digests.setdefault((scan, implementation), digest)
        if digest == earlier:
            return None
        # The bad one stays on record.
        self._digests[scan, implementation] = digest if earlier.bystanders_unchanged else earlier
        return f"left {digest.row_count:,} rows with another digest than an earlier sample's {earlier.row_count:,} rows"

    def results(self, environment: Environment, warnings: tuple[str, ...] = ()) -> Results:
        """Return all that was collected so far."""
        return Results(
            schema=SCHEMA,
            created=self._created,
            command=self._command,
            job=self._job,
            environment=environment,
            implementations=self._implementations,
            datasets=tuple(self._datasets),
            measurements=tuple(
                Measurement(
                    scan=scan,
                    implementation=implementation,
                    metric=metric,
                    unit=METRICS[metric].unit,
                    samples=tuple(samples),
                    warnings=tuple(self._warnings.get((scan, implementation, metric), ())),
                    incomplete=self._incomplete.get((scan, implementation, metric), ""),
                    sequential=(scan, implementation, metric) in self._sequential,
                )
                for (scan, implementation, metric), samples in self._samples.items()
            ),
            digests=tuple(self._digests.values()),
            statements=tuple(self._statements),
            server_work=tuple(self._server_work.values()),
            heap=tuple(self._heap),
            allocations=(),
            failures=tuple(self._failures),
            warnings=warnings,
            scenario=self._scenario,
            laws=self.laws,
            planned_samples=self._planned_samples,
            stops=tuple(self.stops),
            calls=tuple(self._calls),
            sharing=self.sharing,
            code=tuple(self._code[name] for name in self._implementations if name in self._code),
            call_trees=tuple(self._trees),
        )

    def _warn(self, key: tuple[str, str, str], *warnings: str) -> None:
        kept = self._warnings.setdefault(key, [])
        kept.extend(warning for warning in warnings if warning not in kept)


def _abridged(statement: str) -> str:
    """Return ``statement``, without its values if it is long: 10,000 ids would fill the results."""
    return statement if len(statement) <= LONGEST_STATEMENT else normalise(statement)
