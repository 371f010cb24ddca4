"""``bench bisect``: the commit with which a figure changed, found by measuring as few commits as possible."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bench.cli.options import (
    ImplementationOption,
    InputOptions,
    OutputOption,
    ScanFileOption,
    ScanOption,
    count_option,
)
from bench.cli.pairs import EnoughOptions
from bench.cli.spread import SpreadingOptions, spread_options
from bench.cli.terminal import show
from bench.errors import InputError

if TYPE_CHECKING:
    from bench.bisect.judge import Judge
    from bench.bisect.past import BisectPlan
    from bench.bisect.runs import CommitRuns
    from bench.bisect.session import KeptBisection
    from bench.gate.policy import Policy
    from bench.harness.plan import RunPlan
    from bench.harness.progress import Progress
    from bench.nodes.options import SpreadOptions
    from bench.revisions.code import CodeSource


@dataclass(frozen=True, kw_only=True)
class BisectOptions(SpreadingOptions, InputOptions):
    """The options of ``bench bisect``."""

    good: Annotated[str, typer.Option(metavar="REV", help="A commit before the change.")]
    bad: Annotated[str, typer.Option(metavar="REV", help="A commit after it.")]
    metric: Annotated[str | None, typer.Option(metavar="NAME", help="The metric that decides.")] = None
    tolerance: Annotated[
        str | None,
        typer.Option(metavar="SHARE", help="Bad from there on, as in 10%.", show_default="half"),
    ] = None
    policy: Annotated[Path | None, typer.Option(metavar="FILE", help="Or the policy that bad fails.")] = None
    # Hidden, so that the help fits one screen: docs/revisions.md has them.
    baseline: Annotated[
        Path | None, typer.Option(metavar="FILE", hidden=True, help="The accepted run, for the policy.")
    ] = None
    implementation: ImplementationOption = None
    scan: ScanOption = None
    scan_file: ScanFileOption = None
    scenario: Annotated[
        Literal["first", "rerun"], typer.Option(metavar="NAME", hidden=True, help="first, or rerun over earlier rows.")
    ] = "first"
    pairs: Annotated[int, count_option("First pairs with good, of a noisy metric.", 7)] = 10
    most_pairs: Annotated[int, count_option("As many where fewer do not decide.", 7, hidden=True)] = 40
    first_parent: Annotated[bool, typer.Option("--first-parent", help="Take a merge for one change.")] = False
    output: OutputOption = Path("reports/bisect")


def bisect(options: BisectOptions) -> int:
    """Find the first bad commit. Exit codes: 0 found, 2 input at fault, 3 undecided."""
    from bench.cli.progress import terminal_progress
    from bench.report.bisection import render_bisection

    _check(options)
    with terminal_progress() as progress:
        kept = _searched(options, progress)
    show(render_bisection(kept.bisection), end="")
    show(f"\nReport: {kept.report}; everything that was tried: {kept.file}.")
    return 0 if kept.bisection.first_bad is not None else 3


def _check(options: BisectOptions) -> None:
    from bench.results.metrics import METRICS

    if (options.metric is None) == (options.policy is None):
        raise InputError("--metric or --policy decides which commit is bad; give one of the two")
    if options.metric is not None and options.metric not in METRICS:
        raise InputError(f"unknown metric {options.metric!r}; known are {', '.join(METRICS)}")
    unused = ("baseline",) if options.policy is None else ("tolerance", "implementation", "scan", "scan_file")
    for name in unused:
        if getattr(options, name) is not None:
            decider = "metric" if options.policy is None else "policy"
            option = name.replace("_", "-")
            raise InputError(f"--{option} was given with --{decider}, which does not use it; leave one out")
    _tolerance(options)
    if options.most_pairs < options.pairs:
        raise InputError(f"--most-pairs {options.most_pairs} is less than --pairs {options.pairs}; write a larger one")


def _tolerance(options: BisectOptions) -> float | None:
    from bench.gate.quantity import parse_factor

    return None if options.tolerance is None else parse_factor(options.tolerance, "--tolerance")


def _searched(options: BisectOptions, progress: Progress) -> KeptBisection:
    from bench.bisect.bisecting import Bisecting
    from bench.bisect.runs import RevisionRuns
    from bench.bisect.session import StepProgress, bisect_into
    from bench.cli.chosen_project import chosen_project
    from bench.cli.code_source import code_source
    from bench.harness.stage import open_stage
    from bench.revisions.code import open_checkouts

    spread = spread_options(options)
    policy = _policy(options)
    plan = _plan(options, policy)
    source = code_source(plan.implementations, chosen_project(options))
    what = _what(options, plan, source)
    if spread is not None:
        return _searched_over_nodes(options, policy, _Searched(what, plan, source), spread, progress)
    steps = StepProgress(progress)
    with (
        open_stage(plan.database_url, plan.server_major, plan.job.roles) as stage,
        open_checkouts(source, stage.scratch) as checkouts,
    ):
        runs = RevisionRuns(plan, checkouts, stage, steps)
        judge = _judge(options, policy, runs)
        begin = partial(Bisecting, what, judge, steps.begin_step, warnings=lambda: tuple(runs.warnings))
        return bisect_into(options.output, begin, progress)


@dataclass(frozen=True)
class _Searched:
    """What is searched: for which commit, measured how, in which clone."""

    what: BisectPlan
    plan: RunPlan
    source: CodeSource


def _searched_over_nodes(
    options: BisectOptions, policy: Policy | None, searched: _Searched, spread: SpreadOptions, progress: Progress
) -> KeptBisection:
    from bench.bisect.runs import PROBES
    from bench.bisect.session import bisect_into
    from bench.bisect.spread import NodeSearch, SpreadBisecting

    plan = searched.plan
    timed = plan.goal is not None or plan.samples > 0 if options.metric is None else PROBES[options.metric] == "time"
    search = NodeSearch(
        plan=searched.what,
        measured=plan,
        source=searched.source,
        judge=lambda runs: _judge(options, policy, runs),
        metric=options.metric,
        timed=timed,
        arguments=_asked(options, searched.what),
    )
    bisecting = SpreadBisecting(search, spread, options.output, progress)
    kept = bisect_into(options.output, lambda *, keep: bisecting.keeping(keep), progress)
    bisecting.finish()
    return kept


def _asked(options: BisectOptions, what: BisectPlan) -> dict[str, str]:
    """Return by option what was asked for; a search that is resumed must be asked for the same."""
    from bench.nodes.identity import file_digest

    files = {"--policy": options.policy, "--baseline": options.baseline}
    return {
        "--good": what.good.hash,
        "--bad": what.bad.hash,
        "--metric": options.metric or "",
        "--tolerance": options.tolerance or "",
        "--pairs": str(options.pairs),
        "--most-pairs": str(options.most_pairs),
        "--first-parent": str(options.first_parent),
        **{name: file_digest(path) for name, path in files.items() if path is not None},
    }


def _policy(options: BisectOptions) -> Policy | None:
    from bench.gate.policy_file import read_policy

    return None if options.policy is None else read_policy(options.policy, options.job)


def _plan(options: BisectOptions, policy: Policy | None) -> RunPlan:
    from bench.cli.plans import chosen_sources, parse_sizes, run_plan
    from bench.jobs.job import DataSource
    from bench.jobs.registry import split_revision

    if policy is not None:
        sources = [DataSource(size=size, options=policy.options) for size in parse_sizes(options.job, policy.scans)]
        timing = EnoughOptions().timing(policy)
        bare = [split_revision(name)[0] for name in policy.implementations]
        plan = run_plan(options, list(dict.fromkeys(bare)), sources, **timing, scenario=options.scenario)
        known = {one.name: one for one in plan.implementations}
        named = zip(policy.implementations, bare, strict=True)
        return replace(plan, implementations=tuple(replace(known[one], name=name) for name, one in named))
    sizes = options.job.sizes
    scans = [options.scan or sizes[len(sizes) // 2]] if options.scan_file is None or options.scan else None
    sources = list(chosen_sources(options, scans, options.scan_file))
    name = options.implementation or options.job.compared[-1]
    return run_plan(options, [name], sources, scenario=options.scenario)


def _what(options: BisectOptions, plan: RunPlan, source: CodeSource) -> BisectPlan:
    from bench.bisect.past import BisectPlan
    from bench.words import enumerated

    repository = source.repository
    good, bad = repository.describe([repository.commit(one) for one in (options.good, options.bad)])
    return BisectPlan(
        repository=repository,
        good=good,
        bad=bad,
        paths=source.deciding,
        implementation=enumerated(plan.names),
        scan=enumerated(tuple(plan.job.label(one) for one in plan.sources)),
        command=plan.command,
        first_parent=options.first_parent,
    )


def _judge(options: BisectOptions, policy: Policy | None, runs: CommitRuns) -> Judge:
    from bench.bisect.metric_judge import MetricJudge
    from bench.bisect.policy_judge import PolicyJudge
    from bench.results.store import read_results

    if policy is not None:
        accepted = None if options.baseline is None else read_results(options.baseline)
        return PolicyJudge(runs, policy, str(options.policy), accepted)
    assert options.metric is not None  # or there was a policy
    return MetricJudge(runs, options.metric, _tolerance(options), pairs=options.pairs, most_pairs=options.most_pairs)
