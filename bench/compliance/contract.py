"""The contract of the task: what an implementation is given and what it returns.

This module imports nothing but the standard library, so that your own implementation depends on little.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NotRequired, Protocol, TypedDict

THREATSCORE_KEY = "ProwlerThreatScore-1.0"


class Requirement(TypedDict):
    """One requirement of a framework; ``checks`` maps check ids to anything, only the keys count."""

    description: NotRequired[str]
    checks: Mapping[str, Any]


class Framework(TypedDict):
    """One framework; a missing ``version`` is stored as ''."""

    framework: str
    version: NotRequired[str]
    requirements: Mapping[str, Requirement]


Catalogue = Mapping[str, Framework]
"""The frameworks of one provider by compliance id, in the order in which rows are written."""


class Outcome(TypedDict):
    """What an implementation returns; ``compliance_frameworks`` is empty when no region counted."""

    requirements_created: int
    regions_processed: list[str]
    compliance_frameworks: list[str]


class Implementation(Protocol):
    """A function that writes one scan's compliance rows and summaries. It is called in a process that is set up."""

    def __call__(self, tenant_id: str, scan_id: str) -> Outcome:
        """Write the rows of ``scan_id``; raise ``Scan.DoesNotExist`` where the scan or its provider is gone."""


_catalogues: dict[str, Catalogue] = {}


def install_catalogue(provider: str, catalogue: Catalogue) -> None:
    """Make ``catalogue`` the one of ``provider`` in this process, as production loads it once per worker."""
    _catalogues[provider] = catalogue


def compliance_catalogue(provider: str) -> Catalogue:
    """Return the warm catalogue of ``provider``; empty for a provider without frameworks."""
    return _catalogues.get(provider, {})
