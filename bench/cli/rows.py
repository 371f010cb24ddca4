"""``bench prove rows``: what an implementation writes, as JSON lines."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated

import typer

from bench.cli.options import SIZE, ImplementationOption, InputOptions, KeepNamesOption, ScanFileOption
from bench.cli.terminal import json_text, note, show_data
from bench.errors import InputError


@dataclass(frozen=True, kw_only=True)
class RowsOptions(InputOptions):
    """The options of ``bench prove rows``."""

    implementation: ImplementationOption
    scan: Annotated[str | None, typer.Option(metavar=SIZE, help="A synthetic scan, instead of --scan-file.")] = None
    scan_file: ScanFileOption = None
    keep_names: KeepNamesOption = False


def rows(options: RowsOptions) -> int:
    """Print the rows and summaries that an implementation writes for one scan, as JSON lines in a stable order."""
    from bench.cli.plans import parse_implementations, scan_source
    from bench.harness.stage import open_stage
    from bench.harness.targets import read_target_rows

    if (options.scan is None) == (options.scan_file is None):
        raise InputError("give one of --scan-file FILE and --scan FINDINGS/REGIONS")
    (name,) = parse_implementations([options.implementation])
    source = scan_source(options, options.scan, options.scan_file, keep_names=options.keep_names)
    loaded = source.load_catalogue()
    for warning in loaded.warnings:
        note(f"warning: {warning}")
    with open_stage(options.database_url, options.postgres) as stage, stage.scan(source, loaded, (name,)) as staged:
        _, left = staged.sample("rows", name, options.timeout)
        for row in read_target_rows(staged.access, staged.loaded.key, left.relation):
            show_data(json_text(json.dumps(row, ensure_ascii=False)) + "\n")
    return 0
