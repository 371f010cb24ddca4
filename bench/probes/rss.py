"""Peak RSS growth: how far the process's resident set rises above its start during the call."""

from __future__ import annotations

import gc
import resource
import sys
from pathlib import Path

from bench.probes.reading import Call, Reading

_STATUS = Path("/proc/self/status")
_CLEAR_REFS = Path("/proc/self/clear_refs")
_RESET_PEAK = "5"  # proc(5): resets VmHWM to the current resident set


def read_peak_rss(call: Call) -> Reading:
    """High-water mark of the resident set during the call less the resident set before it, in bytes.

    Linux resets the mark before the call. Elsewhere the mark is the process's whole life's, and the reading says so.
    """
    gc.collect()
    if sys.platform == "linux":
        _CLEAR_REFS.write_text(_RESET_PEAK)
        before = _kilobytes("VmRSS")
        outcome = call()
        return Reading(values={"peak_rss_bytes": max(0, _kilobytes("VmHWM") - before) * 1024}, outcome=outcome)
    unit = 1 if sys.platform == "darwin" else 1024
    mark = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    outcome = call()
    growth = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - mark) * unit
    return Reading(
        values={"peak_rss_bytes": growth},
        outcome=outcome,
        warnings=("peak RSS growth above the process's earlier maximum, which this system cannot reset",),
    )


def _kilobytes(field: str) -> int:
    for line in _STATUS.read_text().splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0])
    raise LookupError(f"{_STATUS} has no {field}")
