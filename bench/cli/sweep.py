"""``bench sweep``: peaks over a grid of findings × regions, and how they grow."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Annotated

import typer

from bench.cli.options import IMPLEMENTATIONS, ImplementationsOption, InputOptions, OutputOption
from bench.cli.run import show_run
from bench.errors import InputError


@dataclass(frozen=True, kw_only=True)
class SweepOptions(InputOptions):
    """The options of ``bench sweep``."""

    findings: Annotated[str, typer.Option(metavar="N,N,…", help="Findings of the grid.")] = "1k,10k,50k,100k"
    regions: Annotated[str, typer.Option(metavar="N,N,…", help="Regions of the grid.")] = "5,10,20,30"
    implementation: ImplementationsOption = None
    output: OutputOption = Path("reports/sweep")


def sweep(options: SweepOptions) -> int:
    """Measure peaks and statements over a grid of sizes: how they grow, and at which size a worker is killed."""
    from bench.cli.plans import run_plan
    from bench.cli.progress import terminal_progress
    from bench.harness.session import measure_into

    grid = [[one.strip() for one in numbers.split(",")] for numbers in (options.findings, options.regions)]
    if not all(map(all, grid)):
        raise InputError("the grid has a number missing; write for example --findings 1k,10k --regions 5,10,20")
    plan = run_plan(
        options,
        options.implementation or IMPLEMENTATIONS,
        ["/".join(pair) for pair in product(*grid)],
        samples=0,
        probes=("statements", "memory", "rss"),
    )
    with terminal_progress() as progress:
        kept = measure_into(options.output, plan, progress)
    return show_run(kept)
