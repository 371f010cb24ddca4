"""``bench sweep``: peaks over a grid of findings × regions, and how they grow."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Annotated

import typer

from bench.cli.measure import command_line, measure
from bench.cli.options import (
    DEFAULT_IMPLEMENTATIONS,
    SYNTHETIC,
    CatalogueFileOption,
    CatalogueOption,
    DatabaseUrlOption,
    ImplementationsOption,
    SeedOption,
    ServerOption,
    TimeoutOption,
    catalogue_source,
    parse_implementations,
    parse_sizes,
)
from bench.cli.run import leave_report
from bench.errors import InputError
from bench.harness.plan import RunPlan


def sweep(
    findings: Annotated[str, typer.Option(metavar="N,N,…", help="Findings of the grid.")] = "1k,10k,50k,100k",
    regions: Annotated[str, typer.Option(metavar="N,N,…", help="Regions of the grid.")] = "5,10,20,30",
    implementation: ImplementationsOption = None,
    catalogue: CatalogueOption = SYNTHETIC,
    catalogue_file: CatalogueFileOption = None,
    seed: SeedOption = 0,
    output: Annotated[Path, typer.Option(metavar="FOLDER", help="Where results and report go.")] = Path(
        "reports/sweep"
    ),
    postgres: ServerOption = 16,
    database_url: DatabaseUrlOption = None,
    timeout: TimeoutOption = None,
) -> int:
    """Measure peaks and statements over a grid of sizes; fit the growth, and say at which size a worker is killed."""
    grid = [[one.strip() for one in numbers.split(",")] for numbers in (findings, regions)]
    if not all(map(all, grid)):
        raise InputError("the grid has a number missing; write for example --findings 1k,10k --regions 5,10,20")
    plan = RunPlan(
        sizes=parse_sizes(["/".join(pair) for pair in product(*grid)]),
        scan_file=None,
        implementations=parse_implementations(implementation or DEFAULT_IMPLEMENTATIONS),
        catalogue=catalogue_source(catalogue, catalogue_file),
        seed=seed,
        samples=0,
        timeout_seconds=timeout,
        database_url=database_url,
        server_major=postgres,
        command=command_line(),
        probes=("statements", "memory", "rss"),
    )
    return leave_report(output, measure(plan, output))
