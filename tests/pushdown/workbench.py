"""The workbench: one database of this process in which scans are loaded one after another and implementations run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from bench.conformance.case import PROVIDER, Json
from bench.contract import Outcome, install_catalogue
from bench.database.access import DatabaseAccess
from bench.datasets.catalogue import file_catalogue
from bench.datasets.scan import LoadedScan
from bench.datasets.scan_file import load_recorded_scan
from bench.registry import load


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
        scan_file, catalogue_file = self._folder / "scan.json", self._folder / "catalogue.json"
        scan_file.write_text(json.dumps(scan), encoding="utf-8")
        catalogue_file.write_text(json.dumps(catalogue), encoding="utf-8")
        self.connection.execute("TRUNCATE tenants CASCADE")
        self._loaded = load_recorded_scan(self.access, scan_file, file_catalogue(catalogue_file, PROVIDER))
        self.warm(catalogue)

    def warm(self, catalogue: Json) -> None:
        """Have ``catalogue`` be the provider's from now on, whatever was loaded."""
        path = self._folder / "warm.json"
        path.write_text(json.dumps(catalogue), encoding="utf-8")
        install_catalogue(PROVIDER, file_catalogue(path, PROVIDER).frameworks)

    def run(self, implementation: str, *, tenant_id: str | None = None, scan_id: str | None = None) -> Outcome:
        """Run one implementation, on the loaded scan unless another is named."""
        key = self.loaded.key
        return load(implementation)(tenant_id or key.tenant_id, scan_id or key.scan_id)

    def query(self, statement: LiteralString, **values: str) -> list[tuple[Any, ...]]:
        """Run one statement in which ``%(tenant)s`` and ``%(scan)s`` are the loaded scan's; return its rows."""
        key = self.loaded.key
        cursor = self.connection.execute(statement, {"tenant": key.tenant_id, "scan": key.scan_id, **values})
        return cursor.fetchall() if cursor.description else []
