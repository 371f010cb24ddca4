"""Measuring one case: what the process does that a node starts for it; see ``bench.nodes.child``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec

from bench.errors import InputError
from bench.files.output_file import write_file
from bench.harness.executor import SampleError
from bench.harness.known import with_known
from bench.harness.plan import RunPlan
from bench.harness.progress import Progress
from bench.harness.runner import Runner
from bench.jobs.job import Job
from bench.nodes.child import BENCHMARKS_FILE, RESULTS_FILE, UNRUNNABLE_FILE, Told
from bench.nodes.clone import NodeClone
from bench.nodes.messages import Work
from bench.nodes.work import plan_of
from bench.results.records import Results
from bench.results.store import write_results


class Telling:
    """A Progress that says what it is told in lines of JSON."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write

    def begin(self, work: float) -> None:
        """Say nothing: the run's coordinator knows."""

    def stage(self, text: str) -> None:
        """Say what is being done now."""
        self._tell(Told(stage=text))

    def detail(self, text: str) -> None:
        """Say nothing: of a case on another machine, its stages are enough."""

    def done(self, work: float) -> None:
        """Say nothing."""

    def left(self, seconds: float) -> None:
        """Say nothing."""

    def warn(self, text: str) -> None:
        """Say what went wrong."""
        self._tell(Told(warning=text))

    def _tell(self, told: Told) -> None:
        self._write(msgspec.json.encode(told).decode())


def measure_case(
    content: bytes,
    job: Job,
    folder: Path,
    reports: Path,
    progress: Progress,
    *,
    database_url: str | None,
    anything: bool,
    clone: NodeClone | None = None,
) -> None:
    """Measure the work that ``content`` holds as JSON, and write what came of it into ``folder``. Raises BenchError.

    The machine's noise floor comes from ``reports``, where ``bench doctor`` keeps it, and commits from ``clone``.
    """
    try:
        work = msgspec.json.decode(content, type=Work)
    except msgspec.DecodeError as error:
        raise InputError(f"standard input holds no case: {error}; a node gives it") from error
    plan = plan_of(work, job, database_url=database_url, anything=anything)
    if work.commits:
        _measure_commits(work, plan, clone, folder, progress)
    else:
        runner, results = _measured(plan, progress)
        _write(folder, runner, with_known(results, plan.implementations, reports))


def _measure_commits(work: Work, plan: RunPlan, clone: NodeClone | None, folder: Path, progress: Progress) -> None:
    """Measure the code of commits, or say why it cannot be run, which is so on every machine."""
    assert clone is not None  # the node has refused it otherwise
    try:
        with clone.taken(work, plan.implementations) as (implementations, warnings):
            # What is known of the code that is installed says nothing about a commit.
            runner, results = _measured(replace(plan, implementations=implementations), progress)
    except (InputError, SampleError) as error:
        write_file(folder / UNRUNNABLE_FILE, str(error))
    else:
        _write(folder, runner, replace(results, warnings=(*results.warnings, *warnings)))


def _measured(plan: RunPlan, progress: Progress) -> tuple[Runner, Results]:
    runner = Runner(plan, progress)
    runner.run()
    results = runner.results()
    assert results is not None  # the run came to its end
    return runner, results


def _write(folder: Path, runner: Runner, results: Results) -> None:
    write_results(folder / RESULTS_FILE, results)
    (folder / BENCHMARKS_FILE).write_bytes(msgspec.json.encode(runner.benchmarks))
