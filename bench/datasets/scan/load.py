"""Fills a database with the measured scan, its bystanders and the warm-up, always in the same order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from bench.database.access import DatabaseAccess
from bench.datasets.catalogue.record import LoadedCatalogue
from bench.datasets.providers import another_provider
from bench.datasets.scan import LoadedScan, ScanKey, bystanders, warm_up
from bench.datasets.scan.check import ScanCheck, compliance_by_check, scan_check, scan_checks
from bench.datasets.scan.copy_table import (
    FINDINGS,
    MAPPINGS,
    NULL,
    PROVIDERS,
    RESOURCES,
    SCANS,
    TENANTS,
    TIMESTAMP,
    array_field,
    line,
)
from bench.datasets.scan.identifiers import named_id
from bench.datasets.scan.loader import Loader, loading
from bench.datasets.scan.rows import Account, ScanRows
from bench.datasets.scan.synthetic import synthetic_findings
from bench.datasets.scan.vocabulary import Vocabulary, region_names, vocabulary
from bench.datasets.size import ScanSize
from bench.jobs.job import Progress

_BATCH = 5_000
"""Findings per batch; the resources and mappings of one batch are held in memory."""


def load_synthetic_scan(
    access: DatabaseAccess,
    size: ScanSize,
    catalogue: LoadedCatalogue,
    seed: int,
    progress: Progress | None = None,
    number: int = 0,
) -> LoadedScan:
    """Fill a freshly migrated database with a scan of ``size`` and its bystanders: same seed, same bytes.

    Another ``number`` than 0 adds the same findings to such a database, as the scan of another tenant. ``progress`` is
    called with the number of findings sent so far, every few thousand. Raises DatabaseError.
    """
    name = f"synthetic/{seed}"
    words = vocabulary(name)
    checks = scan_checks(catalogue.frameworks, words, name, catalogue.provider)
    regions = region_names(size.regions)
    return load_scan(
        access,
        catalogue,
        seed=name,
        words=words,
        checks=checks,
        findings=lambda rows: synthetic_findings(rows, size.findings, regions, checks, words, f"{name}/measured"),
        progress=progress,
        number=number,
    )


def load_scan(
    access: DatabaseAccess,
    catalogue: LoadedCatalogue,
    *,
    seed: str,
    words: Vocabulary,
    checks: Sequence[ScanCheck],
    findings: Callable[[ScanRows], Iterator[str]],
    progress: Progress | None = None,
    number: int = 0,
) -> LoadedScan:
    """Fill a freshly migrated database with the scan that ``findings`` makes, of the catalogue's provider.

    ``checks`` and ``words`` are those of the bystanders. Another ``number`` than 0 adds the scan alone to such a
    database, as that of another tenant. Raises DatabaseError.
    """
    other, idle = (named_id(seed, f"tenant {name}") for name in ("other", "warm-up"))
    beside = f" {number}" if number else ""
    tenant = named_id(seed, f"tenant measured{beside}")
    key = ScanKey(tenant, named_id(seed, f"scan measured{beside}"), catalogue.provider)
    sibling = ScanKey(tenant, named_id(seed, "scan sibling"), catalogue.provider)
    foreign = ScanKey(other, named_id(seed, "scan foreign"), catalogue.provider)
    stray = ScanKey(other, key.scan_id, catalogue.provider)
    warming = ScanKey(idle, named_id(seed, "scan warm-up"), another_provider(catalogue.provider))

    def rows_of(scan: ScanKey, name: str, account: int) -> ScanRows:
        owner = Account(named_id(seed, f"provider {name}"), words.accounts[account], catalogue.provider)
        return ScanRows(scan, owner, name, f"{seed}/{name}")

    def bystander(rows: ScanRows, count: int) -> Iterator[str]:
        return synthetic_findings(rows, count, bystanders.REGIONS, checks, words, f"{seed}/{rows.name}")

    def load_others(loader: Loader) -> None:
        for scan, name, account in ((sibling, "sibling", 1), (foreign, "foreign", 2)):
            rows = rows_of(scan, name, account)
            _load_account(loader, rows, bystander(rows, bystanders.FINDINGS))
            _load_scan_row(loader, rows)
        rows = rows_of(stray, "stray", 3)
        _load_account(loader, rows, bystander(rows, bystanders.STRAY_FINDINGS))
        for scan in (sibling, foreign, stray):
            bystanders.load_target_rows(loader, scan, catalogue.frameworks, f"{seed}/{scan.scan_id}/{scan.tenant_id}")
        rows = rows_of(warming, "warm-up", 4)
        _load_account(loader, rows, iter([_warm_up_finding(rows, words, seed)]))
        _load_scan_row(loader, rows)

    with loading(access, progress) as loader:
        names = {tenant: "Measured"} | ({} if number else {other: "Bystander"})
        loader.copy(TENANTS, [line(one, name, TIMESTAMP, TIMESTAMP) for one, name in names.items()])
        if not number:
            loader.copy(TENANTS, [line(idle, "Warm-up", TIMESTAMP, TIMESTAMP)])
        measured = rows_of(key, f"measured{beside}", 0)
        sent = _load_account(loader, measured, findings(measured), progress)
        _load_scan_row(loader, measured)
        if not number:
            load_others(loader)
    regions = tuple(sorted(measured.counted_regions)) if catalogue.frameworks else ()
    return LoadedScan(
        key=key,
        bystanders=(sibling, foreign, stray),
        warm_up=warming,
        fingerprint=loader.fingerprint,
        findings=sent,
        counted=measured.counted,
        regions=regions,
        expected_rows=len(regions) * catalogue.requirement_count,
    )


def _load_account(loader: Loader, rows: ScanRows, lines: Iterator[str], progress: Progress | None = None) -> int:
    """Load a provider, the findings in ``lines`` and their resources; return the number of findings."""
    account = rows.account
    loader.copy(
        PROVIDERS,
        [
            line(account.provider_id, rows.key.tenant_id, rows.key.provider, account.uid, rows.name, "t", "f")
            + f"\t{{}}\t{{}}\t{TIMESTAMP}\t{TIMESTAMP}"
        ],
    )
    sent = 0
    while True:
        batch = loader.copy(FINDINGS, islice(lines, _BATCH))
        loader.copy(RESOURCES, rows.take_resources())
        loader.copy(MAPPINGS, rows.take_mappings())
        sent += batch
        if progress is not None:
            progress(sent)
        if batch < _BATCH:
            return sent


def _load_scan_row(loader: Loader, rows: ScanRows) -> None:
    """Load the row of the scan, after its findings because it holds their number of resources."""
    identity = line(rows.key.scan_id, rows.key.tenant_id, rows.account.provider_id, f"Scan {rows.name}")
    state = line("scheduled", "completed", rows.resource_count, 100, 600, "{}")
    loader.copy(SCANS, [f"{identity}\t{state}" + f"\t{TIMESTAMP}" * 4])


def _warm_up_finding(rows: ScanRows, words: Vocabulary, seed: str) -> str:
    """The warm-up's one finding: PASS, in one region, with one resource."""
    compliance = compliance_by_check(warm_up.warm_up_catalogue())[warm_up.CHECK]
    check = scan_check(warm_up.CHECK, compliance, words, seed)
    resource = rows.resource(warm_up.REGION, "warm-up", check, "{}")
    return rows.finding(
        check,
        "PASS",
        [resource],
        regions=[warm_up.REGION],
        regions_field=array_field([warm_up.REGION]),
        compliance=check.compliance,
        muted_reason=None,
        delta=NULL,
    )
