"""Describing implementations of several environments: one worker for each, one answer for all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from bench.database.access import DatabaseAccess
from bench.declare.divergence import DeclaredDivergences
from bench.declare.storage import DeclaredStorage
from bench.errors import InputError
from bench.harness.executor import SETUP_SECONDS, Executor
from bench.jobs.check import known_quantities
from bench.jobs.environment import WorkerEnvironment
from bench.jobs.implementation import Implementation
from bench.jobs.job import Job
from bench.messages.answer import DescribeAnswer
from bench.messages.request import DescribeRequest
from bench.results.promises import DeclaredPromises
from bench.results.records import DeclaredLaws

DeclaredT = TypeVar("DeclaredT", DeclaredLaws, DeclaredPromises, DeclaredDivergences, DeclaredStorage)


def describe(
    executor: Executor, implementations: Sequence[Implementation], access: DatabaseAccess | None = None
) -> DescribeAnswer:
    """Return what ``implementations`` declare, in their order; ``access`` is a database that settings may name.

    Raises SampleError, and InputError for one that cannot be loaded.
    """
    environments: list[WorkerEnvironment] = []
    for one in implementations:
        if one.environment not in environments:
            environments.append(one.environment)
    # A process can import only one package of a name, and has one environment.
    answers = [
        _described(executor, [one for one in implementations if one.environment == environment], access)
        for environment in environments
    ]
    names = [one.name for one in implementations]
    return DescribeAnswer(
        laws=_in_order(names, (one for answer in answers for one in answer.laws)),
        promises=_in_order(names, (one for answer in answers for one in answer.promises)),
        divergences=_in_order(names, (one for answer in answers for one in answer.divergences)),
        storages=_in_order(names, (one for answer in answers for one in answer.storages)),
    )


def refuse_unknown_quantities(job: Job, declared: Iterable[DeclaredLaws]) -> None:
    """Raise InputError for a law about a quantity that data of ``job`` do not have."""
    known = known_quantities(job)
    for one in declared:
        for law in one.laws:
            for name in law.unknown(known):
                raise InputError(
                    f"implementation {one.implementation!r}: its law of {law.metric} counts {name!r}, a quantity that "
                    f"job {job.name!r} does not have; known are {', '.join(known)}"
                )


def _described(
    executor: Executor, implementations: Sequence[Implementation], access: DatabaseAccess | None
) -> DescribeAnswer:
    """Describe implementations of one environment in one worker."""
    request = DescribeRequest(
        environment=implementations[0].environment,
        access=access,
        functions={one.name: one.function for one in implementations},
    )
    try:
        return executor.run(request, SETUP_SECONDS)
    except InputError as error:
        commit = implementations[0].revision
        raise (InputError(f"at commit {commit[:12]}: {error}") if commit else error) from error


def _in_order(names: Iterable[str], declared: Iterable[DeclaredT]) -> tuple[DeclaredT, ...]:
    found = {one.implementation: one for one in declared}
    return tuple(found[name] for name in names)
