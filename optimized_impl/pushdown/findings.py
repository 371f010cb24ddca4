"""What a scan's findings say, counted on the server: one grouped query, one result row per region."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import repeat
from operator import itemgetter

from django.db import connections

from bench.compliance.contract import THREATSCORE_KEY
from bench.compliance.schema.connections import rls_transaction
from bench.database.access import REPLICA
from optimized_impl.pushdown.result_stream import result_stream

# JIT compilation takes longer than the query, even on a large scan. With 1 MB of work_mem the backend needs 9 MB for a
# million findings as for ten thousand, in the same time.
SETTINGS = {"jit": "off", "work_mem": "1MB"}
"""Of the transaction that counts the findings."""
_SET = "SELECT set_config(name, value, true) FROM unnest(%s::text[], %s::text[]) AS setting (name, value)"

# Findings that are alike are grouped first; only the few groups are then expanded over their regions and over the
# requirements that they list. Regions are ordered by the physical place of their first finding; ordering by smallest id
# gives the same result and takes half as long again at a million findings.
_COUNT = """
WITH kinds AS MATERIALIZED (
    SELECT resource_regions, check_id, status = 'PASS' AS passed, compliance -> %(threatscore)s AS listed,
        count(*) AS findings, tableoid AS part, min(ctid) AS place
    FROM findings
    WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s AND NOT muted AND status IN ('PASS', 'FAIL')
    GROUP BY resource_regions, check_id, status = 'PASS', compliance -> %(threatscore)s, tableoid
), seen AS MATERIALIZED (
    SELECT region, check_id, passed, listed, findings,
        row_number() OVER (ORDER BY part, place, position) AS appearance
    FROM kinds CROSS JOIN unnest(resource_regions) WITH ORDINALITY AS entry (region, position)
    WHERE region IS NOT NULL
), checks AS (
    SELECT region, min(appearance) AS appearance,
        array_agg(check_id) FILTER (WHERE passed) AS passed, array_agg(check_id) FILTER (WHERE NOT passed) AS failed
    FROM (
        SELECT region, check_id, bool_and(passed) AS passed, min(appearance) AS appearance
        FROM seen
        GROUP BY region, check_id
    ) AS per_check
    GROUP BY region
), scores AS (
    SELECT region, array_agg(requirement_id) AS requirement_ids, array_agg(passed) AS passed, array_agg(total) AS total
    FROM (
        SELECT region, entry #>> '{}' AS requirement_id,
            coalesce(sum(findings) FILTER (WHERE passed), 0)::int AS passed, sum(findings)::int AS total
        FROM seen
            CROSS JOIN jsonb_array_elements(CASE jsonb_typeof(listed) WHEN 'array' THEN listed END) AS entry
        WHERE jsonb_typeof(entry) = 'string'
        GROUP BY region, entry #>> '{}'
    ) AS per_requirement
    GROUP BY region
)
SELECT region, appearance, coalesce(checks.passed, '{}'), coalesce(checks.failed, '{}'),
    coalesce(requirement_ids, '{}'), coalesce(scores.passed, '{}'), coalesce(scores.total, '{}')
FROM checks LEFT JOIN scores USING (region)
ORDER BY region COLLATE "C"
"""


Counters = int
"""A 32-bit counter for each region in one integer, the first region lowest: one addition adds for all regions."""

COUNTER_BITS = 32


@dataclass(frozen=True)
class CountedFindings:
    """CountedFindings is everything but the catalogue that the rows of a scan depend on."""

    regions: tuple[str, ...]
    """Sorted by the bytes of their names."""
    passed: Mapping[str, Counters]
    """Check id → 1 in each region where it was seen and no finding failed it."""
    failed: Mapping[str, Counters]
    """Check id → 1 in each region where it failed; absent if it failed nowhere."""
    scores: Mapping[str, Scores]
    """ThreatScore requirement id → its findings, for each requirement that a finding lists."""
    appearance: tuple[str, ...]
    """The regions in order of first appearance in the findings."""

    def passed_of(self, checks: Iterable[str]) -> Counters:
        """Return how many of ``checks`` passed in each region."""
        return sum(map(self.passed.get, checks, repeat(0)))

    def failed_of(self, checks: Iterable[str]) -> Counters:
        """Return how many of ``checks`` failed in each region."""
        return sum(map(self.failed.get, checks, repeat(0)))

    def by_region(self, counters: Counters) -> array[int]:
        """Return the counts, in the order of ``regions``."""
        values = array("I", counters.to_bytes(len(self.regions) * COUNTER_BITS // 8, "little"))
        if sys.byteorder == "big":
            values.byteswap()
        return values


class Scores:
    """Scores counts the findings that list one ThreatScore requirement, by region.

    Arrays of plain numbers: as Python objects they would be the largest part of this process's memory.
    """

    def __init__(self) -> None:
        self.passed = array("q")
        self.total = array("q")

    def note(self, place: int, passed: int, total: int) -> None:
        """Add the counts of the region at ``place``, which follows all regions added so far."""
        self.pad(place)
        self.passed.append(passed)
        self.total.append(total)

    def pad(self, places: int) -> None:
        """Fill up to ``places`` regions with zeros: in the missing ones no finding lists the requirement."""
        unlisted = [0] * (places - len(self.total))
        self.passed.extend(unlisted)
        self.total.extend(unlisted)


def count_findings(tenant_id: str, scan_id: str, settings: Mapping[str, str] = SETTINGS) -> CountedFindings:
    """Count the scan's findings under row-level security; memory grows with checks × regions, not with findings."""
    passed: dict[str, Counters] = {}
    failed: dict[str, Counters] = {}
    scores: dict[str, Scores] = {}
    names: dict[str, str] = {}
    regions = []
    values = {"tenant": tenant_id, "scan": scan_id, "threatscore": THREATSCORE_KEY}
    with rls_transaction(tenant_id, using=REPLICA), connections[REPLICA].cursor() as cursor:
        cursor.execute(_SET, [list(settings), list(settings.values())])
        # One region's check ids at a time.
        with result_stream(cursor.cursor, _COUNT, values) as counted:
            for place, (region, appearance, *checks, requirement_ids, passes, totals) in enumerate(counted):
                regions.append((region, appearance))
                for counters, check_ids in zip((passed, failed), checks, strict=True):
                    for name in check_ids:
                        # Share one string: every region brings another copy.
                        check_id = names.setdefault(name, name)
                        counters[check_id] = counters.get(check_id, 0) | 1 << COUNTER_BITS * place
                for requirement_id, *counts in zip(requirement_ids, passes, totals, strict=True):
                    scores.setdefault(requirement_id, Scores()).note(place, *counts)
    for requirement_scores in scores.values():
        requirement_scores.pad(len(regions))
    return CountedFindings(
        regions=tuple(region for region, _ in regions),
        passed=passed,
        failed=failed,
        scores=scores,
        appearance=tuple(region for region, _ in sorted(regions, key=itemgetter(1))),
    )
