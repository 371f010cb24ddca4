"""Packed rows in COPY's binary format, part by part, and the summaries that follow from the same counts."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg

from bench.compliance.contract import Requirement
from optimized_impl.binary_copy import (
    HEADER,
    NULL,
    TRAILER,
    UUID_LENGTH,
    column_count,
    integer_array,
    small_integer,
    text,
    timestamp,
    uuid,
)
from optimized_impl.packed.catalogue import FrameworkVersion
from optimized_impl.pushdown.findings import CountedFindings, Counters
from optimized_impl.pushdown.identifiers import ascending_ids

_COPY = """
    COPY compliance_requirements_packed (region, tenant_id, scan_id, inserted_at, catalogue_framework_id, compliance_id,
        framework, version, part, id, passed_checks, failed_checks, passed_findings, total_findings)
    FROM STDIN (FORMAT binary)
"""
_COLUMNS = 14


@dataclass(frozen=True)
class FrameworkSummary:
    """A FrameworkSummary counts the requirements of a framework that pass, fail and are manual over all regions."""

    compliance_id: str
    passed: int
    failed: int
    manual: int


class PackedRows:
    """The PackedRows of one scan, encoded while they are sent and tallied into ``summaries`` on the way.

    Every row has the tenant and scan given here, whatever catalogue and findings contain.
    """

    def __init__(self, tenant_id: str, scan_id: str, inserted_at: datetime, findings: CountedFindings) -> None:
        self._scan = uuid(tenant_id) + uuid(scan_id) + timestamp(inserted_at)
        self._findings = findings
        self._names = [column_count(_COLUMNS) + text(region) for region in findings.regions]
        self._ids = ascending_ids()
        self.summaries: list[FrameworkSummary] = []
        """One for each framework that ``copy`` has sent."""
        self.requirements = 0
        """How many have been sent, per region."""

    def copy(self, cursor: psycopg.Cursor, versions: Sequence[FrameworkVersion]) -> None:
        """Send the rows of ``versions``; only one part of one framework is in memory at a time."""
        with cursor.copy(_COPY) as copy:
            copy.write(HEADER)
            for version in versions:
                self._send(copy.write, version)
            copy.write(TRAILER)

    def _send(self, write: Callable[[bytes], None], version: FrameworkVersion) -> None:
        framework = version.framework
        texts = map(text, (framework.compliance_id, framework.name, framework.version))
        constants = b"".join((self._scan, uuid(version.id), *texts))
        failed = manual = 0
        for number, part in enumerate(version.parts()):
            checks = [requirement["checks"] for _, requirement in part]
            sides = [
                self._by_region(map(count, checks)) for count in (self._findings.passed_of, self._findings.failed_of)
            ]
            failed += sum(any(regions) for regions in sides[1])
            manual += sum(not requirement["checks"] for _, requirement in part)
            shared = constants + small_integer(number) + UUID_LENGTH
            for place, name in enumerate(self._names):
                scores = self._scores(part, place) if framework.is_threatscore else NULL + NULL
                write(
                    b"".join(
                        (
                            name,
                            shared,
                            next(self._ids),
                            *(integer_array([regions[place] for regions in side]) for side in sides),
                            scores,
                        )
                    )
                )
        total = len(framework.requirements)
        self.requirements += total
        if total:
            self.summaries.append(FrameworkSummary(framework.compliance_id, total - failed - manual, failed, manual))

    def _scores(self, part: Sequence[tuple[str, Requirement]], place: int) -> bytes:
        """Return the arrays of passed and total findings in one region."""
        listed = [self._findings.scores.get(requirement_id) for requirement_id, _ in part]
        passed = [scores.passed[place] if scores else 0 for scores in listed]
        total = [scores.total[place] if scores else 0 for scores in listed]
        return integer_array(passed) + integer_array(total)

    def _by_region(self, counters: Iterable[Counters]) -> list[Sequence[int]]:
        """Return the counts of ``counters`` by region."""
        none = array("I", [0] * len(self._findings.regions))  # most requirements have none: one array serves them all
        return [self._findings.by_region(count) if count else none for count in counters]
