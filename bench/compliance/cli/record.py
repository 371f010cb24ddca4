"""``bench record``: a scan of your own, written in the small form that the suite keeps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli.terminal import show
from bench.errors import InputError

if TYPE_CHECKING:
    from bench.datasets.scan.finding import RecordedFinding


@dataclass(frozen=True, kw_only=True)
class RecordOptions:
    """The options of ``bench record``."""

    scan_file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="OCSF, CSV, JSON lines or rows.")] = None
    output: Annotated[Path, typer.Option(metavar="FILE", help="The file to write; compressed if it ends in .gz.")]
    provider: Annotated[
        str | None, typer.Option(metavar="NAME", help="Of findings that name none.", show_default="as named")
    ] = None
    database_url: Annotated[
        str | None, typer.Option(metavar="URL", help="Read production's tables instead; PGPASSWORD counts.")
    ] = None
    tenant: Annotated[str | None, typer.Option(metavar="ID", help="The tenant, with --database-url.")] = None
    scan_id: Annotated[str | None, typer.Option(metavar="ID", help="The scan, with --database-url.")] = None
    keep_names: Annotated[
        bool, typer.Option("--keep-names", help="Keep resources' uids and private regions of the scan file.")
    ] = False


def record(options: RecordOptions) -> int:
    """Write a scan in the small form that the suite keeps, from a file or, read only, from a database.

    Account ids, ARNs and other names are left out or replaced by numbers, unless --keep-names is given.
    """
    from bench.datasets.scan.recording import write_recording
    from bench.files.output_file import check_file

    provider, findings = _source(options)
    check_file(options.output)
    written = write_recording(options.output, provider, findings)
    show(
        f"{options.output}: {written.findings:,} findings of {provider} in {len(written.regions):,} regions, "
        f"{written.size:,} bytes"
    )
    return 0


def _source(options: RecordOptions) -> tuple[str, Iterator[RecordedFinding]]:
    """Return the provider and the findings, with their names replaced unless kept. Raises InputError, DatabaseError."""
    from bench.datasets.providers import PROVIDERS
    from bench.datasets.scan.names import Names
    from bench.datasets.scan.production import read_production
    from bench.datasets.scan.recorded import read_recorded_scan

    if (options.scan_file is None) == (options.database_url is None):
        raise InputError("give one of FILE and --database-url URL")
    if options.provider not in (None, *PROVIDERS):
        raise InputError(f"--provider {options.provider!r} is no provider; write one of {', '.join(PROVIDERS)}")
    if options.scan_file is not None:
        if options.tenant or options.scan_id:
            raise InputError("--tenant and --scan-id belong to --database-url; leave them out")
        scan = read_recorded_scan(options.scan_file, options.provider, keep_names=options.keep_names)
        return scan.provider, scan.findings()
    if options.provider:
        raise InputError("--provider belongs to a file; the database knows the provider of its scan, leave it out")
    if not options.tenant or not options.scan_id:
        raise InputError("--database-url needs --tenant ID and --scan-id ID; copy them from the table scans")
    assert options.database_url is not None  # one of the two is given
    provider, found = read_production(options.database_url, options.tenant, options.scan_id)
    return provider, map(Names(provider, keep=options.keep_names).apply, found)
