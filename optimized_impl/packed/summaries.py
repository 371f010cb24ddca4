"""The summaries, in the same table as those of every other implementation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import psycopg

from optimized_impl.packed.rows import FrameworkSummary

_DELETE = "DELETE FROM compliance_overview_summaries WHERE tenant_id = %s AND scan_id = %s"
_INSERT = """
    INSERT INTO compliance_overview_summaries (id, tenant_id, scan_id, inserted_at, compliance_id,
        requirements_passed, requirements_failed, requirements_manual, total_requirements)
    SELECT gen_random_uuid(), %s, %s, %s, compliance_id, passed, failed, manual, passed + failed + manual
    FROM unnest(%s::text[], %s::int[], %s::int[], %s::int[]) AS counted (compliance_id, passed, failed, manual)
"""


def replace_summaries(
    cursor: psycopg.Cursor, tenant_id: str, scan_id: str, inserted_at: datetime, summaries: Sequence[FrameworkSummary]
) -> None:
    """Delete the scan's summaries and write ``summaries``."""
    cursor.execute(_DELETE, [tenant_id, scan_id])
    cursor.execute(
        _INSERT,
        [
            tenant_id,
            scan_id,
            inserted_at,
            [one.compliance_id for one in summaries],
            [one.passed for one in summaries],
            [one.failed for one in summaries],
            [one.manual for one in summaries],
        ],
    )
