"""``bench workers``: calls in a pool of Celery workers, as production makes them, under a memory limit that kills."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from bench.cli.options import OutputOption, ScanFileOption, count_option
from bench.cli.pool_options import PoolOptions, pool_plan
from bench.cli.result import show_json
from bench.cli.terminal import show
from bench.errors import InputError


@dataclass(frozen=True, kw_only=True)
class WorkersOptions(PoolOptions):
    """The options of ``bench workers``."""

    scan: Annotated[
        list[str] | None,
        typer.Option("--scan", "--size", metavar="SIZE", help="{size}; repeat for a mix.", show_default="{middle}"),
    ] = None
    scan_file: ScanFileOption = None
    memory: Annotated[str | None, typer.Option(metavar="SIZE", help="Of all together, 512M; none if left out.")] = None
    tasks: Annotated[int | None, count_option("Calls that are queued; twice the children.", most=1_000)] = None
    capacity: Annotated[int | None, count_option("Find how many at once fit, up to N.", most=256)] = None
    output: OutputOption = Path("reports/workers")


def workers(options: WorkersOptions) -> int:
    """Make calls in a pool of Celery workers. Also: --json, --quiet.
    Exit codes: 0 measured, kills included, 1 rows are wrong or calls failed, 2 tool or input at fault.
    """
    from bench.analysis.pools import exit_code
    from bench.cli.plans import chosen_sources
    from bench.cli.progress import terminal_progress
    from bench.pool.session import find_capacities, run_pools, work_into
    from bench.report.pool import headline, render_pools

    sizes = options.job.sizes
    scans = options.scan or (None if options.scan_file else [sizes[len(sizes) // 2]])
    sources = chosen_sources(options, scans, options.scan_file)
    tasks = options.tasks or 2 * options.concurrency
    plan = pool_plan(options, sources, [options.memory] if options.memory else [], tasks)
    if options.capacity is not None and not (plan.limits and len(sources) == 1):
        raise InputError(
            "--capacity asks what fits into a limit, on data of one size; add --memory 512M and one --scan"
        )
    work = run_pools if options.capacity is None else partial(find_capacities, most=options.capacity)
    with terminal_progress(quiet=options.quiet) as progress:
        report, files = work_into(options.output, plan, work, progress)
    if options.json:
        show_json(report)
    elif options.quiet:
        show(headline(report))
    else:
        show(render_pools(report), end="")
        show(f"\nReport: {files[1]}; figures: {files[0]}; {len(files) - 2} pictures beside them.")
    return exit_code(report)
