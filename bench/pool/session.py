"""A session: what one command finds out about pools, written into one output folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.errors import InputError
from bench.files.output_file import OutputError, claimed_folder, rescuing
from bench.harness.progress import Progress
from bench.pool.capacity import find_capacity
from bench.pool.grounds import Field, Grounds, open_grounds
from bench.pool.kill_search import SearchPlan, search, sized_source
from bench.pool.plan import PoolPlan
from bench.pool.prediction import growth_of, measured_growth
from bench.report.pool_markdown import write_pool_files
from bench.report.report_files import REPORT_FILE
from bench.results.pool import FILE, SCHEMA, PoolReport, PoolSettings, write_pool_report
from bench.results.records import ImplementationEnvironment, Results
from bench.results.sharing import Sharing

INTERRUPTED_FILE = "interrupted.json"

Work = Callable[[Grounds, "Found"], None]


class Found:
    """What a command has found so far, as a report at any moment."""

    def __init__(self, plan: PoolPlan) -> None:
        self.report = PoolReport(
            schema=SCHEMA,
            created=datetime.now(tz=UTC).isoformat(timespec="seconds"),
            command=plan.command,
            job=plan.job.name,
            noun=plan.job.noun,
            environment=None,
            broker="",
            tables=tuple(target.title for target in plan.job.targets),
        )

    def add(self, **members: Any) -> None:
        """Add to members of the report that are tuples."""
        added: Any = {name: (*getattr(self.report, name), *values) for name, values in members.items()}
        self.report = replace(self.report, **added)


def work_into(output: Path, plan: PoolPlan, work: Work, progress: Progress) -> tuple[PoolReport, tuple[Path, ...]]:
    """Do ``work`` and write what it found into ``output``; return it and the files, workers.json first.

    One that ends early leaves what it found in ``interrupted.json``. Raises BenchError.
    """
    found = Found(plan)
    with claimed_folder(output, FILE, REPORT_FILE, INTERRUPTED_FILE):
        try:
            with open_grounds(plan, progress) as grounds:
                found.report = replace(found.report, environment=grounds.environment, broker=grounds.broker.shown)
                work(grounds, found)
        except BaseException as error:
            reason = "interrupted" if isinstance(error, KeyboardInterrupt) else str(error) or type(error).__name__
            _keep_unfinished(output / INTERRUPTED_FILE, replace(found.report, unfinished=reason), progress)
            raise
        (output / INTERRUPTED_FILE).unlink(missing_ok=True)
        with rescuing():
            write_pool_report(output / FILE, found.report)
        try:
            files = write_pool_files(output, found.report)
        except InputError as error:
            raise InputError(f"{error}; the figures are in {output / FILE}") from error
    return found.report, (output / FILE, *files)


def run_pools(grounds: Grounds, found: Found) -> None:
    """Run one pool of each implementation on the same data."""
    plan = grounds.plan
    settings = _limited(plan, plan.limits[0] if plan.limits else None)
    grounds.progress.begin(len(plan.implementations) + 1)
    with grounds.field(plan.sources, plan.tasks) as field:
        field.keep_references()
        grounds.progress.done(1)
        for implementation in plan.implementations:
            found.add(pools=(field.pool(implementation, settings),))
            grounds.progress.done(1)
        found.add(code=_code(field))


def find_capacities(grounds: Grounds, found: Found, most: int) -> None:
    """Find for each limit how many calls at once fit, up to ``most``."""
    plan = grounds.plan
    grounds.progress.begin(len(plan.implementations) * len(plan.limits) + 1)
    with grounds.field(plan.sources[:1], most) as field:
        field.keep_references()
        grounds.progress.done(1)
        for limit in plan.limits:
            for implementation in plan.implementations:
                found.add(capacities=(find_capacity(field, implementation, _limited(plan, limit), most),))
                grounds.progress.done(1)
        found.add(code=_code(field))


def find_kill_sizes(
    grounds: Grounds, found: Found, plan: SearchPlan, sizes: tuple[int, ...], sweep: Results | None
) -> None:
    """Find for each limit and implementation where a pool is killed, beside what the growth predicts.

    The growth comes from ``sweep``, or is measured at ``sizes`` of what varies. What the processes hold beside it is
    found by a pool on the smallest of these.
    """
    own = grounds.plan
    growth = measured_growth(grounds, plan, sizes) if sweep is None else growth_of(sweep, plan)
    grounds.progress.begin(len(own.implementations) * (len(own.limits) + 1))
    smallest = sized_source(own.sources[0], plan, sizes[0], grounds)
    bases: dict[str, float | None] = {}
    with grounds.field((smallest,), own.settings.concurrency) as field:
        field.keep_references()
        for implementation in own.implementations:
            run = field.pool(implementation, _limited(own, None))
            bases[implementation.name] = None if run.failure else growth.base(run, sizes[0])
            grounds.progress.done(1)
        found.add(code=_code(field))
    for limit in own.limits:
        settings = _limited(own, limit)
        for implementation in own.implementations:
            base = bases[implementation.name]
            sharing = Sharing(children=settings.concurrency, base_bytes=base)
            prediction = growth.predict(implementation.name, base, limit, sharing)
            ended = search(grounds, implementation, settings, plan, prediction)
            found.add(kill_sizes=(replace(ended, base_bytes=base),))
            grounds.progress.done(1)


def _limited(plan: PoolPlan, limit: int | None) -> PoolSettings:
    return replace(plan.settings, limit_bytes=limit)


def _code(field: Field) -> tuple[ImplementationEnvironment, ...]:
    return tuple(field.code.values())


def _keep_unfinished(path: Path, report: PoolReport, progress: Progress) -> None:
    if not (report.pools or report.kill_sizes or report.capacities):
        return
    try:
        with rescuing():
            write_pool_report(path, report)
        progress.warn(f"what was found so far is in {path}")
    except OutputError as error:
        progress.warn(str(error))
