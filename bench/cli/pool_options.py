"""Options of the commands that start pools of workers, and the plan that they ask for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli.memory_size import parse_memory
from bench.cli.options import AllImplementationsOption, InputOptions, count_option, within
from bench.cli.result import ResultOptions
from bench.errors import InputError

if TYPE_CHECKING:
    from bench.jobs.job import DataSource
    from bench.pool.plan import PoolPlan

MEMORIES = ("512M", "1G", "2G", "4G")


@dataclass(frozen=True, kw_only=True)
class PoolOptions(InputOptions, ResultOptions):
    """How a pool is started, and what kills its children."""

    implementation: AllImplementationsOption = None
    concurrency: Annotated[int, count_option("Children, each with a call at once.", most=256)] = 4
    tasks_per_child: Annotated[int, count_option("Calls of a child; 0: it lives on.", least=0)] = 1
    max_memory_per_child: Annotated[
        str | None, typer.Option(metavar="SIZE", help="RSS from which a child is replaced after a call.")
    ] = None
    warm: Annotated[bool, typer.Option("--warm", help="Prepare before the fork, not in each child.")] = False
    cold: Annotated[bool, typer.Option("--cold", hidden=True)] = False
    """As production does and as it is anyway; refused beside ``warm``."""
    limit_by: Annotated[str, typer.Option(metavar="HOW", help="cgroup, cgroup-v1, systemd or supervisor.")] = "auto"
    broker: Annotated[str | None, typer.Option(metavar="URL", help="redis:// or amqp://.", show_default="embedded")] = (
        None
    )
    # Every help fits one screen; these stand in that of ``bench run``.
    seed: Annotated[int, count_option("Same seed, same synthetic data.", 0, 2**63 - 1, hidden=True)] = 0
    postgres: Annotated[int, typer.Option(metavar="16|18", hidden=True)] = 16
    timeout: Annotated[float | None, typer.Option(metavar="SECONDS", callback=within(0.1, 1e6), hidden=True)] = None


def pool_plan(options: PoolOptions, sources: Sequence[DataSource], memory: Sequence[str], tasks: int) -> PoolPlan:
    """Return the plan that ``options`` ask for. Raises InputError."""
    from bench.cli.plans import command_line, parse_implementations
    from bench.pool.limit import CHOICES
    from bench.pool.plan import PoolPlan
    from bench.results.pool import PoolSettings

    choice = next((one for one in CHOICES if one == options.limit_by), None)
    if choice is None:
        raise InputError(f"--limit-by {options.limit_by!r} is unknown; write {', '.join(CHOICES)}")
    limits = tuple(parse_memory(one, "--memory") for one in memory)
    if len(set(limits)) < len(limits):
        raise InputError("--memory was given twice with one size; name each once")
    if options.warm and options.cold:
        raise InputError("--warm and --cold were both given; leave one out")
    bound = options.max_memory_per_child
    return PoolPlan(
        job=options.job,
        implementations=parse_implementations(options.job, options.implementation or list(options.job.implementations)),
        sources=tuple(sources),
        settings=PoolSettings(
            concurrency=options.concurrency,
            tasks_per_child=options.tasks_per_child,
            max_memory_per_child_bytes=None if bound is None else parse_memory(bound, "--max-memory-per-child"),
            start="warm" if options.warm else "cold",
        ),
        tasks=tasks,
        command=command_line(options.job, options.data),
        limits=limits,
        limit_choice=choice,
        broker_url=options.broker,
        timeout_seconds=options.timeout,
        database_url=options.database_url,
        server_major=options.postgres,
    )
