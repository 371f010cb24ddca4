"""Scans loaded from a file: the columns that the task reads come from the file, all others are made up."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from bench.database.access import DatabaseAccess
from bench.datasets.catalogue_record import LoadedCatalogue
from bench.datasets.copy_table import NULL, array_field
from bench.datasets.scan import LoadedScan
from bench.datasets.scan_check import ScanCheck, scan_check, scan_checks
from bench.datasets.scan_load import load_scan
from bench.datasets.scan_recording import RecordedScan, read_recorded_scan
from bench.datasets.scan_rows import ScanRows
from bench.datasets.vocabulary import Vocabulary, vocabulary
from bench.errors import InputError

_SEED = "recorded"


def recorded_findings(rows: ScanRows, recorded: RecordedScan, words: Vocabulary) -> Iterator[str]:
    """Yield the lines of the recorded findings in the file's order; ``rows`` gathers resources and mappings."""

    @cache
    def check_of(check_id: str) -> ScanCheck:
        return scan_check(check_id, {}, words, _SEED)

    for number, finding in enumerate(recorded.findings):
        check = check_of(finding.check_id)
        yield rows.finding(
            check,
            finding.status,
            [
                rows.resource(region, f"recorded-{number}-{index}", check, "{}")
                for index, region in enumerate(finding.resources)
            ],
            regions=finding.resource_regions or (),
            regions_field=array_field(finding.resource_regions),
            compliance=finding.compliance,
            muted_reason="Muted in the recorded scan" if finding.muted else None,
            delta=NULL,
        )


def recorded_provider(path: Path) -> str:
    """The provider of the scan in ``path``, by which to choose the catalogue. Raises InputError."""
    return read_recorded_scan(path).provider


def load_recorded_scan(access: DatabaseAccess, path: Path, catalogue: LoadedCatalogue) -> LoadedScan:
    """Fill a freshly migrated database with the scan in ``path`` and the same bystanders as a synthetic one has.

    Raises InputError for a fault in the file or a catalogue of another provider, and DatabaseError.
    """
    recorded = read_recorded_scan(path)
    if recorded.provider != catalogue.provider:
        raise InputError(
            f"scan file {str(path)!r} is of provider {recorded.provider!r} but the catalogue of "
            f"{catalogue.provider!r}; give a catalogue of {recorded.provider!r}"
        )
    words = vocabulary(_SEED)
    return load_scan(
        access,
        catalogue,
        seed=_SEED,
        words=words,
        checks=scan_checks(catalogue.frameworks, words, _SEED),
        findings=lambda rows: recorded_findings(rows, recorded, words),
    )
