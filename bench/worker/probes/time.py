"""Wall and CPU seconds through pytest-benchmark, untraced."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bench.compliance.contract import Outcome
from bench.errors import MeasurementError
from bench.messages.reading import Call, Reading

GIVEN_CASE = "bench-given-case"
"""The name under which a ready case is handed to the benchmark file as a pytest plugin."""
# Only what the benchmark file needs: loading every installed plugin takes longer than a small sample.
_PLUGINS = ("--disable-plugin-autoload", "-p", "pytest_benchmark.plugin", "-p", "pytest_django.plugin")
_BENCHMARK_FILE = Path(__file__).parents[2] / "benchmarks" / "test_create_compliance_requirements.py"


@dataclass
class TimedCase:
    """A TimedCase is a call ready to be timed ``rounds`` times, each after ``reset``; it collects CPU seconds itself.

    pytest-benchmark measures wall time only.
    """

    call: Call
    reset: Callable[[], None]
    rounds: int
    label: str
    outcome: Outcome | None = None
    error: BaseException | None = None
    cpu_seconds: list[float] = field(default_factory=list)

    def run(self) -> None:
        """Make the call once, and note the process's CPU seconds (user and system) in it."""
        start = time.process_time()
        try:
            self.outcome = self.call()
        except BaseException as error:
            self.error = error
            raise
        self.cpu_seconds.append(time.process_time() - start)


def read_time(call: Call, label: str) -> Reading:
    """Time one call by running the benchmark file in this process, on the case that is set up here."""
    case = TimedCase(call=call, reset=lambda: None, rounds=1, label=label)
    with tempfile.TemporaryDirectory(prefix="bench-time-") as folder:
        path = Path(folder) / "benchmark.json"
        # No configuration file: the reader's own project may have one, with options that do not belong here.
        options = ["-c", os.devnull, "--rootdir", folder, *_PLUGINS, "-p", "no:cacheprovider", "-q"]
        code = pytest.main(
            [*options, "--benchmark-only", f"--benchmark-json={path}", str(_BENCHMARK_FILE)],
            plugins=[_Given(case)],
        )
        if case.error is not None:
            raise case.error
        if code != pytest.ExitCode.OK or case.outcome is None:
            raise MeasurementError(f"pytest-benchmark ended with exit code {int(code)}; its output is in the log")
        benchmark = json.loads(path.read_text(encoding="utf-8"))
    wall = benchmark["benchmarks"][0]["stats"]["data"][0]
    return Reading(
        values={"wall_seconds": wall, "cpu_seconds": case.cpu_seconds[0]}, outcome=case.outcome, benchmark=benchmark
    )


class _Given:
    """The plugin that carries the case; registered under GIVEN_CASE when pytest starts."""

    def __init__(self, case: TimedCase) -> None:
        self.case = case

    def pytest_configure(self, config: pytest.Config) -> None:
        config.pluginmanager.register(self.case, GIVEN_CASE)
