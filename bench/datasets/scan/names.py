"""Names in a recorded scan: resources, and regions that are names, replaced by numbers in the order of appearance.

A number says nothing about what it replaces, so no list of candidates (there are only 10^12 AWS account ids) can find
it again, as it could from a hash. The same content always gets the same numbers, and replaced names keep theirs.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

from bench.datasets.scan.finding import RecordedFinding, RecordedResource

_PLACES = ("aws", "azure", "gcp", "oraclecloud", "alibabacloud")
"""Providers whose regions are public places; others put owners, namespaces, tenants and models there."""
_PUBLIC = ("", "global")
_OUTPUT_NAME = re.compile(r"prowler-output-[^/]*?-(\d{14})")


class Names:
    """The Names of one scan. Holds each distinct resource once, about 200 bytes each."""

    def __init__(self, provider: str, *, keep: bool) -> None:
        self._keep = keep
        self._regions_too = provider not in _PLACES and not keep
        self._regions: dict[str, str] = {}
        self._resources: dict[bytes, int] = {}
        self._first_region: dict[str, str] = {}

    def apply(self, finding: RecordedFinding) -> RecordedFinding:
        """Return ``finding`` as it is loaded and recorded: every uid stands for one resource in one region."""
        regions = finding.resource_regions
        return replace(
            finding,
            resource_regions=None if regions is None else tuple(map(self._region, regions)),
            resources=tuple(
                RecordedResource(self._region(one.region), None if one.uid is None else self._uid(one.uid, one.region))
                for one in finding.resources
            ),
        )

    def _region(self, region: str) -> str:
        if not self._regions_too or region in _PUBLIC:
            return region
        return self._regions.setdefault(region, f"region-{len(self._regions) + 1}")

    def _uid(self, uid: str, region: str) -> str:
        if not self._keep:
            key = hashlib.blake2b(f"{uid}\0{region}".encode(), digest_size=16).digest()
            return f"resource-{self._resources.setdefault(key, len(self._resources) + 1)}"
        # Production has a resource once, in the region seen last; here each finding keeps the region that it names.
        return uid if self._first_region.setdefault(uid, region) == region else f"{uid} in {region}"


def public_file_name(text: str) -> str:
    """Return ``text`` without the account in the names that Prowler gives its output files."""
    return _OUTPUT_NAME.sub(r"prowler-output-\1", text)
