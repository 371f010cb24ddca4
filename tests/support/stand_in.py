"""A stage without server and processes, whose samples follow a script."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from bench.compliance.contract import Outcome
from bench.compliance.job import JOB
from bench.compliance.outcome import ExpectedOutcome
from bench.database.roles import LoginRoles
from bench.harness.executor import Executor
from bench.harness.plan import RunPlan
from bench.harness.stage import Stage
from bench.harness.targets import TargetDigest
from bench.jobs.environment import WorkerEnvironment
from bench.jobs.implementation import Implementation
from bench.jobs.job import DataSource, Job, Loaded, Progress
from bench.jobs.size import parse_size
from bench.messages.answer import DescribeAnswer
from bench.messages.reading import Reading
from bench.messages.request import AnswerT, DescribeRequest, ProbeName, Request, SampleRequest
from bench.results.records import Dataset, TableDigest

ROWS = 12


def digest(rows: int, content: str, table: str = "rows") -> TableDigest:
    """The digest of a table of ``rows`` rows; the same content gives the same digest."""
    return TableDigest(table=table, sha256=sha256(content.encode()).hexdigest(), count=rows)


EMPTY = digest(0, "none")
OTHERS = (digest(4, "other rows"), digest(2, "other summaries", "summaries"))
Sample = tuple[Reading, TargetDigest]
Script = Callable[[str, ProbeName, str], Sample]
"""From scan, probe and implementation to what the sample gives; it may raise."""


def outcome(created: int = ROWS) -> Outcome:
    return {"requirements_created": created, "regions_processed": ["r"], "compliance_frameworks": ["f"]}


def sample(
    values: Mapping[str, float] | None = None,
    *,
    rows: int = ROWS,
    created: int | None = None,
    content: str = "rows",
    bystanders: tuple[TableDigest, TableDigest] = OTHERS,
    warnings: tuple[str, ...] = (),
) -> Sample:
    """One sample as a real stage gives it."""
    reading = Reading(
        values={"wall_seconds": 1.0} if values is None else values,
        outcome=outcome(rows if created is None else created),
        warnings=warnings,
    )
    return reading, TargetDigest((digest(rows, content), digest(2, "summaries", "summaries")), bystanders)


def plan(
    sizes: Sequence[str] = ("100/3",), implementations: Sequence[str] = ("before", "after"), samples: int = 2
) -> RunPlan:
    return RunPlan(
        job=JOB,
        sources=tuple(DataSource(size=parse_size(JOB, size)) for size in sizes),
        implementations=tuple(Implementation(name=name, function=f"own:{name}") for name in implementations),
        samples=samples,
        command="bench run",
    )


class ScriptedExecutor:
    """An Executor for which no implementation declares anything, or that raises what it was given."""

    def __init__(self, error: Exception | None = None) -> None:
        self.requests: list[Request[Any]] = []
        self._error = error

    def run(self, request: Request[AnswerT], timeout_seconds: float) -> AnswerT:  # noqa: ARG002 - as Executor has it
        self.requests.append(request)
        if self._error:
            raise self._error
        answer = DescribeAnswer(laws=(), promises=(), divergences=(), storages=())
        return cast("AnswerT", answer)  # a runner asks nothing else

    @property
    def counts_sessions(self) -> bool:
        return False

    def prepare(self, request: SampleRequest) -> None:
        """Do nothing."""


@dataclass
class StandIn:
    """Opens stages on which ``script`` takes the samples, and notes what is done on them."""

    script: Script
    executor: Executor = field(default_factory=ScriptedExecutor)
    taken: list[tuple[str, str, str]] = field(default_factory=list)
    """(scan, probe, implementation) of every sample."""
    events: list[str] = field(default_factory=list)
    data_folder: Path | None = None
    """The folder of the server's data; None: somewhere else."""

    @contextmanager
    def open(
        self,
        database_url: str | None,  # noqa: ARG002 - as open_stage
        server_major: int,  # noqa: ARG002 - as open_stage
        logins: LoginRoles | None,  # noqa: ARG002 - as open_stage
    ) -> Iterator[Stage]:
        self.events.append("open")
        server = SimpleNamespace(
            version="16.0", source="embedded", settings=dict, warnings=(), data_folder=self.data_folder
        )
        try:
            yield cast(Stage, SimpleNamespace(server=server, describe=self._describe, data=self._data))
        finally:
            self.events.append("close")

    def _describe(
        self,
        job: Job,  # noqa: ARG002 - as Stage has it
        implementations: tuple[Implementation, ...],
    ) -> DescribeAnswer:
        functions = {one.name: one.function for one in implementations}
        return self.executor.run(DescribeRequest(environment=WorkerEnvironment(), functions=functions), 1.0)

    @contextmanager
    def _data(
        self,
        job: Job,  # noqa: ARG002 - as Stage has it
        source: DataSource,
        implementations: tuple[Implementation, ...],  # noqa: ARG002 - as Stage has it
        progress: Progress | None,  # noqa: ARG002 - as Stage has it
    ) -> Iterator[SimpleNamespace]:
        self.events.append(f"load {source.label}")

        def take(probe: ProbeName, implementation: Implementation, timeout: float | None) -> Sample:
            self.taken.append((source.label, probe, implementation.name))
            return self.script(source.label, probe, implementation.name)

        try:
            yield SimpleNamespace(
                dataset=_dataset(source.label),
                loaded=_LOADED,
                storages=(),
                untouched=TargetDigest((EMPTY, EMPTY), OTHERS),
                sample=take,
                guard=SimpleNamespace(keep=lambda: None, has_copy=False),
                rows_so_far=str,
            )
        finally:
            self.events.append(f"drop {source.label}")


_LOADED = Loaded(
    arguments={"tenant_id": "t", "scan_id": "s"},
    warm_up=None,
    fingerprint="print",
    quantities={"findings": 100, "regions": 3},
    rows=ROWS,
    expected=ExpectedOutcome(frameworks=("f",), regions=("r",)),
)


def _dataset(label: str) -> Dataset:
    return Dataset(
        scan=label,
        seed=0,
        fingerprint="print",
        rows=ROWS,
        job="compliance",
        size={"findings": 100, "regions": 3},
        facts={"provider": "aws"},
    )
