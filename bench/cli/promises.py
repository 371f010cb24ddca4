"""``bench prove promises``: what each implementation promises, checked on a real server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from bench.cli.options import AllImplementationsOption, InputOptions, MarkdownOption, count_option
from bench.cli.terminal import show
from bench.errors import InputError


@dataclass(frozen=True, kw_only=True)
class PromisesOptions(InputOptions):
    """The options of ``bench prove promises``."""

    implementation: AllImplementationsOption = None
    scan: Annotated[
        str | None,
        typer.Option(
            "--scan", "--size", metavar="SIZE", help="{size} of the synthetic {noun}.", show_default="{smallest}"
        ),
    ] = None
    points: Annotated[int, count_option("Faults for each implementation.", most=10_000)] = 56
    json: Annotated[Path, typer.Option(metavar="FILE", help="Keeps what was found, by implementation.")] = Path(
        "reports/promises.json"
    )
    markdown: MarkdownOption = None


def promises(options: PromisesOptions) -> int:
    """Check what implementations promise: read while they run, end them by faults, run them twice at once.

    Exit codes: 0 every promise made is kept, 1 one is broken, 2 tool or input at fault.
    """
    from bench.analysis.promises import broken, find_promises
    from bench.cli.plans import chosen_sources, parse_implementations
    from bench.cli.progress import terminal_progress
    from bench.files.output_file import check_file, claimed_folder, rescuing, write_file
    from bench.promises.fault_plan import FEWEST_POINTS
    from bench.promises.trial import TrialPlan, try_promises
    from bench.report.promises import render_promises, render_promises_markdown
    from bench.results.promises import merge_promises, read_promises

    if options.points < FEWEST_POINTS:
        raise InputError(f"--points {options.points} leaves out some faults; write --points {FEWEST_POINTS} or more")
    plan = TrialPlan(
        job=options.job,
        implementations=parse_implementations(options.job, options.implementation or list(options.job.implementations)),
        points=options.points,
        database_url=options.database_url,
        server_major=options.postgres,
        timeout_seconds=options.timeout,
    )
    (source,) = chosen_sources(options, [options.scan or options.job.sizes[0]])
    if options.markdown is not None:
        check_file(options.markdown)
    read_promises(options.json)  # a damaged file is found before the work, not after
    with claimed_folder(options.json.parent, options.json.name), rescuing():
        with terminal_progress() as progress:
            trials = try_promises(plan, source, progress, lambda trial: merge_promises(options.json, [trial]))
        show(render_promises(trials))
        if options.markdown is not None:
            write_file(options.markdown, render_promises_markdown(trials))
    show(f"Kept in {options.json}.")
    return 1 if any(trial.failure or broken(find_promises(trial)) for trial in trials) else 0
