"""``bench reads``: the cost of reading rows from another storage than the task's own table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.cli.measure import command_line
from bench.cli.options import (
    SYNTHETIC,
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
from bench.harness.stage import ScanSource, open_stage
from bench.reads.run import ReadPlan, compare_storages
from bench.report.reads import render_reads, render_reads_markdown, same_answers
from bench.results.files import check_writable, write_file_atomically
from bench.results.reads import write_read_results
from bench.words import plain

TABLE_WRITER = "streaming"
"""It writes the task's own table."""


def reads(
    implementation: Annotated[
        str, typer.Option(metavar="NAME", help="An implementation that declares where it stores its rows.")
    ] = "packed",
    scan: Annotated[str, typer.Option(metavar="FINDINGS/REGIONS", help="The scan to read.")] = "10k/20",
    catalogue: CatalogueOption = SYNTHETIC,
    catalogue_file: CatalogueFileOption = None,
    seed: SeedOption = 0,
    pairs: Annotated[int, typer.Option(min=1, help="Pairs of each read; 6 give an interval.")] = 12,
    writes: Annotated[int, typer.Option(min=0, help="Pairs of writes to both storages; 0 leaves them out.")] = 3,
    output: Annotated[Path, typer.Option(metavar="FOLDER", help="Where results and report go.")] = Path(
        "reports/reads"
    ),
    postgres: ServerOption = 16,
    database_url: DatabaseUrlOption = None,
    timeout: TimeoutOption = None,
) -> int:
    """Time the API's typical reads on the task's own table and on an implementation's storage; compare their sizes."""
    check_writable(output)
    source = ScanSource(
        size=parse_sizes([scan])[0], scan_file=None, catalogue=catalogue_source(catalogue, catalogue_file), seed=seed
    )
    loaded = source.load_catalogue()
    plan = ReadPlan(
        implementation=parse_implementations([implementation])[0],
        table_writer=TABLE_WRITER,
        pairs=pairs,
        writes=writes,
        timeout_seconds=timeout,
        command=command_line(),
    )
    with terminal_progress() as progress, open_stage(database_url, postgres) as stage:
        progress.stage(f"{scan}: loading the scan")
        with stage.scan(source, loaded, (plan.implementation,)) as staged:
            results = compare_storages(stage, staged, plan, progress)
    write_read_results(output / "reads.json", results)
    report = output / "reads.md"
    write_file_atomically(report, render_reads_markdown(results))
    typer.echo(render_reads(results))
    typer.echo(plain(f"Report: {report}; results: {output / 'reads.json'}."))
    return 0 if same_answers(results) else 1
