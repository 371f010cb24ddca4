"""Locks the scan against a second run and against deletion while its rows are written."""

from __future__ import annotations

import psycopg

from bench.compliance.schema.models import Scan
from optimized_impl.scan_lock import wait_for_other_runs

_LOCK = """
    SELECT provider FROM scans
        JOIN tenants ON tenants.id = scans.tenant_id
        JOIN providers ON providers.id = scans.provider_id AND providers.tenant_id = scans.tenant_id
    WHERE scans.tenant_id = %s AND scans.id = %s AND NOT providers.is_deleted
    FOR KEY SHARE OF scans, tenants
"""


def lock_scan(cursor: psycopg.Cursor, tenant_id: str, scan_id: str) -> str:
    """Lock the scan until the end of the transaction and return its provider's name.

    Waits for another run of this scan; the next statement sees that run's rows. Scan and tenant can still be updated
    but not deleted, so the foreign keys hold for every row. Raises Scan.DoesNotExist if the tenant has no such scan or
    its provider is deleted.
    """
    wait_for_other_runs(cursor, scan_id)
    found = cursor.execute(_LOCK, [tenant_id, scan_id]).fetchone()
    if found is None:
        raise Scan.DoesNotExist(f"tenant {tenant_id} has no scan {scan_id} of a provider that is not deleted")
    provider: str = found[0]
    return provider
