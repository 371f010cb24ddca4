"""A variant: the streaming implementation with some of its functions replaced, held to the laws that it declares."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

from bench.compliance.contract import Outcome
from bench.declare.laws import declares, laws_of
from optimized_impl import task

held_to_its_laws = declares(*laws_of(task.create_compliance_requirements))
"""A variant promises what the streaming implementation does: that is what the gate holds it to."""


def streaming_with(tenant_id: str, scan_id: str, **functions: Callable[..., Any]) -> Outcome:
    """Run the streaming implementation with ``functions`` in the place of its own of the same names."""
    with ExitStack() as stack:
        for name, function in functions.items():
            stack.enter_context(patch.object(task, name, function))
        return task.create_compliance_requirements(tenant_id, scan_id)


@held_to_its_laws
def unchanged(tenant_id: str, scan_id: str) -> Outcome:
    """The control: the same mechanism as every planted variant, without a fault."""
    return streaming_with(tenant_id, scan_id, build_rows=task.build_rows)
