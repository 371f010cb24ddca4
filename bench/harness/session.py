"""A session: one plan measured into one output folder, from the check of the folder to the written report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from bench.errors import InputError
from bench.files.output_file import OutputError, check_folder, claimed_folder, rescuing
from bench.harness.captures import capture_folder, keep_captures
from bench.harness.known import with_known
from bench.harness.plan import RunPlan
from bench.harness.progress import Progress
from bench.harness.runner import Runner, StageOpener
from bench.harness.stage import open_stage
from bench.report.report_files import REPORT_FILE
from bench.report.run_files import PAGE_FILE, write_report
from bench.results.benchmark_file import write_benchmark_file
from bench.results.history import keep
from bench.results.records import Results
from bench.results.store import write_results

RESULTS_FILE = "results.json"
BENCHMARK_FILE = "benchmark.json"
INTERRUPTED_FILE = "interrupted.json"


@dataclass(frozen=True, kw_only=True)
class KeptRun:
    """A KeptRun is the results that a run has written, and the paths of its files."""

    results: Results
    results_file: Path
    report: Path
    page: Path
    pictures: tuple[Path, ...]


class Carrier(Protocol):
    """A Carrier carries out one plan, on this machine or on others."""

    @property
    def benchmarks(self) -> tuple[Mapping[str, object], ...]:
        """pytest-benchmark's own documents, one per time sample."""

    def results(self) -> Results | None:
        """All that was measured so far; None where that is nothing."""

    def run(self) -> None:
        """Measure everything. Raises BenchError."""


def measure_into(
    output: Path,
    plan: RunPlan,
    progress: Progress,
    *,
    opener: StageOpener | None = None,
    carrier: Carrier | None = None,
    reports: Path | None = None,
    history: Path | None = None,
) -> KeptRun:
    """Carry out ``plan``, and write results, pytest-benchmark's document and the report into ``output``.

    The noise floor and the promises of earlier commands come from ``reports``, by default the folder that ``output`` is
    in. ``history`` gets a copy of the results. Nothing is measured where a file cannot be written or another run is
    writing to ``output``. ``carrier`` is who carries it out if not this machine. A run that ends early leaves what it
    measured in ``interrupted.json``, and an earlier report as it is. Raises BenchError.
    """
    with (
        claimed_folder(output, RESULTS_FILE, BENCHMARK_FILE, REPORT_FILE, PAGE_FILE, INTERRUPTED_FILE),
        capture_folder(output, keep=plan.keep_captures) as captures,
    ):
        check_folder(output / "plots")
        if history is not None:
            check_folder(history)
        runner = carrier or Runner(plan, progress, opener or open_stage, captures)
        measured = _measure(runner, output, progress)
        progress.stage("writing the report")
        results = with_known(measured, plan.implementations, reports or output.absolute().parent)
        with rescuing():
            write_results(output / RESULTS_FILE, results)
        try:
            results = replace(results, captures=keep_captures(output, captures, results, progress))
            if results.captures:
                write_results(output / RESULTS_FILE, results)
            write_benchmark_file(output / BENCHMARK_FILE, runner.benchmarks)
            report, page, *pictures = write_report(output, results)
            if history is not None:
                keep(history, results)
        except InputError as error:
            raise InputError(f"{error}; the results are in {output / RESULTS_FILE}") from error
    return KeptRun(
        results=results,
        results_file=output / RESULTS_FILE,
        report=report,
        page=page,
        pictures=tuple(pictures),
    )


def measure_alone(output: Path, plan: RunPlan, progress: Progress) -> Results:
    """Carry out ``plan`` and return its results; only what a run that ends early has measured goes to ``output``."""
    return _measure(Runner(plan, progress, open_stage), output, progress)


def _measure(runner: Carrier, output: Path, progress: Progress) -> Results:
    try:
        runner.run()
    except BaseException as error:
        reason = "interrupted" if isinstance(error, KeyboardInterrupt) else str(error) or type(error).__name__
        _keep_unfinished(runner, output, progress, reason)
        raise
    (output / INTERRUPTED_FILE).unlink(missing_ok=True)
    results = runner.results()
    assert results is not None  # the run came to its end
    return results


def _keep_unfinished(runner: Carrier, output: Path, progress: Progress, reason: str) -> None:
    results = runner.results()
    if results is None or not results.measurements:
        return
    path = output / INTERRUPTED_FILE
    try:
        with rescuing():
            write_results(path, replace(results, unfinished=results.unfinished or reason))
        progress.warn(f"what was measured so far is in {path}")
    except OutputError as error:
        progress.warn(str(error))
