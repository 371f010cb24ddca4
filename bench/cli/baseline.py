"""``bench baseline accept``: the only way in which the baseline moves."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.analysis.comparable import environment_differences
from bench.gate.baseline import DEFAULT_PATH, baseline_of, change_table
from bench.report.terminal import WIDTH, table_lines, wrap
from bench.results.records import Results
from bench.results.store import read_results, read_results_if_any, write_results
from bench.words import plain

baseline = typer.Typer(help="The accepted run that `bench gate` holds others against.", add_completion=False)


@baseline.callback()
def _root() -> None:
    pass  # without it typer would take `accept`, the only command, for the whole of `baseline`


@baseline.command()
def accept(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="The results file of the run to accept.")],
    path: Annotated[Path, typer.Option("--baseline", metavar="FILE", help="The baseline to replace.")] = DEFAULT_PATH,
) -> int:
    """Make a run the baseline, and show what that changes."""
    accepted = baseline_of(read_results(results))
    before = read_results_if_any(path)
    lines = [*wrap(_heading(before, accepted), WIDTH), ""]
    table = change_table(before, accepted)
    lines += table_lines(table) if table else ["No metric changes."]
    if before is not None and (differences := environment_differences(before.environment, accepted.environment)):
        lines += ["", *wrap(plain(f"Another environment: {'; '.join(differences)}"), WIDTH)]
    write_results(path, accepted)
    typer.echo("\n".join([*lines, "", plain(f"Written: {path}")]))
    return 0


def _heading(before: Results | None, after: Results) -> str:
    if before is None:
        return plain(f"New baseline: {_run(after)}")
    return plain(f"Baseline: {_run(before)} → {_run(after)}")


def _run(results: Results) -> str:
    return f"{results.created}, {results.environment.revision or 'outside a checkout'}"
