"""Recorded scans: one file written by a user or by `bench record`. Every fault is reported with its place.

The suite's own form, beside those in ``formats.py``:

``{"provider": text, "findings": [{"check_id", "status", "muted", "compliance", "resource_regions", "resources"}]}``

- ``provider``: one of ``bench.datasets.providers.PROVIDERS``; it decides the catalogue.
- ``check_id``: up to 100 characters.
- ``status``: PASS, FAIL or MANUAL.
- ``muted``: true or false; false where missing or null.
- ``compliance``: any JSON value, kept as it is; null is SQL's NULL, and a missing one is ``{}``.
- ``resource_regions``: a list of text, kept as it is, so with duplicates and ''; null is SQL's NULL, ``[]`` an empty
  array, and a missing one is the distinct regions of ``resources`` in their order.
- ``resources``: ``[{"region": text, "uid": text}]``; none where it is missing or null. Those with the same uid and
  region are one row; one without a uid, or with null, is a separate row.

Other members are ignored, so that a longer export can be used as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bench.database.access import DatabaseAccess
from bench.datasets.catalogue.record import LoadedCatalogue
from bench.datasets.scan import LoadedScan
from bench.datasets.scan.check import ScanCheck, scan_check, scan_checks
from bench.datasets.scan.copy_table import NULL, array_field, json_field, text_field
from bench.datasets.scan.finding import RecordedFinding, RecordedResource
from bench.datasets.scan.formats import read_scan
from bench.datasets.scan.load import load_scan
from bench.datasets.scan.names import Names
from bench.datasets.scan.rows import Resource, ScanRows
from bench.datasets.scan.vocabulary import Vocabulary, vocabulary
from bench.errors import InputError
from bench.jobs.job import Progress

_SEED = "recorded"


@dataclass(frozen=True)
class RecordedScan:
    """A RecordedScan is a scan file and its provider; the findings stay in the file."""

    path: Path
    provider: str
    keep_names: bool = True
    """Whether uids of resources, and regions that are names, are kept; if not, numbers replace them."""

    def findings(self) -> Iterator[RecordedFinding]:
        """Yield the findings in the file's order, reading them one by one. Raises InputError with the place."""
        names = Names(self.provider, keep=self.keep_names)
        for part in read_scan(self.path, self.provider):
            if isinstance(part, RecordedFinding):
                yield names.apply(part)


def read_recorded_scan(path: Path, provider: str | None = None, *, keep_names: bool = True) -> RecordedScan:
    """Check the whole of the scan file ``path``, holding one finding at a time.

    ``provider`` is that of findings that name none. Raises InputError with the place of the fault.
    """
    (found,) = (part for part in read_scan(path, provider) if isinstance(part, str))
    return RecordedScan(path, found, keep_names)


def recorded_findings(rows: ScanRows, recorded: RecordedScan, words: Vocabulary) -> Iterator[str]:
    """Yield the lines of the recorded findings in the file's order; ``rows`` gathers resources and mappings."""
    shared: dict[str, Resource] = {}

    @cache
    def check_of(check_id: str) -> ScanCheck:
        return scan_check(check_id, {}, words, _SEED, recorded.provider)

    def resource_of(found: RecordedResource, name: str, check: ScanCheck) -> Resource:
        if found.uid is None:
            return rows.resource(found.region, name, check, "{}")
        if found.uid not in shared:
            shared[found.uid] = rows.resource(found.region, name, check, "{}", uid=text_field(found.uid))
        return shared[found.uid]

    for number, finding in enumerate(recorded.findings()):
        check = check_of(finding.check_id)
        resources = (
            resource_of(found, f"recorded-{number}-{index}", check) for index, found in enumerate(finding.resources)
        )
        yield rows.finding(
            check,
            finding.status,
            list({resource.id: resource for resource in resources}.values()),
            regions=finding.resource_regions or (),
            regions_field=array_field(finding.resource_regions),
            compliance=NULL if finding.compliance is None else json_field(finding.compliance),
            muted_reason="Muted in the recorded scan" if finding.muted else None,
            delta=NULL,
        )


def recorded_provider(path: Path, provider: str | None = None) -> str:
    """Check the whole scan file ``path``; return its provider, which decides the catalogue.

    ``provider`` is that of a file that names none. Raises InputError, also where the file names another one.
    """
    return read_recorded_scan(path, provider).provider


def load_recorded_scan(
    access: DatabaseAccess,
    path: Path,
    catalogue: LoadedCatalogue,
    provider: str | None = None,
    progress: Progress | None = None,
    *,
    keep_names: bool = True,
    number: int = 0,
) -> LoadedScan:
    """Fill a freshly migrated database with the scan in ``path`` and the same bystanders as a synthetic one has.

    ``number`` is as for synthetic scans.
    ``provider`` is that of a file that names none. Raises InputError for a fault in the file or a catalogue of another
    provider, and DatabaseError.
    """
    # The whole file was checked when its catalogue was chosen; here reading stops at the provider.
    found = next(part for part in read_scan(path, provider) if isinstance(part, str))
    if found != catalogue.provider:
        raise InputError(
            f"scan file {str(path)!r} is of provider {found!r} but the catalogue of "
            f"{catalogue.provider!r}; give a catalogue of {found!r}"
        )
    recorded = RecordedScan(path, found, keep_names)
    words = vocabulary(_SEED)
    return load_scan(
        access,
        catalogue,
        seed=_SEED,
        words=words,
        checks=scan_checks(catalogue.frameworks, words, _SEED, catalogue.provider),
        findings=lambda rows: recorded_findings(rows, recorded, words),
        progress=progress,
        number=number,
    )
