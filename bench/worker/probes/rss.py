"""Peak RSS: the resident set before the call, and how far it rises above that during the call. Also instructions."""

from __future__ import annotations

import gc
import resource
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ..perf_event import INSTRUCTIONS, Count, counted
from ..reading import CallReading

_STATUS = Path("/proc/self/status")
_CLEAR_REFS = Path("/proc/self/clear_refs")
_RESET_PEAK = "5"  # proc(5): resets VmHWM to the current resident set


def read_peak_rss(call: Callable[[], Any]) -> CallReading:
    """Return the resident set before the call, and its high-water mark during the call less that, in bytes.

    Their sum is the most that the process held, which is what a memory limit applies to. On Linux the mark is reset
    before the call. Elsewhere it covers the process's whole life, and a warning says so.
    """
    gc.collect()
    if sys.platform == "linux":
        _CLEAR_REFS.write_text(_RESET_PEAK)
        before = _kilobytes("VmRSS")
        outcome, counted = _counting_instructions(call)
        growth = max(0, _kilobytes("VmHWM") - before)
        return CallReading(values={**_values(before * 1024, growth * 1024), **counted}, outcome=outcome)
    unit = 1 if sys.platform == "darwin" else 1024
    mark = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    outcome = call()
    growth = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit - mark
    return CallReading(
        values=_values(mark, growth),
        outcome=outcome,
        warnings=("measured from the process's earlier maximum, which this system cannot reset",),
    )


def _counting_instructions(call: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """Make the call, and count the instructions of the process in user space where the processor counts any.

    Here, because this pass is not traced, and a counter takes no memory.
    """
    with ExitStack() as stack:
        try:
            found = stack.enter_context(counted(INSTRUCTIONS))
        except OSError:
            found = Count()
        outcome = call()
    return outcome, {} if found.value is None else {"instructions": float(found.value)}


def _values(before: int, growth: int) -> dict[str, float]:
    return {"peak_rss_bytes": growth, "base_rss_bytes": before}


def _kilobytes(field: str) -> int:
    for line in _STATUS.read_text().splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0])
    raise LookupError(f"{_STATUS} has no {field}")
