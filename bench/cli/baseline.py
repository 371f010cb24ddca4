"""``bench baseline accept``: the only way in which the baseline moves."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.cli.terminal import show


def accept(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="The results file of the run to accept.")],
    baseline: Annotated[Path, typer.Option(metavar="FILE", help="The baseline to replace.")] = Path(
        "reports/baseline.json"
    ),
) -> int:
    """Make a run the baseline, and show what that changes."""
    from bench.gate.accept import accept_run

    show("\n".join(accept_run(results, baseline)))
    show(f"\nWritten: {baseline}")
    return 0
