"""Wall and CPU seconds by the system's own clocks, untraced."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..clock import SYSTEM_CLOCK
from ..failure import MeasurementFault
from ..reading import CallReading


def read_time(call: Callable[[], Any]) -> CallReading:
    """Time one call. Raises MeasurementFault where the code under test replaced a clock and left it replaced.

    The figures here would be right all the same, but a call that works by another clock may wait for less or more.
    """
    cpu, wall = SYSTEM_CLOCK.cpu_seconds(), SYSTEM_CLOCK.wall_seconds()
    outcome = call()
    wall = SYSTEM_CLOCK.wall_seconds() - wall
    cpu = SYSTEM_CLOCK.cpu_seconds() - cpu
    if replaced := SYSTEM_CLOCK.replaced():
        raise MeasurementFault(f"the implementation replaced {', '.join(replaced)}; leave the clocks as they are")
    return CallReading(values={"wall_seconds": wall, "cpu_seconds": cpu}, outcome=outcome)
