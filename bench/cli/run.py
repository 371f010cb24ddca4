"""``bench run``: measure implementations on data of some sizes, and leave results, report and plots."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bench.cli.options import (
    ImplementationsOption,
    InputOptions,
    OutputOption,
    PlansOption,
    ScanFileOption,
    ScansOption,
)
from bench.cli.pairs import PairOptions
from bench.cli.result import ResultOptions, show_json
from bench.cli.spread import SpreadingOptions, broker_option, measured
from bench.cli.terminal import show

if TYPE_CHECKING:
    from bench.harness.session import KeptRun

ScenarioOption = Annotated[
    Literal["first", "rerun"],
    typer.Option(metavar="NAME", help="first, or rerun over earlier rows."),
]


@dataclass(frozen=True, kw_only=True)
class RunOptions(PairOptions, SpreadingOptions, InputOptions, ResultOptions):
    """The options of ``bench run``."""

    scan: ScansOption = None
    scan_file: ScanFileOption = None
    implementation: ImplementationsOption = None
    revision: Annotated[
        list[str] | None, typer.Option(metavar="REV", help="Of the code, instead of the working tree; repeatable.")
    ] = None
    scenario: ScenarioOption = "first"
    copy_baseline: Annotated[bool, typer.Option("--copy-baseline", help="Time a bare COPY of the same rows, too.")] = (
        False
    )
    profile: Annotated[
        bool, typer.Option("--profile", hidden=True, help="Sample where time goes, in its own pass.")
    ] = False
    keep_captures: Annotated[bool, typer.Option("--keep-captures", hidden=True, help="Keep memray's files.")] = False
    plans: PlansOption = False
    # Every help fits one screen; this one stands in that of ``bench sweep``.
    broker: Annotated[str | None, broker_option(hidden=True)] = None
    output: OutputOption = Path("reports/latest")
    history: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Keep the results there, too.")] = None


def run(options: RunOptions) -> int:
    """Measure implementations. Also: --broker, --profile, --plans, --keep-captures, --json, --quiet.
    Exit codes: 0 measured, 1 failed, rows differ or a law is broken, 2 tool or input at fault.
    """
    from bench.cli.chosen_project import chosen_project
    from bench.cli.code_source import at_revisions, named_commits
    from bench.cli.plans import chosen_sources, run_plan
    from bench.cli.progress import terminal_progress
    from bench.harness.plan import SINGLE_PROBES

    names = options.implementation or options.job.compared
    sources = chosen_sources(options, options.scan, options.scan_file)
    scans = tuple(map(options.job.label, sources))
    plan = run_plan(
        options,
        names,
        sources,
        **options.sampling(scans, names),
        scenario=options.scenario,
        copy_baseline=options.copy_baseline,
        keep_captures=options.keep_captures,
        probes=(*SINGLE_PROBES, *(("profile",) if options.profile else ()), *(("plans",) if options.plans else ())),
    )
    revisions = options.revision or []
    with terminal_progress(quiet=options.quiet) as progress, ExitStack() as stack:
        if revisions:
            code = stack.enter_context(at_revisions(plan.implementations, revisions, progress, chosen_project(options)))
            plan = replace(
                plan,
                implementations=code,
                **options.sampling(scans, [one.name for one in code]),
                command=f"{plan.command}  # {named_commits(code)}",
            )
        kept = measured(options, options.output, plan, progress, history=options.history)
    return show_run(kept, options)


def show_run(kept: KeptRun, options: ResultOptions) -> int:
    """Print what a run gave, as ``options`` ask; return its exit code."""
    from bench.analysis.run_verdict import judge
    from bench.analysis.summary import summaries_of
    from bench.report.outcomes.run import run_outcome
    from bench.report.run_text import render_table
    from bench.report.tables.overview import headline_sentence

    summaries = summaries_of(kept.results)
    verdict = judge(kept.results, summaries)
    if options.json:
        show_json(
            run_outcome(kept.results, results_file=str(kept.results_file), report=str(kept.report), page=str(kept.page))
        )
    elif options.quiet:
        show(headline_sentence(kept.results, summaries, verdict))
    else:
        show(render_table(kept.results))
        pictures = f"{len(kept.pictures)} pictures beside them"
        show(f"\nReport: {kept.page} and {kept.report}; results: {kept.results_file}; {pictures}.")
    return verdict.exit_code
