"""``bench sweep``: peaks over a grid of sizes, and how they grow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Annotated

import typer

from bench.cli.memory_size import parse_memory
from bench.cli.options import ImplementationsOption, InputOptions, OutputOption, count_option
from bench.cli.result import ResultOptions
from bench.cli.run import show_run
from bench.cli.spread import SpreadingOptions, measured
from bench.errors import InputError
from bench.results.sharing import Sharing

EXAMPLES = ("1k,10k", "5,10,20")


@dataclass(frozen=True, kw_only=True)
class SweepOptions(SpreadingOptions, InputOptions, ResultOptions):
    """The options of ``bench sweep``."""

    grid: Mapping[str, str] = field(default_factory=dict)
    """The numbers of the grid as typed, by what they count: one option for each of the job's ``size``."""
    implementation: ImplementationsOption = None
    concurrency: Annotated[int | None, count_option("Kill sizes of a pool: children beside a parent.", most=1_000)] = (
        None
    )
    base_rss: Annotated[
        str | None, typer.Option(metavar="SIZE", help="What each process holds before a call.", show_default="measured")
    ] = None
    output: OutputOption = Path("reports/sweep")


def sharing(concurrency: int | None, base_rss: str | None) -> Sharing:
    """Return who shares a limit, by the options. Raises InputError."""
    base = None if base_rss is None else float(parse_memory(base_rss, "--base-rss"))
    return Sharing(children=concurrency or 0, base_bytes=base)


def sweep(options: SweepOptions) -> int:
    """Measure peaks and statements over a grid of sizes: how they grow, and at which size a worker is killed.

    Also: --json, --quiet.
    """
    from bench.cli.plans import chosen_sources, run_plan
    from bench.cli.progress import terminal_progress

    grid = [[one.strip() for one in numbers.split(",")] for numbers in options.grid.values()]
    if not all(map(all, grid)):
        example = " ".join(f"--{name} {numbers}" for name, numbers in zip(options.job.size, EXAMPLES, strict=False))
        raise InputError(f"the grid has a number missing; write for example {example}")
    plan = run_plan(
        options,
        options.implementation or options.job.compared,
        chosen_sources(options, ["/".join(numbers) for numbers in product(*grid)]),
        samples=0,
        probes=("statements", "memory", "rss", "work"),
        sharing=sharing(options.concurrency, options.base_rss),
    )
    with terminal_progress(quiet=options.quiet) as progress:
        kept = measured(options, options.output, plan, progress)
    return show_run(kept, options)
