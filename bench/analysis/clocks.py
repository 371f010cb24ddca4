"""Two clocks of the same call: whether they agree."""

from __future__ import annotations

from dataclasses import dataclass

from bench.analysis.pairs import PairedRatio, paired_ratio
from bench.errors import MeasurementError

TOLERANCE = 0.01
"""By how much the two may differ: pytest-benchmark calls the function through a fixture, in a loop."""


@dataclass(frozen=True)
class ClockComparison:
    """A ClockComparison is the workers' clock divided by pytest-benchmark's."""

    same_calls: PairedRatio
    """Both clocks around the same calls."""
    processes: PairedRatio
    """Calls in fresh processes, taken in turns: everything around the clocks included."""

    @property
    def apart(self) -> bool:
        """Whether the two differ by more than TOLERANCE, and not by chance."""
        return any(one.distinguished and abs(one.estimate - 1) > TOLERANCE for one in (self.same_calls, self.processes))


def compare(
    pytest_benchmark: tuple[float, ...], system: tuple[float, ...], worker: tuple[float, ...]
) -> ClockComparison:
    """Compare seconds taken in pairs. Raises MeasurementError for a reading of zero."""
    same_calls, processes = paired_ratio(pytest_benchmark, system), paired_ratio(pytest_benchmark, worker)
    if same_calls is None or processes is None:
        raise MeasurementError("a clock read no time at all; measure a larger scan")
    return ClockComparison(same_calls, processes)
