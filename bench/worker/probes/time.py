"""Wall and CPU seconds through pytest-benchmark, untraced."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_benchmark.plugin  # noqa: F401 - takes its timer now, before an implementation may replace it

from bench.compliance.contract import Outcome
from bench.errors import MeasurementError
from bench.messages.reading import Call, Reading
from bench.worker.clock import SYSTEM_CLOCK

GIVEN_CASE = "bench-given-case"
"""The name of the pytest plugin that gives the benchmark file its case."""
# Loading every installed plugin takes longer than a small sample.
_PLUGINS = ("--disable-plugin-autoload", "-p", "pytest_benchmark.plugin", "-p", "pytest_django.plugin")
_BENCHMARK_FILE = Path(__file__).parents[2] / "benchmarks" / "test_create_compliance_requirements.py"


_TOO_SHORT = 0.999
"""What pytest-benchmark reads contains what the system's clock reads, so it is never less but for rounding."""
_TOO_LONG = 1.05
_SLACK_SECONDS = 0.05
"""How much more it may be where the implementation replaced a clock; else the process just had to wait between both."""


@dataclass
class TimedCase:
    """A TimedCase is a call to time ``rounds`` times, each after ``reset``.

    pytest-benchmark measures wall time; the case itself notes what the system's clocks say of each round.
    """

    call: Call
    reset: Callable[[], None]
    rounds: int
    label: str
    outcome: Outcome | None = None
    error: BaseException | None = None
    wall_seconds: list[float] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)
    """User and system seconds, child processes included."""

    def run(self) -> None:
        """Make the call once, and note its seconds."""
        cpu, wall = SYSTEM_CLOCK.cpu_seconds(), SYSTEM_CLOCK.wall_seconds()
        try:
            self.outcome = self.call()
        except BaseException as error:
            self.error = error
            raise
        self.wall_seconds.append(SYSTEM_CLOCK.wall_seconds() - wall)
        self.cpu_seconds.append(SYSTEM_CLOCK.cpu_seconds() - cpu)


def read_time(call: Call, label: str) -> Reading:
    """Time one call by running the benchmark file in this process, on the case that is set up here.

    Raises MeasurementError if pytest-benchmark fails, and where its clock and the system's disagree.
    """
    case = TimedCase(call=call, reset=lambda: None, rounds=1, label=label)
    with tempfile.TemporaryDirectory(prefix="bench-time-") as folder:
        path = Path(folder) / "benchmark.json"
        # No configuration file: the user's own project may have one, with options for other tests.
        options = ["-c", os.devnull, "--rootdir", folder, *_PLUGINS, "-p", "no:cacheprovider", "-q"]
        try:
            code = pytest.main(
                [*options, "--benchmark-only", f"--benchmark-json={path}", str(_BENCHMARK_FILE)],
                plugins=[_Given(case)],
            )
        finally:
            # pytest-benchmark itself fails in a session that SystemExit or KeyboardInterrupt ended.
            if case.error is not None:
                raise case.error
        replaced = SYSTEM_CLOCK.replaced()
        if code != pytest.ExitCode.OK or case.outcome is None or not path.exists():
            raise MeasurementError(
                f"pytest-benchmark ended with exit code {int(code)}{_blamed(replaced)}; its output is in the log"
            )
        benchmark = json.loads(path.read_text(encoding="utf-8"))
    wall = benchmark["benchmarks"][0]["stats"]["data"][0]
    refuse_other_clock(wall, case.wall_seconds[0], replaced)
    return Reading(
        values={"wall_seconds": wall, "cpu_seconds": case.cpu_seconds[0]}, outcome=case.outcome, benchmark=benchmark
    )


def refuse_other_clock(read: float, actual: float, replaced: list[str]) -> None:
    """Raise MeasurementError if pytest-benchmark ``read`` other seconds than the system's clock, the ``actual``."""
    too_long = bool(replaced) and read > _TOO_LONG * actual + _SLACK_SECONDS
    if read <= 0 or read < _TOO_SHORT * actual or too_long:
        raise MeasurementError(
            f"pytest-benchmark read {read:.6f} s for a call that took {actual:.6f} s{_blamed(replaced)}; "
            "leave the clocks as they are"
        )


def _blamed(replaced: list[str]) -> str:
    return f", because the implementation replaced {', '.join(replaced)}" if replaced else ""


class _Given:
    """The plugin that registers the case under GIVEN_CASE when pytest starts."""

    def __init__(self, case: TimedCase) -> None:
        self.case = case

    def pytest_configure(self, config: pytest.Config) -> None:
        config.pluginmanager.register(self.case, GIVEN_CASE)
