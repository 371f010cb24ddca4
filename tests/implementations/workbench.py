"""The workbench: one database of this process, filled with one case after another, on which implementations run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from bench.conformance.case import PROVIDER, Json
from bench.conformance.written import ByHand, Count, Summary, Text, by_hand
from bench.contract import Outcome, install_catalogue
from bench.database.access import DatabaseAccess
from bench.datasets.scan import LoadedScan
from bench.datasets.scan_file import load_recorded_scan
from bench.registry import load
from bench.stage import ScanSource

BEFORE, AFTER = "materializing", "streaming"
IMPLEMENTATIONS = (BEFORE, AFTER)

TABLES = (
    "tenants",
    "providers",
    "scans",
    "resources",
    "findings",
    "resource_finding_mappings",
    "compliance_requirements_overviews",
    "compliance_overview_summaries",
)
OLD = "2020-01-01 00:00:00+00:00"
"""When the rows of an earlier run were written."""

_OLD_ROWS: tuple[LiteralString, ...] = (
    "DELETE FROM compliance_requirements_overviews WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s",
    "DELETE FROM compliance_overview_summaries WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s",
    """
    INSERT INTO compliance_requirements_overviews
        (id, inserted_at, compliance_id, framework, version, description, region, requirement_id, requirement_status,
         passed_checks, failed_checks, total_checks, passed_findings, total_findings, scan_id, tenant_id)
    SELECT gen_random_uuid(), %(old)s, 'cis', 'Old', '0', 'Old', region, '1', 'FAIL', 9, 9, 9, 9, 9,
        %(scan)s, %(tenant)s
    FROM unnest(ARRAY['eu', 'old']) AS region
    """,
    """
    INSERT INTO compliance_overview_summaries
        (id, inserted_at, compliance_id, requirements_passed, requirements_failed, requirements_manual,
         total_requirements, scan_id, tenant_id)
    VALUES (gen_random_uuid(), %(old)s, 'cis', 9, 9, 9, 27, %(scan)s, %(tenant)s)
    """,
)


def write_files(folder: Path, scan: Json, catalogue: Json) -> ScanSource:
    """Write both files as a user would, and return where they are."""
    scan_file, catalogue_file = folder / "scan.json", folder / "catalogue.json"
    scan_file.write_text(json.dumps(scan), encoding="utf-8")
    catalogue_file.write_text(json.dumps(catalogue), encoding="utf-8")
    return ScanSource(size=None, scan_file=scan_file, catalogue=str(catalogue_file), seed=0)


@dataclass(frozen=True)
class Contents:
    """Contents is every column of every row of both target tables, as text and sorted: of the scan, and of others."""

    scan: tuple[str, ...]
    others: tuple[str, ...]


class Workbench:
    """A Workbench runs implementations in this process, for which Django is set up, on the scan loaded last.

    ``connection`` commits each statement; row-level security does not bind it.
    """

    def __init__(self, access: DatabaseAccess, connection: psycopg.Connection, folder: Path) -> None:
        self.access = access
        self.connection = connection
        self._folder = folder
        self._loaded: LoadedScan | None = None

    @property
    def loaded(self) -> LoadedScan:
        """What was loaded last."""
        assert self._loaded is not None, "load a scan first"
        return self._loaded

    def load(self, scan: Json, catalogue: Json) -> None:
        """Empty the database, load ``scan`` with its bystanders, and warm ``catalogue``."""
        source = write_files(self._folder, scan, catalogue)
        assert source.scan_file is not None
        self.connection.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE".encode())
        self._loaded = load_recorded_scan(self.access, source.scan_file, source.load_catalogue())
        install_catalogue(PROVIDER, source.load_catalogue().frameworks)

    def plant_old_rows(self) -> Contents:
        """Have the scan hold two rows and a summary of an earlier run and nothing else; return the contents then."""
        for statement in _OLD_ROWS:
            self.query(statement, old=OLD)
        return self.contents()

    def run(self, implementation: str) -> Outcome:
        """Run one implementation on the loaded scan."""
        return load(implementation)(self.loaded.key.tenant_id, self.loaded.key.scan_id)

    def query(self, statement: LiteralString, **values: str) -> list[tuple[Any, ...]]:
        """Run one statement in which ``%(tenant)s`` and ``%(scan)s`` are the loaded scan's; return its rows."""
        key = self.loaded.key
        cursor = self.connection.execute(statement, {"tenant": key.tenant_id, "scan": key.scan_id, **values})
        return cursor.fetchall() if cursor.description else []

    def written(self, regions: Sequence[str]) -> ByHand:
        """What the tables hold of the loaded scan, without texts; ``regions`` is what a run returned."""
        counts = self.query(
            "SELECT compliance_id, requirement_id, region, requirement_status, passed_checks, failed_checks,"
            " total_checks, passed_findings, total_findings"
            " FROM compliance_requirements_overviews WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s"
        )
        summaries = self.query(
            "SELECT compliance_id, requirements_passed, requirements_failed, requirements_manual, total_requirements"
            " FROM compliance_overview_summaries WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s"
        )
        return by_hand(map(Count._make, counts), map(Summary._make, summaries), regions)

    def texts(self) -> tuple[Text, ...]:
        """The different texts of the loaded scan's rows, sorted: one a requirement where no row strays."""
        found = self.query(
            "SELECT DISTINCT compliance_id, requirement_id, framework, version, description"
            " FROM compliance_requirements_overviews WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s"
        )
        return tuple(sorted(Text(*text) for text in found))

    def contents(self) -> Contents:
        """Everything in both target tables."""
        found = self.query(
            "SELECT tenant_id = %(tenant)s AND scan_id = %(scan)s, 'row ' || t::text"
            " FROM compliance_requirements_overviews AS t"
            " UNION ALL SELECT tenant_id = %(tenant)s AND scan_id = %(scan)s, 'summary ' || t::text"
            " FROM compliance_overview_summaries AS t"
        )
        return Contents(
            scan=tuple(sorted(line for own, line in found if own)),
            others=tuple(sorted(line for own, line in found if not own)),
        )
