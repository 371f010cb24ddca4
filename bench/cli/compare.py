"""``bench compare``: two results files held against each other."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.analysis.comparison import Comparison
from bench.analysis.comparison import compare as compare_runs
from bench.report.comparison import render_comparison, render_comparison_markdown
from bench.results.store import read_results

WORSE = 1
UNDECIDED = 3


def compare(
    before: Annotated[Path, typer.Argument(metavar="A.json", help="The results of the earlier run.")],
    after: Annotated[Path, typer.Argument(metavar="B.json", help="The results of the later run.")],
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown.")] = False,
) -> int:
    """Compare two runs: exact metrics wherever the data match, time only on one machine.

    Exit code 0: nothing got worse; 1: something did, or the rows differ; 3: nothing could be decided.
    """
    comparison = compare_runs(read_results(before), read_results(after))
    render = render_comparison_markdown if markdown else render_comparison
    typer.echo(render(comparison), nl=False)
    return _exit_code(comparison)


def _exit_code(comparison: Comparison) -> int:
    if comparison.worse:
        return WORSE
    return 0 if comparison.conclusive else UNDECIDED
