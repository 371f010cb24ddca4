"""``bench show export``: the figures of results files in the format of another tool."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, get_args

import typer

from bench.cli.terminal import note, show_data

Format = Literal["bencher", "github-action-benchmark", "openmetrics", "csv", "pytest-benchmark"]
_NAMES = get_args(Format)


def export(
    results: Annotated[list[Path], typer.Argument(metavar="RESULTS…", help="Results files, of any schema version.")],
    format_: Annotated[
        Format,
        typer.Option("--format", metavar="NAME", help=f"{', '.join(_NAMES[:-1])} or {_NAMES[-1]}."),
    ],
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", show_default="standard output", help="Where the figures go.")
    ] = None,
) -> int:
    """Write figures for another tool, each under a name that later runs repeat: case and metric.

    Cases that failed or left wrong rows are left out, and named on standard error.
    """
    from bench.files.input_file import path_text
    from bench.files.output_file import check_file, write_file
    from bench.report.export.figures import figures_of
    from bench.report.export.formats import FORMATS
    from bench.results.store import read_results

    if output is not None:
        check_file(output)
    found = figures_of([(path_text(path), read_results(path)) for path in results])
    text = FORMATS[format_](found)
    for reason in found.left_out:
        note(f"left out: {reason}")
    if output is None:
        show_data(text)
    else:
        write_file(output, text)
    return 0
