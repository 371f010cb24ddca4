"""``bench prove kill-sizes``: the sizes at which a pool is killed, observed beside what ``bench sweep`` predicts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from bench.cli.options import OutputOption, count_option
from bench.cli.pool_options import MEMORIES, PoolOptions, pool_plan
from bench.cli.result import show_json
from bench.cli.terminal import show
from bench.errors import InputError


@dataclass(frozen=True, kw_only=True)
class KillSizesOptions(PoolOptions):
    """The options of ``bench prove kill-sizes``."""

    scan: Annotated[
        str | None,
        typer.Option("--scan", "--size", metavar="SIZE", help="{size}; one of them varies."),
    ] = None
    vary: Annotated[str | None, typer.Option(metavar="NAME", help="Which one.", show_default="the first")] = None
    most: Annotated[int | None, count_option("The largest number that is tried.", most=10**9)] = None
    memory: Annotated[
        list[str] | None,
        typer.Option(metavar="SIZE", help="Repeatable.", show_default=", ".join(MEMORIES)),
    ] = None
    sweep: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Results of bench sweep.", show_default="measured")
    ] = None
    output: OutputOption = Path("reports/kill-sizes")


def kill_sizes(options: KillSizesOptions) -> int:
    """Observe which size kills a pool. Also: --json, --quiet.
    Exit codes: 0 each is within 10 % of what a sweep predicts, 1 one is not, 2 tool or input at fault.
    """
    from bench.analysis.pools import prediction_holds
    from bench.cli.plans import chosen_sources
    from bench.cli.progress import terminal_progress
    from bench.jobs.size import parse_size
    from bench.pool.kill_search import search_plan
    from bench.pool.session import find_kill_sizes, work_into
    from bench.report.pool import headline, render_pools
    from bench.results.store import read_results

    sources = chosen_sources(options, [options.scan or options.job.sizes[-1]])
    job = options.job
    varied = options.vary or job.size[0]
    if varied not in job.size:
        raise InputError(f"--vary {varied!r} is no number of the size; known are {', '.join(job.size)}")
    place = job.size.index(varied)
    typed = job.grid[varied].split(",") if varied in job.grid else [label.split("/")[place] for label in job.sizes]
    labels = ["/".join(number if one == place else "1" for one in range(len(job.size))) for number in typed]
    grid = sorted({parse_size(job, label).numbers[varied] for label in labels})
    plan = pool_plan(options, sources, options.memory or MEMORIES, options.concurrency)
    what = search_plan(sources[0], varied, options.most, iter(grid))
    sizes = tuple(size for size in grid if size <= what.most) or (what.most,)
    results = None if options.sweep is None else read_results(options.sweep)
    with terminal_progress(quiet=options.quiet) as progress:
        work = partial(find_kill_sizes, plan=what, sizes=sizes, sweep=results)
        report, files = work_into(options.output, plan, work, progress)
    if options.json:
        show_json(report)
    elif options.quiet:
        show(headline(report))
    else:
        show(render_pools(report), end="")
        show(f"\nReport: {files[1]}; figures: {files[0]}.")
    return 1 if any(prediction_holds(one) is False for one in report.kill_sizes) else 0
