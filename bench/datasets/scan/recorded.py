"""Recorded scans: one JSON file written by a user. Every fault is reported with its place.

``{"provider": text, "findings": [{"check_id", "status", "muted", "compliance", "resource_regions", "resources"}]}``

- ``provider``: one of ``bench.compliance.providers.PROVIDERS``; it decides the catalogue.
- ``check_id``: up to 100 characters.
- ``status``: PASS, FAIL or MANUAL.
- ``muted``: true or false; false where missing or null.
- ``compliance``: any JSON value, kept as it is; null is SQL's NULL, and a missing one is ``{}``.
- ``resource_regions``: a list of text, kept as it is, so with duplicates and ''; null is SQL's NULL, ``[]`` an empty
  array, and a missing one is the distinct regions of ``resources`` in their order.
- ``resources``: ``[{"region": text}]``, each a row of its own even where two share a region; none where it is missing
  or null.

Other members are ignored, so that a longer export can be used as it is.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bench.compliance.providers import PROVIDERS
from bench.database.access import DatabaseAccess
from bench.datasets.catalogue.record import LoadedCatalogue
from bench.datasets.json_value import JsonValue, json_fault
from bench.datasets.scan import LoadedScan
from bench.datasets.scan.check import CHECK_ID_LENGTH, ScanCheck, scan_check, scan_checks
from bench.datasets.scan.copy_table import NULL, array_field, json_field
from bench.datasets.scan.load import load_scan
from bench.datasets.scan.rows import ScanRows
from bench.datasets.scan.stream import JsonStream
from bench.datasets.scan.vocabulary import Vocabulary, vocabulary
from bench.errors import InputError
from bench.results.input_file import FileKind, open_input, read_chunk
from bench.results.strict_json import DEEPEST, MalformedError, shown

SCAN_FILE = FileKind(name="scan file", most_bytes=2 * 1024**3, source="check the path", remedy="correct it there")

_SEED = "recorded"
_STATUSES = ("PASS", "FAIL", "MANUAL")
_REGION_LENGTH = 100


@dataclass(frozen=True)
class RecordedFinding:
    """A RecordedFinding is one finding of the file."""

    check_id: str
    status: str
    muted: bool
    compliance: str
    """Encoded for COPY."""
    resource_regions: tuple[str, ...] | None
    resources: tuple[str, ...]
    """The region of each."""


@dataclass(frozen=True)
class RecordedScan:
    """A RecordedScan is a scan file and its provider; the findings stay in the file."""

    path: Path
    provider: str

    def findings(self) -> Iterator[RecordedFinding]:
        """Yield the findings in the file's order, reading them one by one. Raises InputError with the place."""
        return (part for part in _read(self.path) if isinstance(part, RecordedFinding))


def read_recorded_scan(path: Path) -> RecordedScan:
    """Check the whole of the scan file ``path``, holding one finding at a time.

    Raises InputError with the place of the fault.
    """
    (provider,) = (part for part in _read(path) if isinstance(part, str))
    return RecordedScan(path, provider)


def _read(path: Path) -> Iterator[str | RecordedFinding]:
    """Yield the provider and the findings, in the file's order."""
    document = _document(path)
    seen: dict[str, None] = {}
    with open_input(path, SCAN_FILE) as descriptor:
        stream = JsonStream(lambda: read_chunk(descriptor, path, SCAN_FILE), "findings")
        try:
            for key, index, value in stream.pieces():
                if index is not None:
                    yield _finding(JsonValue(document, ("$.findings", index), value))
                    continue
                _refuse_repetition(key, seen)
                if key == "provider":
                    yield _provider(JsonValue(document, "$.provider", value))
                elif key == "findings":
                    list(JsonValue(document, "$.findings", value).elements())
        except MalformedError as error:
            raise json_fault(document, error) from None
    for key in ("provider", "findings"):
        JsonValue(document, "$", seen).member(key)


