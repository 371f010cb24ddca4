"""A run of the suite: every case on every implementation, even if some calls crash."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime

from bench.compliance.cases.case import Case
from bench.compliance.conformance.record import SCHEMA, Conformance, NamedCase
from bench.compliance.conformance.suite import Contestant, Suite
from bench.compliance.job import registered
from bench.errors import InputError
from bench.harness.progress import Progress


@dataclass(frozen=True, kw_only=True)
class ConformancePlan:
    """A ConformancePlan is what to run: cases by name, and implementations (empty: all registered ones)."""

    cases: Mapping[str, Case]
    implementations: tuple[str, ...]
    command: str


def run_suite(
    plan: ConformancePlan, opener: Callable[[], AbstractContextManager[Suite]], progress: Progress
) -> Conformance:
    """Run ``plan`` on the suite that ``opener`` opens. Raises InputError or DatabaseError if nothing can be run."""
    warnings: list[str] = []
    with opener() as suite, ExitStack() as stack:
        progress.stage("starting a worker for each implementation")
        contestants = _contestants(plan, suite, stack, warnings)
        for warning in warnings:
            progress.warn(warning)
        progress.begin(len(plan.cases) * len(contestants))
        verdicts = []
        for number, (name, case) in enumerate(plan.cases.items(), start=1):
            progress.stage(f"case {number} of {len(plan.cases)}: {name}")
            suite.load(case)
            for contestant in contestants:
                verdicts.append(suite.judge(contestant, name))
                progress.done(1)
        return Conformance(
            schema=SCHEMA,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            command=plan.command,
            server_version=suite.server.version,
            server_source=suite.server.source,
            implementations=tuple(contestant.declared for contestant in contestants),
            cases=tuple(NamedCase(name=name, promise=case.promise) for name, case in plan.cases.items()),
            verdicts=tuple(verdicts),
            warnings=tuple(warnings),
        )


def _contestants(plan: ConformancePlan, suite: Suite, stack: ExitStack, warnings: list[str]) -> list[Contestant]:
    """Return the named implementations, all of which must load; else the registered ones that load."""

    def contestant(name: str) -> Contestant:
        return suite.contestant(name, stack.enter_context(suite.serving_worker()))

    if plan.implementations:
        return [contestant(name) for name in plan.implementations]
    found = []
    for name in registered():
        try:
            found.append(contestant(name))
        except InputError as error:
            warnings.append(f"{name} is left out: {error}")
    if not found:
        raise InputError("no registered implementation can be loaded; name one with --implementation")
    return found
