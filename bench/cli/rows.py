"""``bench prove rows``: what an implementation writes, as JSON lines."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated

import typer

from bench.cli.options import InputOptions, ScanFileOption, ScanOption
from bench.cli.terminal import json_text, note, show_data
from bench.errors import InputError


@dataclass(frozen=True, kw_only=True)
class RowsOptions(InputOptions):
    """The options of ``bench prove rows``."""

    implementation: Annotated[str, typer.Option(metavar="NAME", help="A name or module:function.")]
    scan: ScanOption = None
    scan_file: ScanFileOption = None


def rows(options: RowsOptions) -> int:
    """Print the rows that an implementation writes, table after table, as JSON lines in a stable order."""
    from bench.cli.plans import chosen_sources, parse_implementations
    from bench.harness.stage import open_stage
    from bench.harness.targets import read_target_rows

    job = options.job
    if (options.scan is None) == (options.scan_file is None):
        raise InputError(f"give one of --scan-file FILE and --scan {'/'.join(job.size).upper()}")
    (implementation,) = parse_implementations(job, [options.implementation])
    (source,) = chosen_sources(options, options.scan and [options.scan], options.scan_file)
    for warning in job.outlook(source).warnings:
        note(f"warning: {warning}")
    with (
        open_stage(options.database_url, options.postgres, job.roles) as stage,
        stage.data(job, source, (implementation,)) as staged,
    ):
        _, left = staged.sample("rows", implementation, options.timeout)
        for row in read_target_rows(staged.access, staged.targets, staged.loaded.arguments, left.relation):
            show_data(json_text(json.dumps(row, ensure_ascii=False, default=str)) + "\n")
    return 0
