"""``bench gate``: may this change be merged? A verdict to be read in ten seconds, and its exit code."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli.options import JobOptions, JsonOption, OutputOption
from bench.cli.pairs import EnoughOptions
from bench.cli.result import QuietOptions, show_result, to_standard_output
from bench.cli.terminal import json_text, show, show_data
from bench.errors import InputError

if TYPE_CHECKING:
    from bench.analysis.verdict import Verdict
    from bench.gate.policy import Policy
    from bench.jobs.job import Job
    from bench.results.records import Results

BASELINE = Path("reports/baseline.json")


@dataclass(frozen=True, kw_only=True)
class GateOptions(EnoughOptions, JobOptions, QuietOptions):
    """The options of ``bench gate``."""

    results: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            show_default="measure the policy's scans",
            help="Judge this results file; a failing time is inconclusive.",
        ),
    ] = None
    policy: Annotated[Path, typer.Option(metavar="FILE", help="The TOML file with the table tool.bench.gate.")] = Path(
        "pyproject.toml"
    )
    baseline: Annotated[
        Path | None, typer.Option(metavar="FILE", show_default=f"{BASELINE}, if any", help="The accepted run.")
    ] = None
    base: Annotated[
        str | None, typer.Option(metavar="REV", help="The revision that @base in the policy stands for.")
    ] = None
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it as JUnit XML, too.")] = None
    json: JsonOption = None
    output: OutputOption = Path("reports/gate")
    self_test: Annotated[
        bool, typer.Option("--self-test", help="Measure planted regressions instead; each must be caught.")
    ] = False


def gate(options: GateOptions) -> int:
    """Judge a run by the policy and the baseline; without --results measure it first, and a failing time twice.

    Exit codes: 0 pass, 1 regression, 2 tool or input at fault, 3 inconclusive or not comparable.
    """
    from bench.files.output_file import check_file, rescuing
    from bench.gate.text import render_verdict

    if options.self_test:
        return _test_itself(options)
    printed = to_standard_output(options.json)
    for path in (options.junit, None if printed else options.json):
        if path is not None:
            check_file(path)
    try:
        accepted = _accepted(options.baseline, options.job)
        verdict = _judge(options, accepted)
    except BaseException as error:
        # A CI system that reads only the files must not find those of an earlier, better day.
        _write(_failure(error), options)
        raise
    if not printed:
        show_result(lambda: verdict.headline, lambda: render_verdict(verdict), quiet=options.quiet)
    if accepted is None and not printed and not options.quiet:
        what = f"{BASELINE} is of another job" if BASELINE.exists() else f"there is no {BASELINE}"
        show(f"No baseline: {what}; `bench baseline accept RESULTS` makes one.")
    with rescuing():
        _write(verdict, options)
    return verdict.exit_code


def _test_itself(options: GateOptions) -> int:
    from bench.cli.progress import terminal_progress
    from bench.gate.self_test import render_self_test, self_test

    for name in ("results", "baseline", "base", "junit", "json", "precision", "budget"):
        if getattr(options, name) is not None:
            raise InputError(f"--self-test was given with --{name}, which it does not use; leave one out")
    with terminal_progress(quiet=options.quiet) as progress:
        found = self_test(
            options.job,
            progress,
            database_url=options.database_url,
            server_major=options.postgres,
            timeout_seconds=options.timeout,
        )
    show(render_self_test(found), end="")
    return found.exit_code


def _judge(options: GateOptions, accepted: Results | None) -> Verdict:
    from bench.gate.judge import gate as judge
    from bench.gate.judge import unconfirmed
    from bench.gate.policy_file import read_policy
    from bench.results.store import read_results

    policy = read_policy(options.policy, options.job)
    if options.results is None:
        return _measure(options, policy, accepted)
    options.refuse("--results")
    if options.base is not None:
        raise InputError("--base was given, without effect beside --results; leave one out")
    return unconfirmed(judge(policy, read_results(options.results), accepted))


def _measure(options: GateOptions, policy: Policy, accepted: Results | None) -> Verdict:
    # Apart, because judging a file needs none of the packages that measuring needs.
    from bench.cli.chosen_project import chosen_project
    from bench.cli.code_source import as_named, named_commits
    from bench.cli.plans import parse_sizes, run_plan
    from bench.cli.progress import terminal_progress
    from bench.gate.measuring import Measuring, judge_by_measuring
    from bench.jobs.job import DataSource
    from bench.jobs.registry import implementation_of, split_revision

    sources = [DataSource(size=size, options=policy.options) for size in parse_sizes(options.job, policy.scans)]
    alone = dict.fromkeys(split_revision(name)[0] for name in policy.implementations)
    plan = run_plan(options, tuple(alone), sources, **options.timing(policy))
    with (
        terminal_progress(quiet=options.quiet) as progress,
        as_named(
            policy.implementations,
            partial(implementation_of, options.job),
            progress,
            chosen_project(options),
            _meaning(policy, options.base),
        ) as code,
    ):
        if commits := named_commits(code):
            plan = replace(plan, command=f"{plan.command}  # {commits}")
        plan = replace(plan, implementations=code)
        return judge_by_measuring(Measuring(policy, plan, options.output, progress), accepted)


def _meaning(policy: Policy, base: str | None) -> dict[str, str]:
    """Return what ``@base`` and ``@head`` of the policy stand for. Raises InputError."""
    from bench.gate.policy import BASE, HEAD

    if base is None and any(name.endswith(f"@{BASE}") for name in policy.implementations):
        raise InputError(
            f"{policy.place} names an implementation @{BASE}; give the revision that it stands for by --base"
        )
    return {HEAD: "HEAD", **({} if base is None else {BASE: base})}


def _accepted(path: Path | None, job: Job) -> Results | None:
    """Read the baseline; the default one may be missing or of another job, one that was asked for may not."""
    from bench.results.store import read_results, read_results_if_any

    if path is not None:
        return read_results(path)
    found = read_results_if_any(BASELINE)
    # Files before schema 3 do not name their job.
    if found is None or found.job.size != job.size or found.job.name not in ("", job.name):
        return None
    return found


def _failure(error: BaseException) -> Verdict:
    from bench.analysis.verdict import Check, Standing, Verdict

    if isinstance(error, KeyboardInterrupt):
        return Verdict.of([Check(name="gate", standing=Standing.UNFINISHED, sentence="interrupted")])
    return Verdict.of([Check(name="gate", standing=Standing.ERROR, sentence=str(error) or type(error).__name__)])


def _write(verdict: Verdict, options: GateOptions) -> None:
    from bench.files.output_file import write_file
    from bench.gate.verdict_files import render_json, render_junit, write_verdict

    if options.junit is not None:
        write_file(options.junit, render_junit(verdict))
    if to_standard_output(options.json):
        show_data(json_text(render_json(verdict).decode()))
    elif options.json is not None:
        write_verdict(options.json, verdict)
