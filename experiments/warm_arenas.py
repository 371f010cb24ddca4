"""``materializing`` and ``streaming`` in a process with as much free memory in Python's arenas as production's has.

Peak heap without traced allocators and peak RSS count an object only if the arenas have to grow for it. To compare:
``bench run --implementation streaming --implementation experiments.warm_arenas:streaming``; see ``docs/decisions.md``.
"""

from __future__ import annotations

from bench.compliance.contract import Implementation, Outcome
from experiments.free_arena_memory import free_memory
from optimized_impl.task import create_compliance_requirements as streaming_task
from reference_impl.task import create_compliance_requirements as materializing_task

_kept: list[bytes] = []


def streaming(tenant_id: str, scan_id: str) -> Outcome:
    """``streaming``, whose first call, the warm-up, leaves free memory behind."""
    return _call(streaming_task, tenant_id, scan_id)


def materializing(tenant_id: str, scan_id: str) -> Outcome:
    """``materializing``, whose first call, the warm-up, leaves free memory behind."""
    return _call(materializing_task, tenant_id, scan_id)


def _call(task: Implementation, tenant_id: str, scan_id: str) -> Outcome:
    outcome = task(tenant_id, scan_id)
    if not _kept:
        # Not earlier: the worker's catalogue would take the memory.
        _kept.extend(free_memory())
    return outcome
