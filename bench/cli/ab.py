"""``bench ab``: an implementation as it is at a revision and as it is now, in one interleaved run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.cli.measure import command_line, measure
from bench.cli.options import (
    SYNTHETIC,
    CatalogueFileOption,
    CatalogueOption,
    DatabaseUrlOption,
    ScanFileOption,
    ScenarioOption,
    SeedOption,
    ServerOption,
    TimeoutOption,
    catalogue_source,
    parse_sizes,
)
from bench.cli.run import DEFAULT_SCANS, leave_report
from bench.errors import InputError
from bench.harness.plan import RunPlan
from bench.harness.revision import checked_out, opener_with


def ab(
    revision: Annotated[str, typer.Argument(metavar="REV", help="A branch, tag or commit of the checkout.")],
    implementation: Annotated[
        str,
        typer.Option(metavar="NAME", help="A registered name or package.module:function, found in both."),
    ] = "streaming",
    scan: Annotated[
        list[str] | None,
        typer.Option(metavar="FINDINGS/REGIONS", show_default=", ".join(DEFAULT_SCANS), help="Size; may be repeated."),
    ] = None,
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
            help="Time samples of each side, in pairs of alternating order; 6 give an interval.",
        ),
    ] = 6,
    scenario: ScenarioOption = "first",
    output: Annotated[Path, typer.Option(metavar="FOLDER", help="Where results and report go.")] = Path("reports/ab"),
    postgres: ServerOption = 16,
    database_url: DatabaseUrlOption = None,
    timeout: TimeoutOption = None,
) -> int:
    """Measure an implementation at REV against the working tree's, interleaved, with today's harness and schema.

    REV's code goes to a temporary folder; index, working tree and branches stay as they are.
    """
    if scan and scan_file:
        raise InputError("--scan and --scan-file were both given; leave one out")
    sizes = () if scan_file else parse_sizes(scan or DEFAULT_SCANS)
    with checked_out(implementation, revision) as code:
        plan = RunPlan(
            sizes=sizes,
            scan_file=scan_file,
            implementations=(code.name, implementation),
            catalogue=catalogue_source(catalogue, catalogue_file),
            seed=seed,
            samples=samples,
            timeout_seconds=timeout,
            database_url=database_url,
            server_major=postgres,
            # A branch moves on; the report says which commit it was.
            command=f"{command_line()}  # {code.name} is commit {code.commit[:12]}",
            scenario=scenario,
        )
        return leave_report(output, measure(plan, output, opener_with(code)))
