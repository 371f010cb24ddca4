"""``bench run``: measure implementations on scans, and leave results, report and plots."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from bench.analysis.verdict import Answer, judge
from bench.cli.options import (
    SYNTHETIC,
    CatalogueFileOption,
    CatalogueOption,
    DatabaseUrlOption,
    ScanFileOption,
    SeedOption,
    ServerOption,
    TimeoutOption,
    catalogue_source,
    parse_implementations,
    parse_sizes,
)
from bench.cli.progress import terminal_progress
from bench.errors import InputError
from bench.plan import RunPlan
from bench.report.text import render_table
from bench.report.write import write_report
from bench.results.benchmark_file import write_benchmark_file
from bench.results.files import check_writable
from bench.results.store import write_results
from bench.runner import Runner

DEFAULT_SCANS = ["100/3", "1k/8", "10k/20"]
DEFAULT_IMPLEMENTATIONS = ["materializing", "streaming"]
RESULTS_FILE = "results.json"
INTERRUPTED_FILE = "interrupted.json"
BENCHMARK_FILE = "benchmark.json"


def run(
    scan: Annotated[
        list[str] | None,
        typer.Option(metavar="FINDINGS/REGIONS", show_default=", ".join(DEFAULT_SCANS), help="Size; may be repeated."),
    ] = None,
    implementation: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            show_default=", ".join(DEFAULT_IMPLEMENTATIONS),
            help="A registered name or package.module:function; may be repeated. The first is the base of ratios.",
        ),
    ] = None,
    catalogue: CatalogueOption = SYNTHETIC,
    catalogue_file: CatalogueFileOption = None,
    scan_file: ScanFileOption = None,
    seed: SeedOption = 0,
    samples: Annotated[int, typer.Option(min=1, help="Time samples of each case, in rounds of alternating order.")] = 3,
    output: Annotated[Path, typer.Option(metavar="FOLDER", help="Where results and report go.")] = Path(
        "reports/latest"
    ),
    postgres: ServerOption = 16,
    database_url: DatabaseUrlOption = None,
    timeout: TimeoutOption = None,
) -> int:
    """Measure implementations on scans: peak heap, RSS, time, statements and rows; write a report."""
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
        command=_command(),
    )
    check_writable(output)
    with terminal_progress() as progress:
        runner = Runner(plan, progress)
        try:
            runner.run()
        except KeyboardInterrupt:
            _keep_partial(output, runner)
            raise
    return _report(output, runner)


def _report(output: Path, runner: Runner) -> int:
    results = runner.results()
    assert results is not None  # the run came to its end
    write_results(output / RESULTS_FILE, results)
    write_benchmark_file(output / BENCHMARK_FILE, runner.benchmarks)
    written = write_report(output, results)
    (output / INTERRUPTED_FILE).unlink(missing_ok=True)
    typer.echo(render_table(results))
    typer.echo(f"\nReport: {written[0]}; results: {output / RESULTS_FILE}; {len(written) - 1} pictures beside them.")
    verdict = judge(results)
    return 1 if verdict.failures or verdict.same_rows.answer is Answer.NO else 0


def _keep_partial(output: Path, runner: Runner) -> None:
    """Lose nothing of an interrupted run, and leave an earlier complete report as it is."""
    results = runner.results()
    if results is not None and results.measurements:
        path = output / INTERRUPTED_FILE
        write_results(path, results)
        typer.echo(f"bench: what was measured so far is in {path}", err=True)


def _command() -> str:
    """The command line as typed, without what a URL may hold."""
    words = ["bench", *sys.argv[1:]]
    for position, word in enumerate(words):
        if word.startswith("--database-url="):
            words[position] = "--database-url=…"
        elif position and words[position - 1] == "--database-url":
            words[position] = "…"
    return shlex.join(words)
