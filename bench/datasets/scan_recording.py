"""Recorded scans, as a user writes them down: one JSON file, read so that every fault is named with its place.

``{"provider": text, "findings": [{"check_id", "status", "muted", "compliance", "resource_regions", "resources"}]}``

- ``provider``: up to 50 characters; it decides the catalogue.
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
from dataclasses import dataclass
from pathlib import Path

from bench.datasets.catalogue_json import JsonValue, parse_json
from bench.datasets.copy_table import NULL, json_field
from bench.datasets.scan_check import CHECK_ID_LENGTH
from bench.datasets.warm_up import PROVIDER as WARM_UP
from bench.errors import InputError

_STATUSES = ("PASS", "FAIL", "MANUAL")
_PROVIDER_LENGTH = 50
_REGION_LENGTH = 100


@dataclass(frozen=True)
class RecordedFinding:
    """A RecordedFinding is what the file says of one finding."""

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
    """A RecordedScan is the content of one file, in its order."""

    provider: str
    findings: tuple[RecordedFinding, ...]


def read_recorded_scan(path: Path) -> RecordedScan:
    """Read the recorded scan in ``path``. Raises InputError with the place of the fault."""
    document = f"scan file {str(path)!r}"
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{document}: cannot be read: {error.strerror}; give a JSON file that exists and that you may read"
        ) from error
    root = parse_json(document, data)
    provider = root.member("provider")
    name = _short_text(provider, _PROVIDER_LENGTH)
    if name in ("", WARM_UP):
        raise provider.fault(f"{name!r} cannot be a provider; write its type, for example aws")
    return RecordedScan(name, tuple(_finding(finding) for finding in root.member("findings").elements()))


def _finding(node: JsonValue) -> RecordedFinding:
    members = node.members()
    status = node.member("status")
    if status.text() not in _STATUSES:
        raise status.fault(f"{status.value!r} is no status; write PASS, FAIL or MANUAL")
    muted = members.get("muted")
    if muted is not None and not isinstance(muted.value, bool | None):
        raise muted.fault("expected true or false; quotes make it text")
    resources = _resources(members.get("resources"))
    return RecordedFinding(
        check_id=_short_text(node.member("check_id"), CHECK_ID_LENGTH),
        status=status.value,
        muted=muted is not None and muted.value is True,
        compliance=_compliance(members.get("compliance")),
        resource_regions=_regions(members.get("resource_regions"), resources),
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
    unchecked = [node]
    while unchecked:
        inner = unchecked.pop()
        if isinstance(inner.value, str):
            inner.text()
        elif isinstance(inner.value, list):
            unchecked += inner.elements()
        elif isinstance(inner.value, dict):
            members = inner.members()
            for key in members:
                inner.key_text(key)
            unchecked += members.values()
        elif isinstance(inner.value, float) and not math.isfinite(inner.value):
            raise inner.fault("not a finite number, which JSON has not; write a finite one")
    return json_field(node.value)
