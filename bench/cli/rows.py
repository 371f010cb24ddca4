"""``bench rows``: what an implementation writes, as JSON lines."""

from __future__ import annotations

import json
from typing import Annotated

import typer

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
from bench.errors import InputError
from bench.harness.stage import ScanSource, open_stage
from bench.harness.targets import read_target_rows


def rows(
    implementation: Annotated[str, typer.Option(metavar="NAME", help="A registered name or package.module:function.")],
    scan_file: ScanFileOption = None,
    scan: Annotated[
        str | None, typer.Option(metavar="FINDINGS/REGIONS", help="A synthetic scan, instead of --scan-file.")
    ] = None,
    catalogue: CatalogueOption = SYNTHETIC,
    catalogue_file: CatalogueFileOption = None,
    seed: SeedOption = 0,
    postgres: ServerOption = 16,
    database_url: DatabaseUrlOption = None,
    timeout: TimeoutOption = None,
) -> int:
    """Print the rows and summaries that an implementation writes for one scan, as JSON lines in a stable order."""
    if (scan is None) == (scan_file is None):
        raise InputError("give one of --scan-file FILE and --scan FINDINGS/REGIONS")
    name = parse_implementations([implementation])[0]
    source = ScanSource(
        size=parse_sizes([scan])[0] if scan else None,
        scan_file=scan_file,
        catalogue=catalogue_source(catalogue, catalogue_file),
        seed=seed,
    )
    loaded = source.load_catalogue()
    with open_stage(database_url, postgres) as stage, stage.scan(source, loaded, (name,)) as staged:
        _, left = staged.sample("rows", name, timeout)
        for row in read_target_rows(staged.access, staged.loaded.key, left.relation):
            # As bytes: JSON is UTF-8 whatever the terminal's encoding.
            typer.echo(json.dumps(row, ensure_ascii=False).encode())
    return 0
