"""The plan of a command about pools, and what each of its pools needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bench.declare.promise import Promise
from bench.declare.storage import storage_in
from bench.errors import InputError
from bench.harness.stage import DataStage
from bench.jobs.implementation import Implementation
from bench.jobs.job import DataSource, Job, Loaded
from bench.pool.limit import Choice
from bench.pool.run import LOST_SECONDS, PoolTrial
from bench.results.pool import PoolSettings

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class PoolPlan:
    """A PoolPlan is everything that the user chose."""

    job: Job
    implementations: tuple[Implementation, ...]
    sources: tuple[DataSource, ...]
    """Of a mix, the queue takes one after the other."""
    settings: PoolSettings
    tasks: int
    command: str
    limits: tuple[int, ...] = ()
    """Bytes; of a pool at most one."""
    limit_choice: Choice = "auto"
    broker_url: str | None = None
    """The user's own; None: an embedded one."""
    timeout_seconds: float | None = None
    database_url: str | None = None
    server_major: int = 16
    lost_seconds: float = LOST_SECONDS
    """See ``bench.pool.run.LOST_SECONDS``."""


def numbered_sources(plan: PoolPlan, sources: Sequence[DataSource], count: int) -> tuple[DataSource, ...]:
    """Return the data of ``count`` calls that may run at once, in the order of ``sources`` over and over.

    Raises InputError for a job that loads only one data set into a database.
    """
    if count > 1 and not plan.job.several:
        raise InputError(
            f"job {plan.job.name!r} loads one data set into a database, and {count} calls need one each; have its load "
            "heed source.number and set several=True, or write --tasks 1"
        )
    return tuple(replace(sources[number % len(sources)], number=number) for number in range(count))


def refuse_shared_data(job: Job, loaded: Sequence[Loaded]) -> None:
    """Raise InputError where two data sets have equal arguments: their calls would write the same rows."""
    for place, one in enumerate(loaded):
        for other in loaded[:place]:
            if all(
                one.arguments[name] == other.arguments[name] for target in job.targets for name in target.own.values()
            ):
                raise InputError(
                    f"job {job.name!r}: data sets of one database have equal arguments; have its load heed "
                    "source.number in them"
                )


def trial_of(
    plan: PoolPlan,
    data: DataStage,
    implementation: Implementation,
    calls: Sequence[tuple[str, Loaded]],
    settings: PoolSettings,
    promises: Sequence[Promise],
    *,
    stop_at_kill: bool = False,
) -> PoolTrial:
    """Return the pool of one implementation for ``calls``, each the data of a task with its label."""
    waves = -(-len(calls) // settings.concurrency)
    return PoolTrial(
        implementation=implementation,
        storage=storage_in(data.storages, implementation.name),
        keeps_whole=Promise.CRASH in promises,
        calls=tuple(calls),
        settings=settings,
        # Calls that run at once share the machine.
        timeout_seconds=plan.timeout_seconds or data.timeout_seconds * settings.concurrency * min(waves, 2),
        limit_choice=plan.limit_choice,
        stop_at_kill=stop_at_kill,
        lost_seconds=plan.lost_seconds,
    )
