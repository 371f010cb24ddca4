"""Synthetic scans: any number of findings over any number of regions, from a seed."""

from __future__ import annotations

from collections.abc import Callable

from bench.database.access import DatabaseAccess
from bench.datasets.catalogue_record import LoadedCatalogue
from bench.datasets.scan import LoadedScan
from bench.datasets.scan_check import scan_checks
from bench.datasets.scan_generator import synthetic_findings
from bench.datasets.scan_load import load_scan
from bench.datasets.size import ScanSize
from bench.datasets.vocabulary import region_names, vocabulary


def load_synthetic_scan(
    access: DatabaseAccess,
    size: ScanSize,
    catalogue: LoadedCatalogue,
    seed: int,
    progress: Callable[[int], None] | None = None,
) -> LoadedScan:
    """Fill a freshly migrated database with a scan of ``size`` and its bystanders: same seed, same bytes.

    ``progress`` is told the findings sent so far, every few thousand. Raises DatabaseError.
    """
    name = f"synthetic/{seed}"
    words = vocabulary(name)
    checks = scan_checks(catalogue.frameworks, words, name)
    regions = region_names(size.regions)
    return load_scan(
        access,
        catalogue,
        seed=name,
        words=words,
        checks=checks,
        findings=lambda rows: synthetic_findings(rows, size.findings, regions, checks, words, f"{name}/measured"),
        progress=progress,
    )
