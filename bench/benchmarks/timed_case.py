"""The case that pytest-benchmark times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bench.worker.clock import SYSTEM_CLOCK


@dataclass
class TimedCase:
    """A TimedCase is a call to time ``rounds`` times, each after ``reset``.

    pytest-benchmark measures wall time; the case itself notes what the system's clocks say of each round.
    """

    call: Callable[[], Any]
    reset: Callable[[], None]
    rounds: int
    label: str
    outcome: Any = None
    wall_seconds: list[float] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)
    """User and system seconds of each round, child processes included."""

    def run(self) -> None:
        """Make the call once, and note its seconds."""
        cpu, wall = SYSTEM_CLOCK.cpu_seconds(), SYSTEM_CLOCK.wall_seconds()
        self.outcome = self.call()
        self.wall_seconds.append(SYSTEM_CLOCK.wall_seconds() - wall)
        self.cpu_seconds.append(SYSTEM_CLOCK.cpu_seconds() - cpu)
