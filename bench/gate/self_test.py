"""The self-test: does the gate catch every planted regression by name, and does it let unchanged code pass?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TypeVar

from bench.analysis.verdict import Check, Standing, Verdict
from bench.gate.judge import confirm, gate, narrowed, needs_repetition
from bench.gate.text import headline
from bench.gate.trial import Planted, PlantedTrial, trials_of
from bench.harness.plan import RunPlan, data_cost, schedule
from bench.harness.progress import Progress
from bench.harness.runner import Runner, StageOpener
from bench.harness.stage import Stage, open_stage
from bench.jobs.job import DataSource, Job
from bench.jobs.registry import implementation_of
from bench.jobs.size import parse_size
from bench.messages.request import ProbeName
from bench.report.table import Column, Content, Table
from bench.report.terminal import WIDTH, table_lines, wrap
from bench.results.call_trees import CallTree
from bench.results.calls import CallCounts
from bench.results.heap import AllocationSites, HeapSeries
from bench.results.records import (
    DeclaredLaws,
    Digest,
    Failure,
    ImplementationEnvironment,
    Measurement,
    Results,
    StatementTexts,
)
from bench.results.server_work import ServerWork
from bench.words import plain

SEED = 0

_COLUMNS = (Column("planted", Content.LABEL), Column("must be caught by", Content.LABEL), Column("caught"))

Measure = Callable[[tuple[str, ...], tuple[ProbeName, ...]], Results]
"""From implementations and probes to what they show on a trial's scan."""


@dataclass(frozen=True, kw_only=True)
class Catch:
    """A Catch is the gate's verdict on one planted regression."""

    planted: Planted
    verdict: Verdict

    @property
    def check(self) -> Check | None:
        """The check that must catch it, if the gate made that check."""
        return next((one for one in self.verdict.checks if one.name == self.planted.caught_by), None)

    @property
    def caught(self) -> bool:
        """Whether that check failed. A failure of another check is not enough."""
        return self.check is not None and self.check.standing is Standing.FAILED


@dataclass(frozen=True, kw_only=True)
class SelfTest:
    """A SelfTest is the gate's verdict on the unchanged pair, and on each planted regression."""

    unchanged: Verdict
    catches: tuple[Catch, ...]

    @property
    def slipped(self) -> tuple[Catch, ...]:
        """The planted regressions that the gate did not catch by name."""
        return tuple(one for one in self.catches if not one.caught)

    @property
    def passed(self) -> bool:
        """Whether none slipped through and the unchanged pair passes."""
        return not self.slipped and self.unchanged.exit_code == 0

    @property
    def exit_code(self) -> int:
        """0 passed, 1 not."""
        return 0 if self.passed else 1


def self_test(
    job: Job,
    progress: Progress,
    *,
    database_url: str | None = None,
    server_major: int = 16,
    timeout_seconds: float | None = None,
    opener: StageOpener = open_stage,
    trials: tuple[PlantedTrial, ...] | None = None,
) -> SelfTest:
    """Measure and judge every trial of ``job``, or ``trials``.

    Raises InputError or DatabaseError if nothing can be measured at all.
    """
    trials = trials_of(job) if trials is None else trials
    unchanged: list[Check] = []
    catches: list[Catch] = []
    with opener(database_url, server_major, job.roles) as stage:
        progress.begin(sum(_work(job, trial) for trial in trials))
        for trial in trials:
            measure = _measuring(job, trial, stage, _Part(progress), timeout_seconds)
            found, caught = _try(trial, measure)
            unchanged += found.checks
            catches += caught
    return SelfTest(unchanged=Verdict.of(unchanged), catches=tuple(catches))


def in_roles(results: Results, roles: Mapping[str, str]) -> Results:
    """Return the part of ``results`` about the implementations in ``roles``, under the names that it gives them.

    The gate then judges a variant as if it had replaced the implementation that it varies.
    """
    return replace(
        results,
        implementations=tuple(roles.values()),
        measurements=_cast(results.measurements, roles),
        digests=_cast(results.digests, roles),
        statements=_cast(results.statements, roles),
        server_work=_cast(results.server_work, roles),
        heap=_cast(results.heap, roles),
        allocations=_cast(results.allocations, roles),
        calls=_cast(results.calls, roles),
        call_trees=_cast(results.call_trees, roles),
        failures=_cast(results.failures, roles),
        laws=_cast(results.laws, roles),
        code=_cast(results.code, roles),
    )


