"""``bench reads``: the read side of packed rows, on a scan that both designs have written."""

from __future__ import annotations

from datetime import UTC, datetime
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
    parse_sizes,
)
from bench.cli.progress import terminal_progress
from bench.environment import describe_environment
from bench.errors import MeasurementError
from bench.progress import Progress
from bench.reads.sizes import measure_sizes
from bench.reads.timing import time_reads
from bench.report.reads import render_reads, render_reads_markdown, same_answers
from bench.results.files import check_writable, write_file_atomically
from bench.results.reads import READS_SCHEMA, ReadResults, WriteSamples, write_read_results
from bench.stage import ScanSource, ScanStage, Stage, open_stage
from bench.targets import TargetDigest

WRITERS = {"table": "streaming", "packed": "packed"}
"""Which implementation writes each design."""


def reads(
    scan: Annotated[str, typer.Option(metavar="FINDINGS/REGIONS", help="The scan to read.")] = "10k/20",
    catalogue: CatalogueOption = SYNTHETIC,
    catalogue_file: CatalogueFileOption = None,
    seed: SeedOption = 0,
    pairs: Annotated[int, typer.Option(min=1, help="Pairs of each read; 6 give an interval.")] = 12,
    writes: Annotated[int, typer.Option(min=0, help="Pairs of writing both designs; 0 leaves that out.")] = 3,
    output: Annotated[Path, typer.Option(metavar="FOLDER", help="Where results and report go.")] = Path(
        "reports/reads"
    ),
    postgres: ServerOption = 16,
    database_url: DatabaseUrlOption = None,
    timeout: TimeoutOption = None,
) -> int:
    """Time the API's typical reads on the table and on the view over packed rows; compare sizes and writing as well."""
    check_writable(output)
    source = ScanSource(
        size=parse_sizes([scan])[0], scan_file=None, catalogue=catalogue_source(catalogue, catalogue_file), seed=seed
    )
    loaded = source.load_catalogue()
    with terminal_progress() as progress, open_stage(database_url, postgres) as stage:
        progress.stage(f"{scan}: loading the scan")
        with stage.scan(source, loaded) as staged:
            results = _measure(stage, staged, pairs, writes, timeout, progress)
    write_read_results(output / "reads.json", results)
    report = output / "reads.md"
    write_file_atomically(report, render_reads_markdown(results))
    typer.echo(render_reads(results))
    typer.echo(f"Report: {report}; results: {output / 'reads.json'}.")
    return 0 if same_answers(results) else 1


def _measure(
    stage: Stage, staged: ScanStage, pairs: int, writes: int, timeout: float | None, progress: Progress
) -> ReadResults:
    server = stage.server
    environment = describe_environment(server.version, server.source, server.settings())
    written = _write(staged, writes, timeout, progress)
    view = ""
    for implementation in WRITERS.values():
        progress.stage(f"writing what is read: {implementation}")
        view = staged.write_earlier_rows(implementation, timeout).relation
    staged.reset()
    return ReadResults(
        schema=READS_SCHEMA,
        created=datetime.now(tz=UTC).isoformat(timespec="seconds"),
        command=command_line(),
        environment=environment,
        dataset=staged.dataset,
        reads=time_reads(staged.access, staged.loaded.key, view, pairs, progress.stage),
        sizes=measure_sizes(staged.access),
        writes=written,
    )


def _write(staged: ScanStage, pairs: int, timeout: float | None, progress: Progress) -> tuple[WriteSamples, ...]:
    """Write both designs in pairs of alternating order. Raises MeasurementError where their rows differ."""
    seconds: dict[str, list[float]] = {design: [] for design in WRITERS}
    wal: dict[str, list[float]] = {design: [] for design in WRITERS}
    left: dict[str, TargetDigest] = {}
    for pair in range(pairs):
        for design in WRITERS if pair % 2 == 0 else reversed(WRITERS):
            progress.stage(f"writing: {design}, pair {pair + 1} of {pairs}")
            reading, left[design] = staged.sample("time", WRITERS[design], timeout)
            seconds[design].append(reading.values["wall_seconds"])
    if not pairs:
        return ()
    for design, implementation in WRITERS.items():
        progress.stage(f"writing: {design}, WAL")
        reading, left[design] = staged.sample("database", implementation, timeout)
        wal[design].append(reading.values["wal_bytes"])
    table, packed = left.values()
    if (table.rows, table.summaries) != (packed.rows, packed.summaries):
        raise MeasurementError("the two designs hold other rows; see bench conform for where they differ")
    return tuple(
        WriteSamples(
            design=design, implementation=WRITERS[design], seconds=tuple(seconds[design]), wal_bytes=tuple(wal[design])
        )
        for design in WRITERS
    )