def _refuse_repetition(key: str, seen: dict[str, None]) -> None:
    if key in seen:
        raise MalformedError(f"$: key {shown(key)} occurs twice; keep one of the two")
    seen[key] = None


def _document(path: Path) -> str:
    return f"scan file {str(path)!r}"


def _provider(node: JsonValue) -> str:
    name = node.text()
    if name not in PROVIDERS:
        raise node.fault(f"{shown(name)} is no provider; write one of {', '.join(PROVIDERS)}")
    return name


def _finding(node: JsonValue) -> RecordedFinding:
    status = node.member("status")
    if status.text() not in _STATUSES:
        raise status.fault(f"{status.value!r} is no status; write PASS, FAIL or MANUAL")
    muted = node.optional("muted")
    if muted is not None and not isinstance(muted.value, bool | None):
        raise muted.fault("expected true or false; quotes make it text")
    resources = _resources(node.optional("resources"))
    return RecordedFinding(
        check_id=_short_text(node.member("check_id"), CHECK_ID_LENGTH),
        status=status.value,
        muted=muted is not None and muted.value is True,
        compliance=_compliance(node.optional("compliance")),
        resource_regions=_regions(node.optional("resource_regions"), resources),
        resources=tuple(region.text() for region in resources),
    )


def _resources(node: JsonValue | None) -> list[JsonValue]:
    if node is None or node.value is None:
        return []
    return [resource.member("region") for resource in node.elements()]


def _regions(node: JsonValue | None, resources: list[JsonValue]) -> tuple[str, ...] | None:
    if node is None:
        return tuple(dict.fromkeys(_short_text(region, _REGION_LENGTH) for region in resources))
    if node.value is None:
        return None
    return tuple(_short_text(region, _REGION_LENGTH) for region in node.elements())


def _short_text(node: JsonValue, most: int) -> str:
    value = node.text()
    if len(value) > most:
        raise node.fault(f"{len(value)} characters; the column holds {most}, shorten it")
    return value


def _compliance(node: JsonValue | None) -> str:
    if node is None:
        return "{}"
    if node.value is None:
        return NULL
    # Not by recursion, which a file could exhaust.
    unchecked = [(node, 0)]
    while unchecked:
        inner, depth = unchecked.pop()
        if depth > DEEPEST:
            raise node.fault("nested too deeply")
        if isinstance(inner.value, str):
            inner.text()
        elif isinstance(inner.value, list):
            unchecked += [(element, depth + 1) for element in inner.elements()]
        elif isinstance(inner.value, dict):
            members = inner.members()
            for key in members:
                inner.key_text(key)
            unchecked += [(member, depth + 1) for member in members.values()]
        elif isinstance(inner.value, float) and not math.isfinite(inner.value):
            raise inner.fault("not a finite number, which JSON has not; write a finite one")
    return json_field(node.value)


def recorded_findings(rows: ScanRows, recorded: RecordedScan, words: Vocabulary) -> Iterator[str]:
    """Yield the lines of the recorded findings in the file's order; ``rows`` gathers resources and mappings."""

    @cache
    def check_of(check_id: str) -> ScanCheck:
        return scan_check(check_id, {}, words, _SEED)

    for number, finding in enumerate(recorded.findings()):
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
    """Check the whole scan file ``path``; return its provider, which decides the catalogue. Raises InputError."""
    return read_recorded_scan(path).provider


def load_recorded_scan(access: DatabaseAccess, path: Path, catalogue: LoadedCatalogue) -> LoadedScan:
    """Fill a freshly migrated database with the scan in ``path`` and the same bystanders as a synthetic one has.

    Raises InputError for a fault in the file or a catalogue of another provider, and DatabaseError.
    """
    # The whole file was checked when its catalogue was chosen; here reading stops at the provider.
    recorded = RecordedScan(path, next(part for part in _read(path) if isinstance(part, str)))
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
