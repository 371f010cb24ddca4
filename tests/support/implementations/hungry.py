"""Implementations for pools: each is the fast one, with something that happens in its process before or after."""

from __future__ import annotations

import time

from bench.compliance.contract import Outcome
from optimized_impl.pushdown import create_compliance_requirements

HELD = 160 * 2**20
"""Bytes that a hungry call holds while it lasts."""


def hungry(tenant_id: str, scan_id: str) -> Outcome:
    """Hold HELD bytes, all of them written to, for longer than any limit needs."""
    held = bytearray(HELD)
    for place in range(0, HELD, 4096):
        held[place] = 1
    time.sleep(0.6)
    outcome = create_compliance_requirements(tenant_id=tenant_id, scan_id=scan_id)
    assert held[0]
    return outcome


def late_hungry(tenant_id: str, scan_id: str) -> Outcome:
    """Write the rows, and then hold HELD bytes."""
    outcome = create_compliance_requirements(tenant_id=tenant_id, scan_id=scan_id)
    hungry(tenant_id, scan_id)
    return outcome


def failing(tenant_id: str, scan_id: str) -> Outcome:
    """Fail."""
    raise RuntimeError(f"no rows for {scan_id[:2]}")


def careless(tenant_id: str, scan_id: str) -> Outcome:
    """Write the rows, and then change one of them in a transaction of its own."""
    from bench.compliance.schema.connections import admin_connection

    outcome = create_compliance_requirements(tenant_id=tenant_id, scan_id=scan_id)
    with admin_connection() as connection:
        connection.execute(
            "UPDATE compliance_requirements_overviews SET passed_checks = passed_checks + 1"
            " WHERE id = (SELECT min(id::text)::uuid FROM compliance_requirements_overviews"
            " WHERE tenant_id = %s AND scan_id = %s)",
            [tenant_id, scan_id],
        )
    return outcome


def sleeping(tenant_id: str, scan_id: str) -> Outcome:
    """Take long enough to be interrupted."""
    time.sleep(30)
    return create_compliance_requirements(tenant_id=tenant_id, scan_id=scan_id)
