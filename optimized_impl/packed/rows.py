"""Packed rows as COPY's binary format has them, part by part, and the summaries that follow from the same counts."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import repeat
from struct import pack
from typing import Any
from uuid import UUID

import psycopg

from bench.contract import Requirement
from optimized_impl.packed.catalogue import FrameworkVersion
from optimized_impl.pushdown.findings import CountedFindings
from optimized_impl.pushdown.identifiers import ascending_ids

_COPY = """
    COPY compliance_requirements_packed (region, tenant_id, scan_id, inserted_at, catalogue_framework_id, compliance_id,
        framework, version, part, id, passed_checks, failed_checks, passed_findings, total_findings)
    FROM STDIN (FORMAT binary)
"""
_COLUMN_COUNT = pack("!h", 14)
_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_NULL = pack("!i", -1)
_UUID_LENGTH = pack("!i", 16)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_INTEGER_TYPE = 23
"""The object id of the type integer, which never changes."""


@dataclass(frozen=True)
class Summary:
    """A Summary is how many requirements of a framework pass, fail and are manual over all regions."""

    compliance_id: str
    passed: int
    failed: int
    manual: int


class PackedRows:
    """The PackedRows of one scan: encoded while they are sent, and tallied into ``summaries`` meanwhile.

    Every row has the tenant and scan that are given here, whatever the catalogue and the findings hold.
    """

    def __init__(self, tenant_id: str, scan_id: str, inserted_at: datetime, findings: CountedFindings) -> None:
        moment = pack("!iq", 8, (inserted_at - _EPOCH) // timedelta(microseconds=1))
        self._scan = _uuid(UUID(tenant_id)) + _uuid(UUID(scan_id)) + moment
        self._findings = findings
        self._names = [_COLUMN_COUNT + _text(region) for region in findings.regions]
        self._ids = ascending_ids()
        self.summaries: list[Summary] = []
        """One for each framework that ``copy`` has sent."""
        self.requirements = 0
        """As many have been sent, in every region."""

    def copy(self, cursor: psycopg.Cursor, versions: Sequence[FrameworkVersion]) -> None:
        """Send the rows of ``versions``, of which only a part of one framework is in memory at a time."""
        with cursor.copy(_COPY) as copy:
            copy.write(_HEADER)
            for version in versions:
                self._send(copy.write, version)
            copy.write(_TRAILER)

    def _send(self, write: Callable[[bytes], None], version: FrameworkVersion) -> None:
        framework = version.framework
        texts = map(_text, (framework.compliance_id, framework.name, framework.version))
        constants = b"".join((self._scan, _uuid(version.id), *texts))
        failed = manual = 0
        for number, part in enumerate(version.parts()):
            checks = [requirement["checks"] for _, requirement in part]
            sides = [
                _by_region(self._findings, counters, checks)
                for counters in (self._findings.passed, self._findings.failed)
            ]
            failed += sum(any(regions) for regions in sides[1])
            manual += sum(not requirement["checks"] for _, requirement in part)
            shared = constants + pack("!ihi", 2, number, 16)
            for place, name in enumerate(self._names):
                scores = self._scores(part, place) if framework.is_threatscore else _NULL + _NULL
                write(
                    b"".join(
                        (
                            name,
                            shared,
                            next(self._ids),
                            *(_array([regions[place] for regions in side]) for side in sides),
                            scores,
                        )
                    )
                )
        total = len(framework.requirements)
        self.requirements += total
        self.summaries.append(Summary(framework.compliance_id, total - failed - manual, failed, manual))

    def _scores(self, part: Sequence[tuple[str, Requirement]], place: int) -> bytes:
        """Return the arrays of passed and total findings in one region."""
        listed = [self._findings.scores.get(requirement_id) for requirement_id, _ in part]
        passed = [scores.passed[place] if scores else 0 for scores in listed]
        total = [scores.total[place] if scores else 0 for scores in listed]
        return _array(passed) + _array(total)


def _by_region(
    findings: CountedFindings, counters: Mapping[str, int], checks: Sequence[Mapping[str, Any]]
) -> list[Sequence[int]]:
    """Return, for each requirement with its ``checks``, how many of them ``counters`` has in each region."""
    none = array("I", [0] * len(findings.regions))  # most requirements, and one array for all of them
    counts = (sum(map(counters.get, names, repeat(0))) for names in checks)
    return [findings.by_region(count) if count else none for count in counts]


def _array(values: Sequence[int]) -> bytes:
    """Return an array of integers: one dimension, no nulls, subscripts from 1; each element after its length."""
    count = len(values)
    elements = [4] * (2 * count)
    elements[1::2] = values
    return pack(f"!iiiiii{2 * count}i", 20 + 8 * count, 1, 0, _INTEGER_TYPE, count, 1, *elements)


def _text(value: str) -> bytes:
    encoded = value.encode()
    return pack("!i", len(encoded)) + encoded


def _uuid(value: UUID) -> bytes:
    return _UUID_LENGTH + value.bytes
