"""``bench gate``: may this change be merged? A verdict to be read in ten seconds, and its exit code."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.cli.measure import command_line, measure
from bench.cli.options import (
    SYNTHETIC,
    DatabaseUrlOption,
    ServerOption,
    TimeoutOption,
    parse_implementations,
    parse_sizes,
)
from bench.cli.progress import terminal_progress
from bench.cli.run import keep_run
from bench.errors import BenchError, InputError
from bench.gate.baseline import DEFAULT_PATH as DEFAULT_BASELINE
from bench.gate.judge import gate as judge_by
from bench.gate.junit import render_junit
from bench.gate.policy import Policy
from bench.gate.policy_file import DEFAULT_PATH as DEFAULT_POLICY
from bench.gate.policy_file import read_policy
from bench.gate.repetition import (
    confirm,
    narrowed,
    narrowed_results,
    needs_repetition,
    suspects,
    unconfirmed,
)
from bench.gate.self_test import self_test as run_self_test
from bench.gate.self_test_text import render_self_test
from bench.gate.text import render_verdict
from bench.gate.verdict import Check, GateVerdict, Outcome
from bench.gate.verdict_file import write_verdict
from bench.harness.plan import SINGLE_PROBES, RunPlan
from bench.messages.request import ProbeName
from bench.results.files import check_writable, write_file_atomically
from bench.results.records import Results
from bench.results.store import read_results, read_results_if_any

SECOND_BATCH = "second-batch"
"""The folder in the output where the results of a repetition go."""


def gate(
    results: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            show_default="measure what the policy names",
            help="Judge this results file; a time that fails takes a second batch, and stays inconclusive.",
        ),
    ] = None,
    policy: Annotated[
        Path, typer.Option(metavar="FILE", help="The TOML file with the table tool.bench.gate.")
    ] = DEFAULT_POLICY,
    baseline: Annotated[
        Path | None,
        typer.Option(metavar="FILE", show_default=f"{DEFAULT_BASELINE}, if it is there", help="The accepted run."),
    ] = None,
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the verdict as JUnit XML, too.")] = None,
    json: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the verdict as JSON, too.")] = None,
    output: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where results and report of a measurement go.")
    ] = Path("reports/gate"),
    postgres: ServerOption = 16,
    database_url: DatabaseUrlOption = None,
    timeout: TimeoutOption = None,
    self_test: Annotated[
        bool,
        typer.Option("--self-test", help="Measure planted regressions instead, and see that each is caught."),
    ] = False,
) -> int:
    """Judge a run by the policy and against the baseline; without --results measure it first.

    Exit code 0: pass, also where something improved; 1: a regression or a broken promise; 2: the tool or its input is
    at fault; 3: inconclusive or not comparable.
    """
    if self_test:
        for option, value in (("--results", results), ("--baseline", baseline), ("--junit", junit), ("--json", json)):
            if value is not None:
                raise InputError(f"--self-test was given with {option}, which it does not use; leave one out")
        return _test_itself(postgres, database_url, timeout)
    for path in filter(None, (junit, json)):
        check_writable(path.parent)
    try:
        rules = read_policy(policy)
        accepted = _read_baseline(baseline)
        if results is not None:
            verdict = unconfirmed(judge_by(rules, read_results(results), accepted))
        else:
            measuring = Measuring(rules, output, postgres, database_url, timeout)
            verdict = judge_by_measuring(measuring, accepted)
    except BenchError as error:
        # A CI system that reads only the files must not find those of an earlier, better day.
        _write(_tool_failure(error), junit, json)
        raise
    _write(verdict, junit, json)
    typer.echo(render_verdict(verdict), nl=False)
    if accepted is None:
        typer.echo(f"No baseline: there is no {DEFAULT_BASELINE}; `bench baseline accept RESULTS` makes one.")
    return verdict.exit_code


def _test_itself(server_major: int, database_url: str | None, timeout: float | None) -> int:
    with terminal_progress() as progress:
        found = run_self_test(progress, database_url=database_url, server_major=server_major, timeout_seconds=timeout)
    typer.echo(render_self_test(found), nl=False)
    return found.exit_code


class Measuring:
    """Measures what a policy names, once in full, and once more for the time of some scans."""

    def __init__(
        self, policy: Policy, output: Path, server_major: int, database_url: str | None, timeout: float | None
    ) -> None:
        self.policy = policy
        self._output = output
        self._server_major = server_major
        self._database_url = database_url
        self._timeout = timeout

    def whole(self) -> Results:
        """Measure everything."""
        return self._measure(self.policy.scans, SINGLE_PROBES, self._output)

    def time_again(self, scans: tuple[str, ...]) -> Results:
        """Measure time alone, on ``scans``."""
        return self._measure(scans, (), self._output / SECOND_BATCH)

    def _measure(self, scans: tuple[str, ...], probes: tuple[ProbeName, ...], output: Path) -> Results:
        plan = RunPlan(
            sizes=parse_sizes(list(scans)),
            scan_file=None,
            implementations=parse_implementations(list(self.policy.implementations)),
            catalogue=SYNTHETIC,
            seed=0,
            samples=self.policy.samples,
            timeout_seconds=self._timeout,
            database_url=self._database_url,
            server_major=self._server_major,
            command=command_line(),
            probes=probes,
        )
        return keep_run(output, measure(plan, output)).results


def judge_by_measuring(measuring: Measuring, accepted: Results | None) -> GateVerdict:
    first = judge_by(measuring.policy, measuring.whole(), accepted)
    if not needs_repetition(first):
        return first
    scans = suspects(first)
    again = measuring.time_again(scans)
    against = narrowed_results(accepted, scans) if accepted else None
    return confirm(first, judge_by(narrowed(measuring.policy, scans), again, against))


def _read_baseline(path: Path | None) -> Results | None:
    """Read the baseline; the default one may be missing, one that was asked for may not."""
    return read_results_if_any(DEFAULT_BASELINE) if path is None else read_results(path)


def _tool_failure(error: BenchError) -> GateVerdict:
    return GateVerdict.of([Check(name="gate", outcome=Outcome.TOOL_FAILURE, sentence=str(error))])


def _write(verdict: GateVerdict, junit: Path | None, json: Path | None) -> None:
    if junit is not None:
        write_file_atomically(junit, render_junit(verdict))
    if json is not None:
        write_verdict(json, verdict)
