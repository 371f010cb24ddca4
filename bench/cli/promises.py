"""``bench promises``: what each implementation promises, tried on a real server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.analysis.promises import broken, find_promises
from bench.cli.options import (
    SYNTHETIC,
    AllImplementationsOption,
    CatalogueFileOption,
    CatalogueOption,
    DatabaseUrlOption,
    SeedOption,
    ServerOption,
    TimeoutOption,
    catalogue_source,
    parse_implementations,
    parse_sizes,
)
from bench.cli.progress import terminal_progress
from bench.declare.registry import registered_names
from bench.harness.stage import ScanSource
from bench.promises.plan import FEWEST_POINTS
from bench.promises.trial import TrialPlan, try_promises
from bench.report.promises import render_promises, render_promises_markdown
from bench.results.files import check_writable, write_file_atomically
from bench.results.promises import DEFAULT_PATH, merge_promises, read_promises
from bench.words import plain


def promises(
    implementation: AllImplementationsOption = None,
    scan: Annotated[
        str, typer.Option(metavar="FINDINGS/REGIONS", help="The scan to try them on; COPY takes 10,000 rows a batch.")
    ] = "100/3",
    points: Annotated[
        int, typer.Option(min=FEWEST_POINTS, max=10_000, help="Faults that strike each implementation.")
    ] = 56,
    catalogue: CatalogueOption = SYNTHETIC,
    catalogue_file: CatalogueFileOption = None,
    seed: SeedOption = 0,
    json: Annotated[
        Path,
        typer.Option(metavar="FILE", help="Where what was seen is kept, by implementation."),
    ] = DEFAULT_PATH,
    markdown: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the tables as Markdown, too.")] = None,
    postgres: ServerOption = 16,
    database_url: DatabaseUrlOption = None,
    timeout: TimeoutOption = None,
) -> int:
    """Try what implementations promise: read while they run, strike them by faults, run them twice at once.

    Exit code 0: every promise that is made is kept; 1: one is broken; 2: the tool or its input is at fault.
    """
    for path in filter(None, (json, markdown)):
        check_writable(path.parent)
    read_promises(json)  # a damaged file is found before the work, not after
    plan = TrialPlan(
        implementations=parse_implementations(implementation or list(registered_names())),
        points=points,
        database_url=database_url,
        server_major=postgres,
        timeout_seconds=timeout,
    )
    source = ScanSource(
        size=parse_sizes([scan])[0],
        scan_file=None,
        catalogue=catalogue_source(catalogue, catalogue_file),
        seed=seed,
    )
    with terminal_progress() as progress:
        trials = try_promises(plan, source, progress, lambda trial: merge_promises(json, [trial]))
    if markdown is not None:
        write_file_atomically(markdown, render_promises_markdown(trials))
    typer.echo(render_promises(trials), nl=False)
    typer.echo(f"\nKept in {plain(str(json))}.")
    return 1 if any(trial.failure or broken(find_promises(trial)) for trial in trials) else 0
