"""``bench ab``: an implementation at a revision and in the working tree, in one interleaved run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from bench.cli.options import (
    ImplementationOption,
    InputOptions,
    KeepNamesOption,
    OutputOption,
    PairsOption,
    ScanFileOption,
    ScansOption,
)
from bench.cli.run import ScenarioOption, show_run


@dataclass(frozen=True, kw_only=True)
class AbOptions(InputOptions):
    """The options of ``bench ab``."""

    revision: Annotated[str, typer.Argument(metavar="REV", help="A branch, tag or commit of the checkout.")]
    implementation: ImplementationOption = "streaming"
    scan: ScansOption = None
    scan_file: ScanFileOption = None
    keep_names: KeepNamesOption = False
    pairs: PairsOption = 6
    scenario: ScenarioOption = "first"
    output: OutputOption = Path("reports/ab")


def ab(options: AbOptions) -> int:
    """Measure an implementation at REV against the working tree's, interleaved, with today's harness and schema.

    REV's code goes to a temporary folder; index, working tree and branches are not touched.
    """
    from bench.cli.plans import chosen_scans, run_plan
    from bench.cli.progress import terminal_progress
    from bench.harness.revision import checked_out, opener_with
    from bench.harness.session import measure_into

    plan = run_plan(
        options,
        [options.implementation],
        chosen_scans(options.scan, options.scan_file),
        scan_file=options.scan_file,
        keep_names=options.keep_names,
        samples=options.pairs,
        scenario=options.scenario,
    )
    with checked_out(options.implementation, options.revision) as code:
        both = replace(
            plan,
            implementations=(code.name, options.implementation),
            # A branch moves on; the report says which commit it was.
            command=f"{plan.command}  # {code.name} is commit {code.commit[:12]}",
        )
        with terminal_progress() as progress:
            kept = measure_into(options.output, both, progress, opener=opener_with(code))
    return show_run(kept)
