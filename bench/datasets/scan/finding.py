"""One finding of a recorded scan, and the checks of its values, whatever the format that they come from."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bench.datasets.json_value import JsonValue
from bench.datasets.providers import PROVIDERS
from bench.datasets.scan.check import CHECK_ID_LENGTH
from bench.files.strict_json import DEEPEST, shown

_STATUSES = ("PASS", "FAIL", "MANUAL")
_REGION_LENGTH = 100
_UID_BYTES = 2_000
"""An index entry of PostgreSQL holds 2,704, and this one has the region, service and name, too."""


@dataclass(frozen=True, slots=True)
class RecordedResource:
    """A RecordedResource is what a finding is about: its region, and a uid where findings may share it."""

    region: str
    uid: str | None = None


@dataclass(frozen=True)
class RecordedFinding:
    """A RecordedFinding is one finding of a scan file or of a database."""

    check_id: str
    status: str
    muted: bool
    compliance: Any
    """A JSON value; None is SQL's NULL."""
    resource_regions: tuple[str, ...] | None
    resources: tuple[RecordedResource, ...]


def provider_of(node: JsonValue) -> str:
    """Return the provider here. Raises InputError for one that production does not know."""
    name = node.text()
    if name not in PROVIDERS:
        raise node.fault(f"{shown(name)} is no provider; write one of {', '.join(PROVIDERS)}")
    return name


def suite_finding(node: JsonValue, *, flat: bool = False) -> RecordedFinding:
    """Return the finding here, in the form that the suite writes. Raises InputError.

    A ``flat`` one may have its only resource as members ``region`` and ``resource_uid``.
    """
    muted = node.optional("muted")
    if muted is not None and not isinstance(muted.value, bool | None):
        raise muted.fault("expected true or false; quotes make it text")
    regions = node.optional("resource_regions")
    listed = node.optional("resources")
    if flat and listed is None and (region := node.optional("region")) is not None:
        resources: tuple[RecordedResource, ...] = (
            RecordedResource(region_of(region), uid_of(node.optional("resource_uid"))),
        )
    else:
        resources = _resources(listed, derived=regions is None)
    return RecordedFinding(
        check_id=check_id_of(node.member("check_id")),
        status=status_of(node.member("status")),
        muted=muted is not None and muted.value is True,
        compliance=compliance_of(node.optional("compliance")),
        resource_regions=_regions(regions, resources),
        resources=resources,
    )


def check_id_of(node: JsonValue) -> str:
    """Return the check's id here. Raises InputError."""
    return _short_text(node, CHECK_ID_LENGTH)


def status_of(node: JsonValue) -> str:
    """Return the status here. Raises InputError."""
    if node.text() not in _STATUSES:
        raise node.fault(f"{node.value!r} is no status; write PASS, FAIL or MANUAL")
    return str(node.value)


def region_of(node: JsonValue) -> str:
    """Return the region here. Raises InputError."""
    return _short_text(node, _REGION_LENGTH)


def uid_of(node: JsonValue | None) -> str | None:
    """Return the uid of a resource here; None if it is missing or null. Raises InputError."""
    if node is None or node.value is None:
        return None
    if (length := len(node.text().encode())) > _UID_BYTES:
        raise node.fault(f"{length:,} bytes; an index of production's holds {_UID_BYTES:,}, shorten it")
    return str(node.value)


def distinct_regions(resources: Iterable[RecordedResource]) -> tuple[str, ...]:
    """Return what production stores in ``resource_regions``: the regions but '', each once."""
    return tuple(dict.fromkeys(resource.region for resource in resources if resource.region))


def compliance_of(node: JsonValue | None) -> Any:
    """Return the JSON value here, ``{}`` where it is missing. Raises InputError for what a database cannot store."""
    if node is None:
        return {}
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
    return node.value


def _resources(node: JsonValue | None, *, derived: bool) -> tuple[RecordedResource, ...]:
    """Return the resources here; where ``resource_regions`` is derived from them, their regions must fit it."""
    if node is None or node.value is None:
        return ()
    region = region_of if derived else JsonValue.text
    return tuple(
        RecordedResource(region(resource.member("region")), uid_of(resource.optional("uid")))
        for resource in node.elements()
    )


def _regions(node: JsonValue | None, resources: tuple[RecordedResource, ...]) -> tuple[str, ...] | None:
    if node is None:
        return tuple(dict.fromkeys(resource.region for resource in resources))
    if node.value is None:
        return None
    return tuple(region_of(region) for region in node.elements())


def _short_text(node: JsonValue, most: int) -> str:
    value = node.text()
    if len(value) > most:
        raise node.fault(f"{len(value)} characters; the column holds {most}, shorten it")
    return value
