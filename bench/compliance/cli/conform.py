"""``bench prove conform``: named cases of the task's rules, against an oracle."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from bench.cli.options import AllImplementationsOption, JsonOption, MarkdownOption, ServerOptions
from bench.cli.result import QuietOptions, show_json, show_result, to_standard_output
from bench.results.conformed import FILE


@dataclass(frozen=True, kw_only=True)
class ConformOptions(ServerOptions, QuietOptions):
    """The options of ``bench prove conform``."""

    implementation: AllImplementationsOption = None
    case: Annotated[list[str] | None, typer.Option(metavar="NAME", show_default="all", help="A case; repeatable.")] = (
        None
    )
    json: JsonOption = None
    markdown: MarkdownOption = None
    keep: Annotated[
        Path, typer.Option(metavar="FILE", help="Keeps the outcome of all cases, for reports of runs of the same code.")
    ] = Path("reports") / FILE


def conform(options: ConformOptions) -> int:
    """Run implementations on named cases and compare their rows with an oracle: equal, known divergence or wrong.

    Exit codes: 0 equal or different as declared, 1 wrong, 2 tool or input at fault.
    """
    from bench.cli.plans import command_line, parse_implementations
    from bench.cli.progress import terminal_progress
    from bench.compliance.cases.all_cases import chosen_cases
    from bench.compliance.conformance.page import (
        render_conformance,
        render_conformance_markdown,
        verdict_line,
    )
    from bench.compliance.conformance.record import write_conformance
    from bench.compliance.conformance.run import ConformancePlan, run_suite
    from bench.compliance.conformance.suite import CALL_SECONDS, open_suite
    from bench.compliance.job import JOB
    from bench.files.output_file import check_file, rescuing, write_file
    from bench.results.conformed import merge_conformed

    plan = ConformancePlan(
        cases=chosen_cases(options.case or ()),
        implementations=tuple(one.name for one in parse_implementations(JOB, options.implementation or [])),
        command=command_line(JOB, {}),
    )
    printed = to_standard_output(options.json)
    for path in (None if printed else options.json, options.markdown, None if options.case else options.keep):
        if path is not None:
            check_file(path)
    timeout = options.timeout or CALL_SECONDS
    with terminal_progress(quiet=options.quiet) as progress:
        conformance = run_suite(plan, lambda: open_suite(options.database_url, options.postgres, timeout), progress)
    if printed:
        show_json(conformance)
    else:
        show_result(lambda: verdict_line(conformance), lambda: render_conformance(conformance), quiet=options.quiet)
    with rescuing():
        if not options.case:
            merge_conformed(options.keep, conformance.summaries())
        if options.json is not None and not printed:
            write_conformance(options.json, conformance)
        if options.markdown is not None:
            write_file(options.markdown, render_conformance_markdown(conformance))
    return conformance.exit_code
