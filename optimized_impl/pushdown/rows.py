"""The rows in COPY's binary format, assembled from parts that are encoded once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache, partial
from itertools import chain, islice, repeat, starmap

import psycopg
from psycopg import sql
from psycopg.copy import LibpqWriter

from bench.compliance.contract import Catalogue
from bench.compliance.schema.models import ComplianceRequirementOverview
from optimized_impl.binary_copy import HEADER, TRAILER, UUID_LENGTH, column_count, integer, text, timestamp, uuid
from optimized_impl.pushdown.findings import CountedFindings
from optimized_impl.pushdown.requirements import Framework, Sums, frameworks, outcomes, sums

COLUMNS = (
    "region",
    "tenant_id",
    "scan_id",
    "inserted_at",
    "compliance_id",
    "framework",
    "version",
    "requirement_id",
    "description",
    "total_checks",
    "id",
    "requirement_status",
    "passed_checks",
    "failed_checks",
    "passed_findings",
    "total_findings",
)
"""In the order in which they are sent: columns that change together stand together."""

BLOCK_BYTES = 32 * 1024

MOST_OWN_BYTES = 64
"""An upper bound for a row's own id, status and counts."""
MOST_ENDS = 500
"""Encoded row ends to cache; the largest scans have slightly more."""
MOST_SUMS = 64
"""Requirements whose row ends are cached for others with the same sums."""

KeptRegions = Mapping[str, Sequence[int]]
"""Compliance id → for each requirement, in row order, the bit set of regions whose stored row is kept."""


class RowEncoder:
    """A RowEncoder encodes the rows of one scan. Tenant, scan and time are encoded once, when it is created.

    So no row can belong to another tenant or scan, whatever catalogue and findings contain.
    """

    def __init__(self, tenant_id: str, scan_id: str, inserted_at: datetime, ids: Iterator[bytes]) -> None:
        self._scan = uuid(tenant_id) + uuid(scan_id) + timestamp(inserted_at)
        self._ids = ids

    def blocks(self, catalogue: Catalogue, findings: CountedFindings, kept: KeptRegions) -> Iterator[bytes]:
        """Yield what one COPY sends, in blocks of BLOCK_BYTES or one longer row: memory does not grow with rows."""
        block, size = [HEADER], len(HEADER)
        for piece in self._pieces(catalogue, findings, kept):
            if size + len(piece) > BLOCK_BYTES:
                yield b"".join(block)
                block, size = [], 0
            block.append(piece)
            size += len(piece)
        yield b"".join([*block, TRAILER])

    def _pieces(self, catalogue: Catalogue, findings: CountedFindings, kept: KeptRegions) -> Iterator[bytes]:
        """Yield the rows of each requirement, in several pieces if they are long."""
        regions = [column_count(len(COLUMNS)) + text(region) for region in findings.regions]
        longest = max(map(len, regions), default=0) + MOST_OWN_BYTES
        ends_by_sums = lru_cache(MOST_SUMS)(partial(_ends, findings, lru_cache(MOST_ENDS)(_end)))
        for framework in frameworks(catalogue):
            constants = self._scan + text(framework.compliance_id) + text(framework.name) + text(framework.version)
            requirement_ids = framework.requirement_ids()
            kept_by_requirement = kept.get(framework.compliance_id, [0] * len(requirement_ids))
            for requirement_id, kept_here in zip(requirement_ids, kept_by_requirement, strict=True):
                shared = constants + _requirement(framework, requirement_id) + UUID_LENGTH
                # Of a row's four parts only the id is made for that row alone.
                rows: Iterator[tuple[bytes, ...]] = zip(
                    regions,
                    repeat(shared),
                    self._ids,
                    # ThreatScore's outcomes rarely repeat: caching them costs more than it saves.
                    starmap(_end, outcomes(framework, requirement_id, findings))
                    if framework.is_threatscore
                    else ends_by_sums(sums(framework, requirement_id, findings)),
                )
                if kept_here:
                    rows = (row for place, row in enumerate(rows) if not kept_here >> place & 1)
                most = BLOCK_BYTES // (len(shared) + longest) or 1
                while piece := b"".join(chain.from_iterable(islice(rows, most))):
                    yield piece


def copy_rows(cursor: psycopg.Cursor, blocks: Iterator[bytes]) -> int:
    """Send ``blocks`` with one COPY and return how many rows the server stored."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
        sql.Identifier(ComplianceRequirementOverview._meta.db_table), sql.SQL(", ").join(map(sql.Identifier, COLUMNS))
    )
    # Flush each block: otherwise what a slow server has not read yet piles up in this process.
    with cursor.copy(statement, writer=LibpqWriter(cursor, flush_threshold=0)) as copy:
        for block in blocks:
            copy.write(block)
    return cursor.rowcount


def _ends(findings: CountedFindings, end: Callable[[str, int, int], bytes], sums: Sums) -> list[bytes]:
    """Return the row ends of a requirement with these ``sums`` outside ThreatScore, one per region."""
    unless_failed, passed, failed = sums
    failed_by_region = findings.by_region(failed)
    statuses = ("FAIL" if count else unless_failed for count in failed_by_region)
    return list(map(end, statuses, findings.by_region(passed), failed_by_region))


def _end(
    status: str, passed_checks: int, failed_checks: int, passed_findings: int = 0, total_findings: int = 0
) -> bytes:
    counts = (passed_checks, failed_checks, passed_findings, total_findings)
    return text(status) + b"".join(map(integer, counts))


def _requirement(framework: Framework, requirement_id: str) -> bytes:
    requirement = framework.requirements[requirement_id]
    return text(requirement_id) + text(requirement.get("description") or "") + integer(len(requirement["checks"]))
