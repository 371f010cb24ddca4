"""``bench compare``: two results files held against each other."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.cli.options import MarkdownOption
from bench.cli.result import JsonFlag, QuietFlag, show_json, show_result


def compare(
    before: Annotated[Path, typer.Argument(metavar="A.json", help="The results of the earlier run.")],
    after: Annotated[Path, typer.Argument(metavar="B.json", help="The results of the later run.")],
    markdown: MarkdownOption = None,
    json: JsonFlag = False,
    quiet: QuietFlag = False,
) -> int:
    """Compare two runs: exact metrics wherever the data match, time only on one machine.

    Exit codes: 0 nothing got worse, 1 something did or the rows differ, 2 a run is unfinished or lacks a case, a metric
    or a digest, 3 nothing could be decided.
    """
    from bench.analysis.compare import compare as compare_runs
    from bench.files.output_file import write_file
    from bench.report.comparison import render_comparison, render_comparison_markdown
    from bench.report.outcomes.comparison import comparison_outcome
    from bench.results.store import read_results

    comparison = compare_runs(read_results(before), read_results(after))
    if json:
        show_json(comparison_outcome(comparison))
    else:
        show_result(lambda: comparison.verdict.headline, lambda: render_comparison(comparison), quiet=quiet)
    if markdown is not None:
        write_file(markdown, render_comparison_markdown(comparison))
    return comparison.verdict.exit_code
