"""The workbench: a database of this process, filled with one scan after another, on which implementations run here."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from bench.compliance.cases.case import PROVIDER, Json
from bench.compliance.conformance.tables import OLD, OLD_ROWS
from bench.compliance.contract import Outcome, install_catalogue
from bench.compliance.job import JOB
from bench.compliance.written import ByHand, Count, Summary, Text, by_hand
from bench.database.access import DatabaseAccess
from bench.datasets.catalogue.written import file_catalogue
from bench.datasets.scan import LoadedScan
from bench.datasets.scan.recorded import load_recorded_scan
from bench.jobs.registry import implementation_of
from bench.worker.loading import load_function


def load(name: str) -> Callable[..., Any]:
    """Import an implementation into this process, for which Django is set up."""
    return load_function(name, implementation_of(JOB, name).function)


@dataclass(frozen=True)
class Contents:
    """Contents is every column of every row of both target tables, as text and sorted: of the scan, and of others."""

    scan: tuple[str, ...]
    others: tuple[str, ...]


class Workbench:
    """A Workbench runs implementations in this process, for which Django is set up, on the scan loaded last.

    ``connection`` commits each statement; row-level security does not bind it. A process has one workbench, as Django
    has one set of connections.
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
        scan_file, catalogue_file = self._folder / "scan.json", self._folder / "catalogue.json"
        scan_file.write_text(json.dumps(scan), encoding="utf-8")
        catalogue_file.write_text(json.dumps(catalogue), encoding="utf-8")
        self.connection.execute("TRUNCATE tenants, compliance_catalogue_frameworks CASCADE")
        self._loaded = load_recorded_scan(self.access, scan_file, file_catalogue(catalogue_file, PROVIDER))
        self.warm(catalogue)

    def warm(self, catalogue: Json) -> None:
        """Have ``catalogue`` be the provider's from now on, whatever was loaded."""
        path = self._folder / "warm.json"
        path.write_text(json.dumps(catalogue), encoding="utf-8")
        install_catalogue(PROVIDER, file_catalogue(path, PROVIDER).frameworks)

    def plant_old_rows(self) -> Contents:
        """Have the scan hold two rows and a summary of an earlier run and nothing else; return the contents then."""
        self.query("DELETE FROM compliance_requirements_overviews WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s")
        self.query("DELETE FROM compliance_overview_summaries WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s")
        for statement in OLD_ROWS:
            self.query(statement, old=OLD)
        return self.contents()

    def run(self, implementation: str, *, tenant_id: str | None = None, scan_id: str | None = None) -> Outcome:
        """Run one implementation, on the loaded scan unless another is named."""
        key = self.loaded.key
        outcome: Outcome = load(implementation)(tenant_id or key.tenant_id, scan_id or key.scan_id)
        return outcome

    def query(self, statement: LiteralString, **values: str) -> list[tuple[Any, ...]]:
        """Run one statement in which ``%(tenant)s`` and ``%(scan)s`` are the loaded scan's; return its rows."""
        key = self.loaded.key
        cursor = self.connection.execute(statement, {"tenant": key.tenant_id, "scan": key.scan_id, **values})
        return cursor.fetchall() if cursor.description else []

    @contextmanager
    def application(self, tenant_id: str | None) -> Iterator[psycopg.Connection]:
        """Open a session of the application, for one tenant or none; what it does is undone."""
        with psycopg.connect(self.access.conninfo_as(self.access.app_role, application_name="tests")) as connection:
            if tenant_id is not None:
                connection.execute("SELECT set_config('api.tenant_id', %s, false)", [tenant_id])
            yield connection
            connection.rollback()

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
