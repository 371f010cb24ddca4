"""``bench badge``: a run's verdict and peak as a badge."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.cli.terminal import show_data
from bench.errors import InputError

FORMATS = ("svg", "shields")


def badge(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="The results file of the run.")],
    verdict: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The gate's verdict, from bench gate --json FILE.")
    ] = None,
    implementation: Annotated[
        str | None, typer.Option(metavar="NAME", show_default="the last one", help="Whose figure is shown.")
    ] = None,
    metric: Annotated[str, typer.Option(metavar="NAME", help="Which figure, on the largest data.")] = "peak_heap_bytes",
    format: Annotated[  # noqa: A002  the option's name
        str, typer.Option(metavar="|".join(FORMATS), help="A picture, or JSON for shields.io's endpoint badge.")
    ] = "svg",
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", show_default="standard output", help="Where it goes.")
    ] = None,
) -> int:
    """Write a badge: the verdict, and where that is good one figure of the largest data."""
    from bench.files.output_file import write_file
    from bench.gate.badge import badge_of, shields_badge, svg_badge
    from bench.gate.verdict_files import read_verdict
    from bench.results.metrics import METRICS
    from bench.results.store import read_results

    if format not in FORMATS:
        raise InputError(f"unknown format {format!r}; known are {', '.join(FORMATS)}")
    if metric not in METRICS:
        raise InputError(f"unknown metric {metric!r}; known are {', '.join(METRICS)}")
    found = None if verdict is None else read_verdict(verdict)
    made = badge_of(read_results(results), METRICS[metric], implementation, found)
    text = svg_badge(made) if format == "svg" else shields_badge(made)
    if output is None:
        show_data(text)
    else:
        write_file(output, text)
    return 0
