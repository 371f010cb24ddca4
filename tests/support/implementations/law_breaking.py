"""The streaming implementation with its laws, and with what breaks them on top."""

from __future__ import annotations

from django.db import connection

from bench.compliance.contract import Outcome
from bench.declare.laws import declares, laws_of
from optimized_impl import create_compliance_requirements as streaming


@declares(*laws_of(streaming))
def query_per_region(tenant_id: str, scan_id: str) -> Outcome:
    """Promise what streaming does, and look each region up besides."""
    outcome = streaming(tenant_id, scan_id)
    with connection.cursor() as cursor:
        for region in outcome["regions_processed"]:
            cursor.execute("SELECT upper(%s) AS region", [region])
    return outcome
