"""Detection findings of OCSF, the Open Cybersecurity Schema Framework, as Prowler 4 and 5 write them."""

from __future__ import annotations

from bench.datasets.json_value import JsonValue
from bench.datasets.scan.finding import (
    RecordedFinding,
    RecordedResource,
    check_id_of,
    compliance_of,
    distinct_regions,
    region_of,
    status_of,
    uid_of,
)

LANDMARKS = ("finding_info", "class_uid", "status_code", "metadata")
"""Members of which a finding in OCSF has at least one, and a row of the findings table none."""

_SUPPRESSED = 3
"""``status_id`` of a muted finding; its ``status`` is Suppressed."""


def ocsf_finding(node: JsonValue) -> RecordedFinding:
    """Return the finding here. Raises InputError with the place of what is missing or wrong."""
    resources = _resources(node)
    unmapped = _inner(node, "unmapped")
    return RecordedFinding(
        check_id=check_id_of(node.member("metadata").member("event_code")),
        status=status_of(node.member("status_code")),
        muted=_muted(node, unmapped),
        compliance=compliance_of(None if unmapped is None else unmapped.optional("compliance")),
        resource_regions=distinct_regions(resources),
        resources=resources,
    )


def ocsf_provider(node: JsonValue) -> JsonValue | None:
    """Return the provider of the finding here, or None if it names none."""
    for holder in (_inner(node, "unmapped"), _inner(node, "cloud")):
        if holder is not None and (provider := holder.optional("provider")) is not None:
            return provider
    return None


def _inner(node: JsonValue, key: str) -> JsonValue | None:
    """Return the member ``key``; None if it is missing or null."""
    found = node.optional(key)
    return None if found is None or found.value is None else found


def _muted(node: JsonValue, unmapped: JsonValue | None) -> bool:
    signs = ((node, "status", "Suppressed"), (node, "status_id", _SUPPRESSED), (unmapped, "muted", True))
    for holder, key, value in signs:
        found = None if holder is None else holder.optional(key)
        if found is not None and found.value == value and type(found.value) is type(value):
            return True
    return False


def _resources(node: JsonValue) -> tuple[RecordedResource, ...]:
    found = _inner(node, "resources")
    if found is None:
        return ()
    cloud = _inner(node, "cloud")
    elsewhere = None if cloud is None else _inner(cloud, "region")
    return tuple(
        RecordedResource(_region(resource, elsewhere), uid_of(resource.optional("uid")))
        for resource in found.elements()
    )


def _region(resource: JsonValue, elsewhere: JsonValue | None) -> str:
    """Return the region of ``resource``; Prowler writes that of Kubernetes as a namespace."""
    region = _inner(resource, "region") or elsewhere
    if region is not None:
        return region_of(region)
    namespace = _inner(resource, "namespace")
    return "" if namespace is None else f"namespace: {region_of(namespace)}"
