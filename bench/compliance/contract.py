"""The contract of the task: what an implementation is given and what it returns.

This module imports little more than the standard library, so that your own implementation depends on little.
"""

from __future__ import annotations

from typing import Protocol, TypedDict

from bench.datasets.catalogue.catalogue import Catalogue, Framework, Requirement

__all__ = [
    "THREATSCORE_KEY",
    "Catalogue",
    "Framework",
    "Implementation",
    "Outcome",
    "Requirement",
    "compliance_catalogue",
    "install_catalogue",
]

THREATSCORE_KEY = "ProwlerThreatScore-1.0"


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
