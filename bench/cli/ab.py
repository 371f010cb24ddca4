"""``bench ab``: an implementation at a revision and in the working tree, in one interleaved run."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from bench.cli.options import (
    ImplementationOption,
    InputOptions,
    OutputOption,
    PlansOption,
    ScanFileOption,
    ScansOption,
)
from bench.cli.pairs import PairOptions
from bench.cli.result import ResultOptions
from bench.cli.run import ScenarioOption, show_run

_HASH = 12
_WHOLE_HASH = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class AbOptions(PairOptions, InputOptions, ResultOptions):
    """The options of ``bench ab``."""

    revision: Annotated[str, typer.Argument(metavar="REV", help="A branch, tag or commit of the checkout.")]
    implementation: ImplementationOption = None
    scan: ScansOption = None
    scan_file: ScanFileOption = None
    scenario: ScenarioOption = "first"
    plans: PlansOption = False
    output: OutputOption = Path("reports/ab")


def ab(options: AbOptions) -> int:
    """Measure an implementation at REV against the working tree's, interleaved. Also: --json, --quiet."""
    from bench.cli.chosen_project import chosen_project
    from bench.cli.code_source import at_revisions, named_commits, of_today
    from bench.cli.plans import chosen_sources, run_plan
    from bench.cli.progress import terminal_progress
    from bench.harness.plan import SINGLE_PROBES
    from bench.harness.session import measure_into

    name = options.implementation or options.job.compared[-1]
    sources = chosen_sources(options, options.scan, options.scan_file)
    scans = tuple(map(options.job.label, sources))
    plan = run_plan(
        options,
        [name],
        sources,
        **options.sampling(scans, [name]),
        scenario=options.scenario,
        probes=(*SINGLE_PROBES, *(("plans",) if options.plans else ())),
    )
    project = chosen_project(options)
    # CI systems give whole hashes, which no table has room for; the results hold the commit itself.
    shown = options.revision[:_HASH] if _WHOLE_HASH.fullmatch(options.revision) else options.revision
    with (
        terminal_progress(quiet=options.quiet) as progress,
        at_revisions(plan.implementations, [shown], progress, project, {shown: options.revision}) as before,
    ):
        sides = (*before, *of_today(plan.implementations, project))
        both = replace(
            plan,
            implementations=sides,
            **options.sampling(scans, [one.name for one in sides]),
            command=f"{plan.command}  # {named_commits(before)}",
        )
        kept = measure_into(options.output, both, progress)
    return show_run(kept, options)
