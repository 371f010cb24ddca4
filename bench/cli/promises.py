"""``bench prove promises``: what each implementation promises, checked on a real server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from bench.cli.options import AllImplementationsOption, InputOptions, MarkdownOption, count_option
from bench.cli.result import QuietOptions, show_json, to_standard_output
from bench.cli.terminal import show
from bench.errors import InputError

KEPT = Path("reports/promises.json")


@dataclass(frozen=True, kw_only=True)
class PromisesOptions(InputOptions, QuietOptions):
    """The options of ``bench prove promises``."""

    implementation: AllImplementationsOption = None
    scan: Annotated[
        str | None,
        typer.Option(
            "--scan", "--size", metavar="SIZE", help="{size} of the synthetic {noun}.", show_default="{smallest}"
        ),
    ] = None
    points: Annotated[int, count_option("Faults for each implementation.", most=10_000)] = 56
    json: Annotated[
        Path, typer.Option(metavar="[FILE]", help="Keeps what was found; without FILE prints the result as JSON.")
    ] = KEPT
    markdown: MarkdownOption = None


def promises(options: PromisesOptions) -> int:
    """Check what implementations promise: read while they run, end them by faults, run them twice at once.

    Exit codes: 0 every promise made is kept, 1 one is broken, 2 tool or input at fault.
    """
    from bench.analysis.promises import kept
    from bench.cli.plans import chosen_sources, parse_implementations
    from bench.cli.progress import terminal_progress
    from bench.files.output_file import check_file, claimed_folder, rescuing, write_file
    from bench.promises.fault_plan import FEWEST_POINTS
    from bench.promises.trial import TrialPlan, try_promises
    from bench.report.outcomes.promises import promises_outcome
    from bench.report.promises import promises_line, render_promises, render_promises_markdown
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
    printed = to_standard_output(options.json)
    file = KEPT if printed else options.json
    read_promises(file)  # a damaged file is found before the work, not after
    with claimed_folder(file.parent, file.name), rescuing():
        with terminal_progress(quiet=options.quiet) as progress:
            trials = try_promises(plan, source, progress, lambda trial: merge_promises(file, [trial]))
        if printed:
            show_json(promises_outcome(trials, str(file)))
        elif options.quiet:
            show(promises_line(trials))
        else:
            show(render_promises(trials))
            show(f"Kept in {file}.")
        if options.markdown is not None:
            write_file(options.markdown, render_promises_markdown(trials))
    return 0 if all(map(kept, trials)) else 1
