"""The API's typical reads of a scan's rows, as one statement each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import LiteralString

from psycopg import sql

Arguments = Mapping[str, str]
"""The values of a read: tenant, scan, and the framework, region and requirement of one pair."""

_SCAN: LiteralString = "WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s"
_REQUIREMENTS: LiteralString = (
    "requirement_id, framework, version, description, region, requirement_status, passed_checks, failed_checks,"
    " total_checks, passed_findings, total_findings"
)
_EVERYTHING: LiteralString = f"id, inserted_at, tenant_id, scan_id, compliance_id, {_REQUIREMENTS}"


@dataclass(frozen=True)
class Read:
    """A Read is a statement on one relation that has the columns of the rows' table."""

    title: str
    columns: LiteralString
    rest: LiteralString
    """What follows the relation's name."""
    incomparable: int = 0
    """How many leading columns, id and inserted_at, differ between relations and are left out of a comparison."""
    typical: bool = True
    """See ``bench.compliance.reads.record.ReadSamples``."""

    def statement(self, relation: str) -> sql.Composed:
        """Return the statement on ``relation``."""
        return sql.SQL("SELECT {} FROM {} {}").format(
            sql.SQL(self.columns), sql.Identifier(relation), sql.SQL(self.rest)
        )


def _counted(what: LiteralString) -> LiteralString:
    return (
        f"compliance_id, count({what}) FILTER (WHERE requirement_status = 'PASS'),"
        f" count({what}) FILTER (WHERE requirement_status = 'FAIL'), count({what})"
    )


ARGUMENTS = """
    SELECT compliance_id, array_agg(DISTINCT requirement_id ORDER BY requirement_id),
        array_agg(DISTINCT region ORDER BY region)
    FROM compliance_requirements_overviews WHERE tenant_id = %s AND scan_id = %s
    GROUP BY compliance_id ORDER BY count(*), compliance_id
"""
"""The frameworks of a tenant's scan, the smallest first, each with its requirements and regions."""

READS = (
    Read("all frameworks, counted", _counted("*"), f"{_SCAN} GROUP BY compliance_id"),
    Read(
        "one framework, all regions",
        _REQUIREMENTS,
        f"{_SCAN} AND compliance_id = %(framework)s",
    ),
    Read(
        "one framework and region",
        _REQUIREMENTS,
        f"{_SCAN} AND compliance_id = %(framework)s AND region = %(region)s",
    ),
    Read(
        "one requirement, all regions",
        _REQUIREMENTS,
        f"{_SCAN} AND compliance_id = %(framework)s AND requirement_id = %(requirement)s",
    ),
    Read("the whole scan", _EVERYTHING, _SCAN, incomparable=2),
    # Django's Count("id"). A view may have to compute the id of every row for it; Count("*") needs none.
    Read("all frameworks, ids counted", _counted("id"), f"{_SCAN} GROUP BY compliance_id", typical=False),
)
