"""``bench run``: measure implementations on scans, and leave results, report and plots."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from bench.analysis.laws import check_laws
from bench.analysis.verdict import Answer, judge
from bench.cli.known import with_noise_floor, with_promises
from bench.cli.measure import command_line, measure
from bench.cli.options import (
    DEFAULT_IMPLEMENTATIONS,
    SYNTHETIC,
    CatalogueFileOption,
    CatalogueOption,
    DatabaseUrlOption,
    ImplementationsOption,
    ScanFileOption,
    ScenarioOption,
    SeedOption,
    ServerOption,
    TimeoutOption,
    catalogue_source,
    parse_implementations,
    parse_sizes,
)
from bench.errors import InputError
from bench.harness.plan import RunPlan
from bench.harness.runner import Runner
from bench.report.run_markdown import write_report
from bench.report.run_text import render_table
from bench.results.benchmark_file import write_benchmark_file
from bench.results.history import keep
from bench.results.records import Results
from bench.results.store import write_results
from bench.words import plain

DEFAULT_SCANS = ["100/3", "1k/8", "10k/20"]
RESULTS_FILE = "results.json"
BENCHMARK_FILE = "benchmark.json"


def run(
    scan: Annotated[
        list[str] | None,
        typer.Option(metavar="FINDINGS/REGIONS", show_default=", ".join(DEFAULT_SCANS), help="Size; may be repeated."),
    ] = None,
    implementation: ImplementationsOption = None,
    catalogue: CatalogueOption = SYNTHETIC,
    catalogue_file: CatalogueFileOption = None,
    scan_file: ScanFileOption = None,
    seed: SeedOption = 0,
    samples: Annotated[
        int,
        typer.Option(
            "--samples",
            "--pairs",
            min=1,
            help="Time samples of each case, in pairs of alternating order; 6 give an interval.",
        ),
    ] = 3,
    scenario: ScenarioOption = "first",
    copy_baseline: Annotated[
        bool,
        typer.Option(
            "--copy-baseline", help="Measure the bare cost too: COPY of the same rows from a file, in the same rounds."
        ),
    ] = False,
    output: Annotated[Path, typer.Option(metavar="FOLDER", help="Where results and report go.")] = Path(
        "reports/latest"
    ),
    history: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Keep the results there too, for `bench history`.")
    ] = None,
    postgres: ServerOption = 16,
    database_url: DatabaseUrlOption = None,
    timeout: TimeoutOption = None,
) -> int:
    """Measure implementations on scans: heap, RSS, time, statements, rows and the database's side; write a report."""
    if scan and scan_file:
        raise InputError("--scan and --scan-file were both given; leave one out")
    plan = RunPlan(
        sizes=() if scan_file else parse_sizes(scan or DEFAULT_SCANS),
        scan_file=scan_file,
        implementations=parse_implementations(implementation or DEFAULT_IMPLEMENTATIONS),
        catalogue=catalogue_source(catalogue, catalogue_file),
        seed=seed,
        samples=samples,
        timeout_seconds=timeout,
        database_url=database_url,
        server_major=postgres,
        command=command_line(),
        scenario=scenario,
        copy_baseline=copy_baseline,
    )
    return leave_report(output, measure(plan, output), history)


@dataclass(frozen=True)
class KeptRun:
    """A KeptRun is the results of a run as they were written, and the files of its report, ``report.md`` first."""

    results: Results
    report: tuple[Path, ...]


def keep_run(output: Path, runner: Runner, history: Path | None = None) -> KeptRun:
    """Write what a run gave: results, pytest-benchmark's document, and the report."""
    results = runner.results()
    assert results is not None  # the run came to its end
    results = with_promises(with_noise_floor(results))
    write_results(output / RESULTS_FILE, results)
    write_benchmark_file(output / BENCHMARK_FILE, runner.benchmarks)
    written = write_report(output, results)
    if history is not None:
        keep(history, results)
    return KeptRun(results, written)


def leave_report(output: Path, runner: Runner, history: Path | None = None) -> int:
    """Write and print what a run gave; return its exit code."""
    kept = keep_run(output, runner, history)
    results, written = kept.results, kept.report
    typer.echo(render_table(results))
    where = f"Report: {written[0]}; results: {output / RESULTS_FILE}; {len(written) - 1} pictures beside them."
    typer.echo(f"\n{plain(where)}")
    verdict = judge(results)
    broken = verdict.failures or verdict.same_rows.answer is Answer.NO
    return 1 if broken or any(not check.holds for check in check_laws(results)) else 0
