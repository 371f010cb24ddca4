"""What a run leaves of its scan: rows and summaries, with the names of the tables' columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple


class Row(NamedTuple):
    """A Row is one requirement in one region: every column but id, inserted_at, tenant_id and scan_id."""

    compliance_id: str
    requirement_id: str
    region: str
    requirement_status: str
    passed_checks: int
    failed_checks: int
    total_checks: int
    passed_findings: int
    total_findings: int
    framework: str
    version: str
    description: str


class Count(NamedTuple):
    """A Count is a Row without the texts that it copies from the catalogue."""

    compliance_id: str
    requirement_id: str
    region: str
    requirement_status: str
    passed_checks: int
    failed_checks: int
    total_checks: int
    passed_findings: int = 0
    total_findings: int = 0


class Text(NamedTuple):
    """A Text is what every row of one requirement copies from the catalogue."""

    compliance_id: str
    requirement_id: str
    framework: str
    version: str
    description: str


class Summary(NamedTuple):
    """A Summary is one framework over all regions: every column but id, inserted_at, tenant_id and scan_id."""

    compliance_id: str
    requirements_passed: int
    requirements_failed: int
    requirements_manual: int
    total_requirements: int


@dataclass(frozen=True)
class Written:
    """Written is what a run must leave, sorted; ``regions`` and ``frameworks`` are in the order of the rules."""

    rows: tuple[Row, ...] = ()
    summaries: tuple[Summary, ...] = ()
    regions: tuple[str, ...] = ()
    frameworks: tuple[str, ...] = ()
    rows_stay: bool = False
    """Whether the rows of an earlier run must stay, instead of ``rows`` replacing them."""

    @property
    def through_orm(self) -> bool:
        """Whether COPY may refuse a row, because a text of it is COPY's null marker; the ORM then times each row."""
        return any("\\N" in row for row in self.rows)

    @property
    def counts(self) -> tuple[Count, ...]:
        """The rows without their texts, sorted."""
        return tuple(sorted(Count._make(row[: len(Count._fields)]) for row in self.rows))

    @property
    def texts(self) -> tuple[Text, ...]:
        """The different texts of the rows, sorted: one for each requirement."""
        return tuple(
            sorted(
                {
                    Text(row.compliance_id, row.requirement_id, row.framework, row.version, row.description)
                    for row in self.rows
                }
            )
        )


@dataclass(frozen=True)
class ByHand:
    """A ByHand is what a run must leave as a person worked it out, sorted; ``texts`` is empty if nobody did."""

    counts: tuple[Count, ...] = ()
    summaries: tuple[Summary, ...] = ()
    regions: tuple[str, ...] = ()
    texts: tuple[Text, ...] = ()


def by_hand(
    counts: Iterable[Count] = (),
    summaries: Iterable[Summary] = (),
    regions: Iterable[str] = (),
    texts: Iterable[Text] = (),
) -> ByHand:
    """Return what a run must leave; only the regions must be given in order."""
    return ByHand(tuple(sorted(counts)), tuple(sorted(summaries)), tuple(regions), tuple(sorted(texts)))


def counts(*lines: str) -> list[Count]:
    """Counts whose names hold no blanks: ``cis 1.1 eu PASS 1/0/2``, passed/failed/total checks, and after a further
    blank passed/total findings of ThreatScore where they are not 0/0."""
    found = []
    for line in lines:
        compliance_id, requirement_id, region, status, checks, *findings = line.split()
        numbers = [int(number) for part in (checks, *findings) for number in part.split("/")]
        found.append(Count(compliance_id, requirement_id, region, status, *numbers))
    return found


def summaries(*lines: str) -> list[Summary]:
    """Summaries of frameworks whose names hold no blanks: ``cis 2/1/0/3``, passed/failed/manual/total."""
    return [Summary(name, *map(int, numbers.split("/"))) for name, numbers in (line.split() for line in lines)]
