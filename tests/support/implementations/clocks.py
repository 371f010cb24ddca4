"""Streaming with clocks that are not the system's."""

from __future__ import annotations

import time
from typing import Any
from unittest.mock import patch

from bench.compliance.contract import Outcome
from optimized_impl import create_compliance_requirements as plain

_REAL: dict[str, Any] = {name: getattr(time, name) for name in ("time", "monotonic", "perf_counter", "process_time")}


def _replace(factor: float) -> None:
    """Have every clock run ``factor`` times as fast; 0 stops it."""
    for name, real in _REAL.items():
        start = real()
        setattr(time, name, lambda real=real, start=start: start + factor * (real() - start))
    # pytest-benchmark took its timer when it was imported; only who goes for the wrong figure replaces that too.
    from pytest_benchmark import timers, utils

    for module in (timers, utils):
        for name, value in list(vars(module).items()):
            if value is _REAL["perf_counter"]:
                setattr(module, name, time.perf_counter)


def frozen(tenant_id: str, scan_id: str) -> Outcome:
    _replace(0)
    return plain(tenant_id, scan_id)


def slow(tenant_id: str, scan_id: str) -> Outcome:
    _replace(0.5)
    return plain(tenant_id, scan_id)


def fast(tenant_id: str, scan_id: str) -> Outcome:
    time.sleep(0.1)
    _replace(100)
    return plain(tenant_id, scan_id)


def frozen_during_the_call_alone(tenant_id: str, scan_id: str) -> Outcome:
    """As a test's mock does it: nothing is wrong once the call returns."""
    with patch("time.perf_counter", return_value=0.0), patch("time.process_time", return_value=0.0):
        return plain(tenant_id, scan_id)
