"""From a plan to the work of each data set, and back to a plan on a node."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import get_args

from msgspec.structs import replace

from bench.errors import InputError
from bench.harness.beside import cores
from bench.harness.goal import Goal
from bench.harness.plan import RunPlan, data_cost
from bench.jobs.job import DataSource, Job
from bench.jobs.size import parse_size
from bench.messages.request import ProbeName
from bench.nodes.identity import code_identity, data_files, option_files
from bench.nodes.messages import CodeIdentity, PairGoal, Work
from bench.nodes.permitted import permitted


def works_of(plan: RunPlan, paths: Sequence[str] = (), code: CodeIdentity | None = None) -> tuple[Work, ...]:
    """Return the work of each data set of ``plan``, in their order. Raises InputError for what cannot be spread.

    ``paths`` decide of a commit which code it is, where implementations have revisions. ``code`` is that of the others,
    for a caller who knows it.
    """
    _refuse_what_cannot_be_spread(plan, paths)
    code = code or code_identity(one for one in plan.implementations if not one.revision)
    for name, digest in code.implementations.items():
        if not digest:
            raise InputError(
                f"the files of {name!r} are not found, so that no node can prove that it has the same; measure it "
                "without --broker"
            )
    weights = plan.time_weights if plan.goal is not None else {}
    return tuple(
        Work(
            label=plan.job.label(source),
            job=plan.job.name,
            implementations=plan.names,
            size=source.size.label if source.size else "",
            file=str(source.file.absolute()) if source.file else "",
            seed=source.seed,
            options=_absolute(plan.job, source),
            scenario=plan.scenario,
            probes=plan.probes,
            samples=plan.samples,
            goal=None
            if plan.goal is None
            else PairGoal(
                questions=plan.goal.questions,
                precision=plan.goal.precision,
                seconds=plan.goal.seconds,
                weights=weights,
            ),
            copy_baseline=plan.copy_baseline,
            timeout=plan.timeout_seconds,
            postgres=plan.server_major,
            sharing=plan.sharing,
            command=plan.command,
            code=code,
            files=data_files(plan.job, source.file, source.options),
            commits={one.name: one.revision for one in plan.implementations if one.revision},
            paths=tuple(paths),
        )
        for source in plan.sources
    )


def reference_of(works: Iterable[Work], costs: Iterable[float]) -> Work:
    """Return what every node measures first: the smallest data set, by the probes whose figures should agree."""
    _, smallest = min(zip(costs, works, strict=True), key=lambda one: one[0])
    probes = tuple(one for one in smallest.probes if one not in {"profile", "plans"})
    if not smallest.samples and smallest.goal is None and probes == smallest.probes:
        return smallest
    return replace(smallest, probes=probes, samples=0, goal=None, copy_baseline=False)


def costs_of(plan: RunPlan) -> tuple[float, ...]:
    """Return about how much work each data set is, in rows written."""
    return tuple(data_cost(outlook, plan.planned) for outlook in plan.outlooks)


def plan_of(work: Work, job: Job, *, database_url: str | None, anything: bool) -> RunPlan:
    """Return the plan by which a node of ``job`` carries out ``work``, in the code that is installed.

    ``anything`` permits functions that the job has not registered. Raises InputError for what the node does not offer.
    """
    probes = tuple(known for probe in work.probes for known in get_args(ProbeName) if known == probe)
    if len(probes) < len(work.probes):
        raise InputError(f"a probe of {', '.join(work.probes)} is unknown to it; install the same version of bench")
    size = parse_size(job, work.size) if work.size else None
    source = DataSource(
        size=size, file=Path(work.file) if work.file else None, seed=work.seed, options=dict(work.options)
    )
    goal = None
    if work.goal is not None:
        elsewhere = {scan: weight for scan, weight in work.goal.weights.items() if scan != work.label}
        goal = Goal(
            questions=work.goal.questions,
            precision=work.goal.precision,
            seconds=work.goal.seconds,
            elsewhere=elsewhere,
        )
    return RunPlan(
        job=job,
        implementations=permitted(work, job, anything=anything),
        sources=(source,),
        command=work.command,
        samples=work.samples,
        goal=goal,
        timeout_seconds=work.timeout,
        database_url=database_url,
        server_major=work.postgres,
        scenario=work.scenario,
        probes=probes,
        sharing=work.sharing,
        beside=cores() > 1,
        copy_baseline=work.copy_baseline,
    )


def _refuse_what_cannot_be_spread(plan: RunPlan, paths: Sequence[str]) -> None:
    if plan.database_url:
        raise InputError(
            "--broker and --database-url (or BENCH_DATABASE_URL) were both given; each node uses its own server: "
            "leave it out here, and name one when you start the node"
        )
    if plan.keep_captures:
        raise InputError("--keep-captures keeps files on the machine that measures; leave it out with --broker")
    for one in plan.implementations:
        if one.revision and not paths:
            raise InputError("nodes measure the code that is installed there; leave --revision out with --broker")


def _absolute(job: Job, source: DataSource) -> dict[str, str]:
    files = option_files(job, source.options)
    return {name: str(files[name].absolute()) if name in files else value for name, value in source.options.items()}
