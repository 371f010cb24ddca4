"""``bench doctor``: how small a change this machine can detect, and what makes its figures noisy."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from bench.analysis.noise import compare_with_itself, noise_floor
from bench.analysis.pairs import FEWEST_PAIRS
from bench.cli.measure import command_line, measure
from bench.cli.options import DatabaseUrlOption, SeedOption, ServerOption, parse_implementations, parse_sizes
from bench.errors import InputError
from bench.harness.machine import cpu_times, machine_warnings, stolen_warning
from bench.harness.plan import RunPlan
from bench.report.noise import render_noise
from bench.results.noise_floor import DEFAULT_PATH, write_noise_floor
from bench.words import plain


def doctor(
    scan: Annotated[str, typer.Option(metavar="FINDINGS/REGIONS", help="The scan to measure on.")] = "1k/8",
    implementation: Annotated[
        str, typer.Option(metavar="NAME", help="The implementation to measure against itself.")
    ] = "streaming",
    pairs: Annotated[int, typer.Option(min=FEWEST_PAIRS, help="Pairs of fresh processes.")] = 10,
    seed: SeedOption = 0,
    output: Annotated[
        Path, typer.Option(metavar="FILE", help="Where the floor is kept; runs look for it where the default is.")
    ] = DEFAULT_PATH,
    postgres: ServerOption = 16,
    database_url: DatabaseUrlOption = None,
) -> int:
    """Measure an implementation against itself: the smallest change that this machine can detect, and warnings."""
    if output.is_dir():
        raise InputError(f"--output {output} is a folder; give a file's path, such as {output / DEFAULT_PATH.name}")
    warnings = machine_warnings(None if database_url else Path(tempfile.gettempdir()))
    before = cpu_times()
    plan = RunPlan(
        sizes=parse_sizes([scan]),
        implementations=parse_implementations([implementation]),
        seed=seed,
        samples=2 * pairs,
        database_url=database_url,
        server_major=postgres,
        command=command_line(),
        probes=(),
    )
    results = measure(plan, output.parent).results()
    assert results is not None  # the run came to its end
    if results.failures:  # each was told when it happened
        return 1
    floor = noise_floor(results, (*warnings, *stolen_warning(before, cpu_times())))
    write_noise_floor(output, floor)
    typer.echo(render_noise(floor, compare_with_itself(results)), nl=False)
    note = "; later runs on this machine take it along" if output == DEFAULT_PATH else ""
    typer.echo(f"\nKept in {plain(str(output))}{note}.")
    return 0
