"""``bench doctor``: how small a change this machine can detect, and what makes its figures noisy."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli.options import ImplementationOption, InputOptions, PairsOption
from bench.cli.terminal import show
from bench.errors import InputError

if TYPE_CHECKING:
    from bench.harness.plan import RunPlan


@dataclass(frozen=True, kw_only=True)
class DoctorOptions(InputOptions):
    """The options of ``bench doctor``."""

    scan: Annotated[
        str | None,
        typer.Option(
            "--scan", "--size", metavar="SIZE", help="{size} of the synthetic {noun}.", show_default="{middle}"
        ),
    ] = None
    implementation: ImplementationOption = None
    pairs: PairsOption = 10
    output: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Keeps the result for runs whose own folder is in it.")
    ] = Path("reports")
    clocks: Annotated[
        bool, typer.Option("--clocks", help="Compare the workers' clock with pytest-benchmark's instead.")
    ] = False


def doctor(options: DoctorOptions) -> int:
    """Measure an implementation against itself: the smallest change that this machine can detect, and warnings."""
    from bench.analysis.pairs import FEWEST_PAIRS
    from bench.cli.plans import chosen_sources, run_plan

    if options.pairs < FEWEST_PAIRS:
        raise InputError(f"--pairs {options.pairs} give no interval; write --pairs {FEWEST_PAIRS} or more")
    job = options.job
    sources = chosen_sources(options, [options.scan or job.sizes[len(job.sizes) // 2]])
    name = options.implementation or job.compared[-1]
    plan = run_plan(options, [name], sources, samples=2 * options.pairs, probes=())
    return _compare_clocks(plan, options.pairs) if options.clocks else _measure_noise(plan, options)


def _compare_clocks(plan: RunPlan, pairs: int) -> int:
    from bench.analysis.clocks import compare
    from bench.benchmarks.both_clocks import compare_clocks
    from bench.cli.progress import terminal_progress
    from bench.report.clocks import render_clocks

    with terminal_progress() as progress:
        scan, samples = compare_clocks(plan, pairs, progress)
    found = compare(samples.pytest_benchmark, samples.system, samples.worker)
    show(render_clocks(found, plan.names[0], scan))
    return 1 if found.apart else 0


def _measure_noise(plan: RunPlan, options: DoctorOptions) -> int:
    from bench.analysis.noise import compare_with_itself, noise_floor
    from bench.cli.progress import terminal_progress
    from bench.files.output_file import claimed_folder, rescuing
    from bench.harness.machine import cpu_times, machine_warnings, stolen_warning
    from bench.harness.session import INTERRUPTED_FILE, measure_alone
    from bench.report.noise import render_noise
    from bench.results.noise_floor import FILE, write_noise_floor

    path = options.output / FILE
    warnings = machine_warnings(None if options.database_url else Path(tempfile.gettempdir()))
    before = cpu_times()
    with claimed_folder(options.output, FILE, INTERRUPTED_FILE), rescuing():
        with terminal_progress() as progress:
            results = measure_alone(options.output, plan, progress)
        if results.failures:  # reported when it happened
            return 1
        floor = noise_floor(results, (*warnings, *stolen_warning(before, cpu_times())))
        write_noise_floor(path, floor)
    show(render_noise(floor, compare_with_itself(results)))
    show(f"Kept in {path}; runs on this machine with an --output in {options.output} include it.")
    return 0