def _try(trial: PlantedTrial, measure: Measure) -> tuple[Verdict, tuple[Catch, ...]]:
    """Return the verdict on the unchanged pair of one trial, and on each of its planted regressions."""
    policy = trial.policy
    same = {name: name for name in policy.implementations}
    variants = (trial.control, *(one.implementation for one in trial.planted))
    measured = measure((*same, *variants), trial.probes)
    baseline = in_roles(measured, same)

    def judged(variant: str) -> Verdict:
        roles = {variant if name == trial.subject else name: name for name in same}
        first = gate(policy, in_roles(measured, roles), baseline)
        if not needs_repetition(first):
            return first
        second = in_roles(measure(tuple(roles), ()), roles)
        return confirm(first, gate(narrowed(policy, policy.scans), second, baseline))

    return judged(trial.control), tuple(Catch(planted=one, verdict=judged(one.implementation)) for one in trial.planted)


def _measuring(
    job: Job, trial: PlantedTrial, stage: Stage, progress: Progress, timeout_seconds: float | None
) -> Measure:
    """Return what measures the scans of ``trial`` on a stage that stays open."""

    def measure(implementations: tuple[str, ...], probes: tuple[ProbeName, ...]) -> Results:
        plan = RunPlan(
            job=job,
            sources=_sources(job, trial),
            implementations=tuple(implementation_of(job, name) for name in implementations),
            samples=trial.policy.samples or 0,
            timeout_seconds=timeout_seconds,
            command="bench gate --self-test",
            probes=probes,
        )
        runner = Runner(plan, progress, lambda _url, _major, _roles: nullcontext(stage))
        runner.run()
        results = runner.results()
        assert results is not None  # the run came to its end
        return results

    return measure


_Record = TypeVar(
    "_Record",
    Measurement,
    Digest,
    StatementTexts,
    ServerWork,
    HeapSeries,
    AllocationSites,
    CallCounts,
    CallTree,
    Failure,
    DeclaredLaws,
    ImplementationEnvironment,
)


def _cast(records: tuple[_Record, ...], roles: Mapping[str, str]) -> tuple[_Record, ...]:
    return tuple(
        replace(one, implementation=roles[one.implementation]) for one in records if one.implementation in roles
    )


def _sources(job: Job, trial: PlantedTrial) -> tuple[DataSource, ...]:
    return tuple(DataSource(size=parse_size(job, scan), seed=SEED) for scan in trial.policy.scans)


def _work(job: Job, trial: PlantedTrial) -> float:
    """Return the work of one trial without repetitions, as ``Progress`` counts it."""
    measured = (*trial.policy.implementations, trial.control, *(one.implementation for one in trial.planted))
    samples = list(schedule(measured, trial.policy.samples or 0, trial.probes))
    return sum(data_cost(job.outlook(source), samples) for source in _sources(job, trial))


class _Part:
    """The Progress of one run among several that were announced together."""

    def __init__(self, whole: Progress) -> None:
        self._whole = whole

    def begin(self, work: float) -> None:
        """Do nothing: the whole was announced."""

    def stage(self, text: str) -> None:
        """Pass it on."""
        self._whole.stage(text)

    def detail(self, text: str) -> None:
        """Pass it on."""
        self._whole.detail(text)

    def done(self, work: float) -> None:
        """Pass it on."""
        self._whole.done(work)

    def left(self, seconds: float) -> None:
        """Do nothing: the whole takes longer than this part."""

    def warn(self, text: str) -> None:
        """Do nothing: wrong rows are planted, and other failures are in the verdict."""


def render_self_test(found: SelfTest) -> str:
    """Return ``found`` as text of at most ``WIDTH`` columns, with a newline at its end."""
    caught = len(found.catches) - len(found.slipped)
    word = "PASSED" if found.passed else "FAILED"
    lines = [f"{word} – {caught} of {len(found.catches)} planted regressions were caught by the check that must"]
    lines += wrap(f"Unchanged pair: {headline(found.unchanged)}", WIDTH)
    for one in found.slipped:
        lines += wrap(_slip(one), WIDTH)
    lines += ["", *table_lines(Table(_COLUMNS, tuple(_rows(found))))]
    return "\n".join(lines) + "\n"


def _rows(found: SelfTest) -> Iterator[tuple[str, str, str]]:
    for one in found.catches:
        yield one.planted.name, one.planted.caught_by, "yes" if one.caught else "NO"


def _slip(one: Catch) -> str:
    """Say what the gate found instead of a planted regression that it did not catch."""
    said = "the gate made no such check"
    if one.check is not None:
        said = f"{one.check.standing.value}, {one.check.sentence}"
    return plain(f"Slipped through: {one.planted.name}. {one.planted.caught_by}: {said}")
