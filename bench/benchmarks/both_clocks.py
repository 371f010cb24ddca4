"""Both clocks: the same call timed by pytest-benchmark and by a worker, in turns, each time in a fresh process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.benchmarks.given_case import GivenCase, write_given_case
from bench.errors import InputError, MeasurementError
from bench.harness.plan import RunPlan
from bench.harness.progress import Progress
from bench.harness.requests import sample_request
from bench.harness.runner import StageOpener
from bench.harness.stage import DataStage, open_stage
from bench.harness.worker_variables import is_foreign, worker_variables
from bench.jobs.implementation import Implementation
from bench.messages.request import SampleRequest

_FOLDER = Path(__file__).parent
# Without the user's own configuration and plugins, which are for other tests.
_ALONE = ("-c", os.devnull, "--disable-plugin-autoload", "-p", "pytest_benchmark.plugin", "-p", "no:cacheprovider")


@dataclass(frozen=True, kw_only=True)
class ClockSamples:
    """Wall seconds of one call by both clocks; the n-th of each were taken one after the other."""

    pytest_benchmark: tuple[float, ...]
    system: tuple[float, ...]
    """What the workers' clock reads of the very calls that pytest-benchmark times."""
    worker: tuple[float, ...]


def compare_clocks(
    plan: RunPlan, pairs: int, progress: Progress, opener: StageOpener = open_stage
) -> tuple[str, ClockSamples]:
    """Time the first implementation of ``plan`` on its first data by both clocks; return the data's label, too.

    Raises as ``time_by_both``.
    """
    (source, *_), (implementation, *_) = plan.sources, plan.implementations
    with opener(plan.database_url, plan.server_major, plan.job.roles) as stage:
        progress.stage(f"{plan.job.label(source)}: loading the {plan.job.noun}")
        with stage.data(plan.job, source, (implementation,)) as data:
            return data.dataset.scan, time_by_both(data, implementation, pairs, progress)


def time_by_both(data: DataStage, implementation: Implementation, pairs: int, progress: Progress) -> ClockSamples:
    """Time ``implementation`` ``pairs`` times by both clocks, alternating which comes first.

    Raises SampleError or MeasurementError, and InputError for code of another environment.
    """
    request = sample_request(
        implementation, data.access, data.loaded, "time", label=implementation.name, group="clocks"
    )
    if is_foreign(request.environment):
        raise InputError(
            f"{implementation.name!r} runs in another environment, which has no pytest-benchmark of ours; "
            "compare the clocks on an implementation of this one"
        )
    benchmark: list[tuple[float, float]] = []
    worker: list[float] = []

    def by_pytest_benchmark() -> None:
        data.reset()
        benchmark.append(_timed(request, data.timeout_seconds))

    def by_worker() -> None:
        reading, _ = data.sample("time", implementation, None)
        worker.append(reading.values["wall_seconds"])

    progress.begin(2 * pairs)
    for pair in range(pairs):
        progress.stage(f"{data.dataset.scan}: {implementation.name} by both clocks ({pair + 1} of {pairs})")
        for take in (by_worker, by_pytest_benchmark) if pair % 2 else (by_pytest_benchmark, by_worker):
            take()
            progress.done(1)
    read, system = zip(*benchmark, strict=True)
    return ClockSamples(pytest_benchmark=read, system=system, worker=tuple(worker))


def _timed(request: SampleRequest, timeout: float) -> tuple[float, float]:
    """Return the seconds that pytest-benchmark and the system's clock read of one call, in a separate process."""
    environment = request.environment
    with tempfile.TemporaryDirectory(prefix="bench-clocks-") as name:
        folder = Path(name)
        case, result = folder / "case.json", folder / "benchmark.json"
        write_given_case(
            case,
            GivenCase(
                path=environment.path,
                settings=environment.settings,
                set_up=environment.set_up,
                context=request.context,
                function=request.function,
                arguments=request.arguments,
                warm_up=request.warm_up,
                label=request.label,
            ),
        )
        command = [sys.executable, "-m", "pytest", *_ALONE, "--rootdir", name, "-q", "--benchmark-only"]
        command += [f"--benchmark-json={result}", f"--bench-given={case}", str(_FOLDER)]
        try:
            finished = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                env=worker_variables(environment, request.access, folder, folder),
                timeout=timeout,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise MeasurementError(f"pytest-benchmark did not end within {timeout:g} s; see the load") from None
        if finished.returncode or not result.exists():
            said = finished.stdout.decode(errors="replace").strip().rpartition("\n")[2]
            raise MeasurementError(f"pytest-benchmark ended with exit code {finished.returncode}: {said}")
        (entry,) = json.loads(result.read_text(encoding="utf-8"))["benchmarks"]
        (seconds,) = entry["stats"]["data"]
        (system,) = entry["extra_info"]["system_seconds"]
        return seconds, system
