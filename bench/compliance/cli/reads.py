"""``bench prove reads``: the cost of reading rows from another storage than the task's own table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from bench.cli.options import InputOptions, OutputOption, PairsOption, count_option
from bench.cli.terminal import show

TABLE_WRITER = "streaming"
"""It writes the task's own table."""


@dataclass(frozen=True, kw_only=True)
class ReadsOptions(InputOptions):
    """The options of ``bench prove reads``. The implementation is one that declares where it stores its rows."""

    implementation: Annotated[str, typer.Option(metavar="NAME", help="One that declares where it stores its rows.")] = (
        "packed"
    )
    scan: Annotated[str, typer.Option("--scan", "--size", metavar="SIZE", help="{size} of the synthetic {noun}.")] = (
        "10k/20"
    )
    pairs: PairsOption = 12
    writes: Annotated[int, count_option("Pairs of writes to both storages, 0 for none.", 0)] = 3
    output: OutputOption = Path("reports/reads")


def reads(options: ReadsOptions) -> int:
    """Time the API's typical reads on the task's own table and on an implementation's storage; compare their sizes."""
    from bench.cli.plans import chosen_sources, command_line, parse_implementations
    from bench.cli.progress import terminal_progress
    from bench.compliance.reads.page import render_reads, render_reads_markdown, same_answers
    from bench.compliance.reads.record import write_read_results
    from bench.compliance.reads.run import ReadPlan, compare_storages
    from bench.files.output_file import claimed_folder, rescuing, write_file
    from bench.harness.stage import open_stage

    job = options.job
    (source,) = chosen_sources(options, [options.scan])
    (implementation,) = parse_implementations(job, [options.implementation])
    plan = ReadPlan(
        implementation=implementation.name,
        table_writer=TABLE_WRITER,
        pairs=options.pairs,
        writes=options.writes,
        timeout_seconds=options.timeout,
        command=command_line(job, options.data),
    )
    report, results_file = options.output / "reads.md", options.output / "reads.json"
    with claimed_folder(options.output, report.name, results_file.name), rescuing():
        warnings = job.outlook(source).warnings
        with terminal_progress() as progress, open_stage(options.database_url, options.postgres) as stage:
            for warning in warnings:
                progress.warn(warning)
            progress.stage(f"{source.label}: loading the scan")
            with stage.data(job, source, (implementation,)) as staged:
                results = compare_storages(stage, staged, plan, progress)
        write_read_results(results_file, results)
        write_file(report, render_reads_markdown(results))
    show(render_reads(results))
    show(f"Report: {report}; results: {results_file}.")
    return 0 if same_answers(results) else 1
