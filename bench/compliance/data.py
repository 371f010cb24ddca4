"""The data of the compliance job: a scan with its catalogue, synthetic or from files, loaded for a run."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import psycopg

from bench.compliance.outcome import ExpectedOutcome
from bench.database.access import DatabaseAccess
from bench.datasets.catalogue.record import LoadedCatalogue, write_catalogue
from bench.datasets.catalogue.source import load_catalogue
from bench.datasets.catalogue.synthetic import SYNTHETIC
from bench.datasets.providers import DEFAULT_PROVIDER, known_provider
from bench.datasets.scan import LoadedScan, ScanKey
from bench.datasets.scan.load import load_synthetic_scan
from bench.datasets.scan.recorded import load_recorded_scan, recorded_provider
from bench.datasets.size import ScanSize
from bench.errors import InputError
from bench.jobs.job import Arguments, DataSource, Loaded, Outlook, Progress

NO_SCAN = "00000000-0000-0000-0000-000000000000"
"""An id that no scan has."""

_FINDING_BYTES = 8_100
"""What a finding takes on the disk: 7,400 with all that belongs to it, and the sorting of its largest index."""
_MOST_LOG_BYTES = 5_000_000_000
"""What the server keeps of its log at most; up to that it is as large as the data."""
_COPIED_BYTES = 2**30
"""Up to so much, data are copied twice: to return to, and for a second sample at once."""
_EMPTY_BYTES = 200_000_000
"""A server without data, its first log, and the rows of a call."""

_FLIP = """
UPDATE findings SET status = CASE status WHEN 'PASS' THEN status 'FAIL' ELSE status 'PASS' END
WHERE tenant_id = %(tenant_id)s AND scan_id = %(scan_id)s AND NOT muted AND status IN ('PASS', 'FAIL')
AND hashtext(id::text) %% 2 = 0
"""


def foresee(source: DataSource) -> Outlook:
    """Read the catalogue and check a scan file. Raises InputError."""
    catalogue = catalogue_of(source)
    regions = source.size.numbers["regions"] if source.size else 1
    return Outlook(
        rows=regions * catalogue.requirement_count,
        loaded=source.size.numbers["findings"] if source.size else 0,
        disk_bytes=_disk_bytes(source.size.numbers["findings"]) if source.size else 0,
        warnings=catalogue.warnings,
    )


def _disk_bytes(findings: int) -> int:
    data = findings * _FINDING_BYTES
    return _EMPTY_BYTES + (3 * data if data < _COPIED_BYTES else data) + min(data, _MOST_LOG_BYTES)


def load(access: DatabaseAccess, source: DataSource, folder: Path, progress: Progress | None) -> Loaded:
    """Load a scan and its bystanders, and write its catalogue into ``folder``. Raises InputError or DatabaseError."""
    catalogue = catalogue_of(source)
    if source.size is not None:
        numbers = source.size.numbers
        size = ScanSize(source.size.label, numbers["findings"], numbers["regions"])
        scan = load_synthetic_scan(access, size, catalogue, source.seed, progress, source.number)
        regions = size.regions
    else:
        assert source.file is not None  # one of the two is given
        scan = load_recorded_scan(
            access,
            source.file,
            catalogue,
            source.options.get("provider"),
            progress,
            keep_names="keep_names" in source.options,
            number=source.number,
        )
        regions = len(scan.regions)
    path = folder / f"catalogue-{catalogue.fingerprint}.json"
    if not path.exists():
        write_catalogue(path, catalogue)
    return Loaded(
        arguments=arguments_of(scan.key),
        warm_up=arguments_of(scan.warm_up),
        fingerprint=scan.fingerprint,
        rows=scan.expected_rows,
        quantities={
            "findings": scan.findings,
            "regions": regions,
            "counted findings": scan.counted,
            "counted regions": len(scan.regions),
            "frameworks": len(catalogue.frameworks),
            "requirements": catalogue.requirement_count,
        },
        facts={
            "provider": scan.key.provider,
            "catalogue": catalogue.source,
            "catalogue fingerprint": catalogue.fingerprint,
        },
        context={"catalogue": str(path), "provider": scan.key.provider, "warm_up_provider": scan.warm_up.provider},
        expected=ExpectedOutcome(
            frameworks=tuple(catalogue.frameworks), regions=scan.regions if source.file is None else None
        ),
        **_other_calls(scan),
    )


def flip_findings(connection: psycopg.Connection[Any], loaded: Loaded) -> None:
    """Turn the status of about half of the counted findings, or turn it back."""
    connection.execute(_FLIP, dict(loaded.arguments))


def catalogue_of(source: DataSource) -> LoadedCatalogue:
    """Return the catalogue of the scan's provider; a scan file is checked as a whole. Raises InputError."""
    asked = source.options.get("provider")
    if asked is not None:
        known_provider(asked)
    return _catalogue(_catalogue_name(source), asked, source.file, source.seed)


@lru_cache(maxsize=2)
def _catalogue(name: str, asked: str | None, file: Path | None, seed: int) -> LoadedCatalogue:
    provider = (asked or DEFAULT_PROVIDER) if file is None else recorded_provider(file, asked)
    return load_catalogue(name, provider, seed)


def _catalogue_name(source: DataSource) -> str:
    """Return the one catalogue that was asked for. Raises InputError if two were."""
    name, file = source.options.get("catalogue"), source.options.get("catalogue_file")
    if file is None:
        return name or SYNTHETIC
    if name is not None:
        raise InputError("--catalogue and --catalogue-file were both given; leave one out")
    # A file of that name is not the word. Whether it can be read is found out where it is read.
    return f"./{file}" if file == SYNTHETIC else file


def _other_calls(scan: LoadedScan) -> dict[str, dict[str, Arguments]]:
    """The calls for other scans than the measured one, of which the other tenant has findings under this scan's id."""
    key = scan.key
    sibling, foreign, stray = map(arguments_of, scan.bystanders)
    return {
        "rivals": {"two of a tenant": sibling, "two of two tenants": foreign},
        "refused": {
            # That tenant has findings, rows and summaries under this scan's id, so a missing check does damage.
            "another tenant with this scan": stray,
            "this tenant with another's scan": {"tenant_id": key.tenant_id, "scan_id": foreign["scan_id"]},
            "this tenant with no scan at all": {"tenant_id": key.tenant_id, "scan_id": NO_SCAN},
        },
    }


def arguments_of(key: ScanKey) -> Arguments:
    """Return the arguments of a call for one scan."""
    return {"tenant_id": key.tenant_id, "scan_id": key.scan_id}
