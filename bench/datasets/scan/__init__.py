"""The names of scans: the one that is loaded to be measured, and those that must not change."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ScanKey:
    """A ScanKey names the findings of one scan under one tenant."""

    tenant_id: str
    scan_id: str
    provider: str
    """The provider's type, which decides the catalogue."""

    @property
    def arguments(self) -> dict[str, str]:
        """The keyword arguments of a call for the scan."""
        return {"tenant_id": self.tenant_id, "scan_id": self.scan_id}


@dataclass(frozen=True)
class LoadedScan:
    """A LoadedScan is a database that holds a scan to measure, and others beside it."""

    key: ScanKey
    """The scan to measure."""
    bystanders: tuple[ScanKey, ...]
    """Scans with findings, rows and summaries that no run may change: another one of the tenant; one of another tenant;
    and what that other tenant has under the id of the measured scan."""
    warm_up: ScanKey
    """A scan of one finding, of the provider whose catalogue is ``warm_up_catalogue()``."""
    fingerprint: str
    """SHA-256, in hexadecimal, of every byte sent by COPY, table after table in the order sent."""
    findings: int
    counted: int
    """Findings that are not muted and PASS or FAIL."""
    regions: tuple[str, ...]
    """The regions that count, sorted: those in ``resource_regions`` of a finding that is not muted and PASS or FAIL.

    None where the catalogue has no framework: findings are then not read."""
    expected_rows: int
    """Counted regions × requirements of the catalogue."""
