"""``bench sweep``: peaks over a grid of sizes, and how they grow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from bench.cli.options import ImplementationsOption, InputOptions, OutputOption
from bench.cli.result import ResultOptions
from bench.cli.run import show_run
from bench.errors import InputError

EXAMPLES = ("1k,10k", "5,10,20")


@dataclass(frozen=True, kw_only=True)
class SweepOptions(InputOptions, ResultOptions):
    """The options of ``bench sweep``."""

    grid: Mapping[str, str] = field(default_factory=dict)
    """The numbers of the grid as typed, by what they count: one option for each of the job's ``size``."""
    implementation: ImplementationsOption = None
    output: OutputOption = Path("reports/sweep")


def sweep(options: SweepOptions) -> int:
    """Measure peaks and statements over a grid of sizes: how they grow, and at which size a worker is killed.

    Also: --json, --quiet.
    """
    from bench.cli.plans import chosen_sources, run_plan
    from bench.cli.progress import terminal_progress
    from bench.harness.session import measure_into

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
    )
    with terminal_progress(quiet=options.quiet) as progress:
        kept = measure_into(options.output, plan, progress)
    return show_run(kept, options)
