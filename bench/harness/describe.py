"""Describing implementations of several environments: one worker for each, one answer for all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from bench.database.access import DatabaseAccess
from bench.declare.divergence import DeclaredDivergences
from bench.declare.storage import DeclaredStorage
from bench.harness.executor import SETUP_SECONDS, Executor
from bench.jobs.environment import WorkerEnvironment
from bench.jobs.implementation import Implementation
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
        executor.run(
            DescribeRequest(
                environment=environment,
                access=access,
                functions={one.name: one.function for one in implementations if one.environment == environment},
            ),
            SETUP_SECONDS,
        )
        for environment in environments
    ]
    names = [one.name for one in implementations]
    return DescribeAnswer(
        laws=_in_order(names, (one for answer in answers for one in answer.laws)),
        promises=_in_order(names, (one for answer in answers for one in answer.promises)),
        divergences=_in_order(names, (one for answer in answers for one in answer.divergences)),
        storages=_in_order(names, (one for answer in answers for one in answer.storages)),
    )


def _in_order(names: Iterable[str], declared: Iterable[DeclaredT]) -> tuple[DeclaredT, ...]:
    found = {one.implementation: one for one in declared}
    return tuple(found[name] for name in names)
