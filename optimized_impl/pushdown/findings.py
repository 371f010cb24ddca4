"""What a scan's findings say, counted on the server: one grouped query, one result row per region."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter

from django.db import connections

from bench.contract import THREATSCORE_KEY
from bench.database.aliases import REPLICA
from bench.schema.connections import rls_transaction

# Compiling the query takes the server longer than running it, whatever the planner expects of a large scan. With little
# memory for each of its steps, the server needs 9 MB for a million findings as for ten thousand, and no more time.
_SETTINGS = "SELECT set_config('jit', 'off', true), set_config('work_mem', '1MB', true)"

# Findings that say the same of the same regions are counted together first: only the few kinds that are left are
# spread over their regions, and over the requirements that they list. A region's first appearance is told by where its
# first finding lies; the earliest of the ids would tell it as well, and costs half as much again at a million findings.
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


@dataclass(frozen=True)
class CountedFindings:
    """CountedFindings is all that the rows of a scan depend on besides the catalogue.

    Regions are in the order of their names' bytes. A set of checks is an integer with a bit for each.
    """

    regions: tuple[str, ...]
    passed: tuple[int, ...]
    """For each region the checks that passed there: seen, and by no finding failed."""
    failed: tuple[int, ...]
    """For each region the checks that failed there."""
    bits: Mapping[str, int]
    """Check id → its bit, for each check that was seen."""
    scores: Mapping[str, Scores]
    """ThreatScore requirement id → its findings, for each that a finding lists."""
    appearance: tuple[str, ...]
    """The regions in the order in which the scan's findings bring them up."""

    def checks(self, check_ids: Iterable[str]) -> int:
        """Return the set of those checks of ``check_ids`` that were seen."""
        checks = 0
        for check_id in check_ids:
            checks |= self.bits.get(check_id, 0)
        return checks


class Scores:
    """Scores is how many findings list one ThreatScore requirement, by region.

    Plain numbers in arrays: as objects they would be the largest part of this process's memory.
    """

    def __init__(self) -> None:
        self.passed = array("q")
        self.total = array("q")

    def note(self, place: int, passed: int, total: int) -> None:
        """Note the findings of the region at ``place``, which comes after all that have been noted."""
        self.pad(place)
        self.passed.append(passed)
        self.total.append(total)

    def pad(self, places: int) -> None:
        """Have all regions up to ``places`` noted: no finding lists the requirement in those that are missing."""
        unlisted = [0] * (places - len(self.total))
        self.passed.extend(unlisted)
        self.total.extend(unlisted)


def count_findings(tenant_id: str, scan_id: str) -> CountedFindings:
    """Count the scan's findings as the application, under row-level security; memory grows with checks and regions."""
    bits: dict[str, int] = {}
    scores: dict[str, Scores] = {}
    regions = []

    def checks(check_ids: Iterable[str]) -> int:
        found = 0
        for check_id in check_ids:
            found |= bits.setdefault(check_id, 1 << len(bits))
        return found

    values = {"tenant": tenant_id, "scan": scan_id, "threatscore": THREATSCORE_KEY}
    with rls_transaction(tenant_id, using=REPLICA), connections[REPLICA].cursor() as cursor:
        cursor.execute(_SETTINGS)
        # Row by row, for a region's check ids are only needed until their bits are known.
        for place, (region, appearance, passed, failed, *scored) in enumerate(cursor.cursor.stream(_COUNT, values)):
            regions.append((region, checks(passed), checks(failed), appearance))
            for requirement_id, *counts in zip(*scored, strict=True):
                scores.setdefault(requirement_id, Scores()).note(place, *counts)
    for requirement_scores in scores.values():
        requirement_scores.pad(len(regions))
    names, passed_there, failed_there, _ = zip(*regions, strict=True) if regions else ((),) * 4
    return CountedFindings(
        regions=names,
        passed=passed_there,
        failed=failed_there,
        bits=bits,
        scores=scores,
        appearance=tuple(region for region, _, _, _ in sorted(regions, key=itemgetter(3))),
    )
