"""Where packed rows are stored, and the packed rows of the other scans, which no run may change."""

from __future__ import annotations

from bench.declare.storage import Storage

# A version of a framework with one requirement, and two packed rows of each scan that refer to it.
_BYSTANDERS = """
    WITH framework AS (
        INSERT INTO compliance_catalogue_frameworks (id, inserted_at, compliance_id, framework, version)
        VALUES ('00000000-0000-0000-0000-000000000000', now(), 'bystander', 'Bystander', '1') RETURNING id
    ), requirement AS (
        INSERT INTO compliance_catalogue_requirements
            (framework_id, part, slot, compliance_id, requirement_id, description, total_checks)
        SELECT id, 0, 1, 'bystander', '1', 'Stay as it is', 2 FROM framework
    )
    INSERT INTO compliance_requirements_packed (id, tenant_id, scan_id, inserted_at, catalogue_framework_id,
        compliance_id, framework, version, region, part, passed_checks, failed_checks)
    SELECT gen_random_uuid(), tenant_id, scan_id, now(), framework.id, 'bystander', 'Bystander', '1', region, 0,
        ARRAY[1], ARRAY[1]
    FROM framework, (SELECT DISTINCT tenant_id, scan_id FROM compliance_requirements_overviews) AS scan,
        unnest(ARRAY['r1', 'r2']) AS region
"""

PACKED_STORAGE = Storage(
    relation="compliance_requirements_packed_view",
    reset=("compliance_requirements_packed",),
    kept=("compliance_catalogue_frameworks", "compliance_catalogue_requirements"),
    setup=_BYSTANDERS,
)
