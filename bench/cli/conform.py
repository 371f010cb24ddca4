"""``bench conform``: named cases of the task's rules, against an oracle."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.cli.measure import command_line
from bench.cli.options import AllImplementationsOption, DatabaseUrlOption, ServerOption, parse_implementations
from bench.cli.progress import terminal_progress
from bench.compliance.cases.all_cases import chosen_cases
from bench.conformance.run import ConformancePlan, run_suite
from bench.conformance.suite import CALL_SECONDS, open_suite
from bench.report.conformance import render_conformance, render_conformance_markdown
from bench.results.conformance import write_conformance
from bench.results.files import check_writable, write_file_atomically


def conform(
    implementation: AllImplementationsOption = None,
    case: Annotated[
        list[str] | None, typer.Option(metavar="NAME", show_default="all", help="A case; may be repeated.")
    ] = None,
    json: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the run as JSON, too.")] = None,
    markdown: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the run as Markdown, too.")] = None,
    postgres: ServerOption = 16,
    database_url: DatabaseUrlOption = None,
    timeout: Annotated[
        float, typer.Option(min=0.1, max=1e6, metavar="SECONDS", help="Limit for a single call.")
    ] = CALL_SECONDS,
) -> int:
    """Run implementations on named cases and compare what they leave with an oracle: equal, known divergence or wrong.

    Exit code 0: everything is equal or differs as declared; 1: something is wrong; 2: tool or input at fault.
    """
    plan = ConformancePlan(
        cases=chosen_cases(case or ()),
        implementations=parse_implementations(implementation or []),
        command=command_line(),
    )
    for path in filter(None, (json, markdown)):
        check_writable(path.parent)
    with terminal_progress() as progress:
        conformance = run_suite(plan, lambda: open_suite(database_url, postgres, timeout), progress)
    if json is not None:
        write_conformance(json, conformance)
    if markdown is not None:
        write_file_atomically(markdown, render_conformance_markdown(conformance))
    typer.echo(render_conformance(conformance), nl=False)
    return conformance.exit_code
