"""Results to test with: a run whose figures are those that the production code measured, and parts to vary it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from bench.compliance.published import ABOUT_PUBLISHED, published_for
from bench.results.environment import Environment
from bench.results.heap import Allocation, AllocationSites, HeapPoint, HeapSeries
from bench.results.metrics import METRICS
from bench.results.records import (
    SCHEMA,
    Dataset,
    Digest,
    ImplementationEnvironment,
    JobDescription,
    Measurement,
    Results,
    StatementTexts,
    TableDigest,
)
from bench.results.store import DETAILS

IMPLEMENTATIONS = ("materializing", "streaming")
REQUIREMENTS = 5_421
OF_CATALOGUE = {"frameworks": 46, "requirements": REQUIREMENTS}
JOB = JobDescription(
    name="compliance",
    noun="scan",
    size=("findings", "regions"),
    rows_follow=("regions",),
    usual={"provider": "aws"},
    about_published=ABOUT_PUBLISHED,
)

SCANS = (("100/3", 100, 3), ("1k/8", 1_000, 8), ("10k/20", 10_000, 20))

WALL = {
    ("100/3", "materializing"): (1.10, 1.08, 1.13, 1.09, 1.12),
    ("100/3", "streaming"): (1.01, 1.00, 1.09, 0.99, 1.03),
    ("1k/8", "materializing"): (3.6, 3.55, 3.72, 3.58, 3.64),
    ("1k/8", "streaming"): (2.8, 2.74, 2.91, 2.78, 2.83),
    ("10k/20", "materializing"): (8.6, 8.47, 8.92, 8.55, 8.71, 8.58),
    ("10k/20", "streaming"): (7.3, 7.19, 7.55, 7.24, 7.41, 7.28),
}
PEAKS = {
    ("100/3", "materializing"): (35.4, 23.8, 23.0),
    ("100/3", "streaming"): (32.2, 23.7, 23.0),
    ("1k/8", "materializing"): (52.3, 39.6, 38.0),
    ("1k/8", "streaming"): (34.4, 23.9, 23.0),
    ("10k/20", "materializing"): (99.2, 90.0, 99.0),
    ("10k/20", "streaming"): (45.2, 35.7, 40.0),
}
"""Megabytes: traced peak, untraced peak, RSS growth."""


def measurement(scan: str, implementation: str, metric: str, *samples: float) -> Measurement:
    """Return the samples of one metric, with its declared unit."""
    unit = METRICS[metric].unit if metric in METRICS else "things"
    return Measurement(scan=scan, implementation=implementation, metric=metric, unit=unit, samples=samples)


def dataset(scan: str, findings: int, regions: int, rows: int | None = None) -> Dataset:
    """Return a loaded scan of the synthetic catalogue."""
    return Dataset(
        scan=scan,
        seed=0,
        fingerprint="5eed" * 16,
        rows=regions * REQUIREMENTS if rows is None else rows,
        job=JOB.name,
        size={"findings": findings, "regions": regions},
        quantities={"counted regions": regions, "counted findings": findings * 9 // 10, **OF_CATALOGUE},
        facts={"provider": "aws", "catalogue": "synthetic", "catalogue fingerprint": "ca7a" * 16},
        published=published_for(findings, regions),
    )


def digest(
    scan: str, implementation: str, row_count: int, rows: str = "0a1b2c3d" * 8, *, bystanders_unchanged: bool = True
) -> Digest:
    """Return what a faultless sample leaves; ``rows`` replaces the rows' digest."""
    return Digest(
        scan=scan,
        implementation=implementation,
        tables=(
            TableDigest(table="rows", sha256=rows, count=row_count),
            TableDigest(table="summaries", sha256="4e5f6071" * 8, count=46),
        ),
        bystanders_unchanged=bystanders_unchanged,
    )


def with_table(whole: Digest, table: str, *, count: int | None = None, sha256: str | None = None) -> Digest:
    """Return ``whole`` with another count or digest of one table."""
    return replace(
        whole,
        tables=tuple(
            replace(one, count=one.count if count is None else count, sha256=one.sha256 if sha256 is None else sha256)
            if one.table == table
            else one
            for one in whole.tables
        ),
    )


def environment() -> Environment:
    """Return the machine that the figures of these tests pretend to come from."""
    return Environment(
        python="3.11.9",
        platform="Linux-6.1-x86_64",
        cpu="Some CPU",
        cores=2,
        memory_bytes=8_000_000_000,
        kernel="6.1.0",
        packages={"psycopg": "3.3.9", "django": "5.2.19", "memray": "1.20.0"},
        server_version="16.14",
        server_source="embedded",
        server_settings={"shared_buffers": "128MB", "fsync": "on"},
        load_average=(0.25, 0.5, 0.75),
        revision="",
    )


def production_results() -> Results:
    """Return a whole run at the pull request's three sizes with production's figures."""
    datasets = tuple(dataset(*scan) for scan in SCANS)
    return Results(
        schema=SCHEMA,
        created="2026-01-02T03:04:05+00:00",
        job=JOB,
        command="bench run --scan 100/3 --scan 1k/8 --scan 10k/20",
        environment=environment(),
        implementations=IMPLEMENTATIONS,
        datasets=datasets,
        measurements=tuple(_measurements(datasets)),
        digests=tuple(digest(one.scan, name, one.rows) for one in datasets for name in IMPLEMENTATIONS),
        statements=tuple(statement_texts(one, name) for one in datasets for name in IMPLEMENTATIONS),
        heap=(heap_series("10k/20", "materializing", 99.2, 31.0), heap_series("10k/20", "streaming", 45.2, 27.0)),
        allocations=tuple(_allocations()),
        failures=(),
        code=tuple(code(name) for name in IMPLEMENTATIONS),
    )


def at_revision(results: Results, revision: str) -> Results:
    """Return ``results`` as of another commit."""
    return replace(results, code=tuple(replace(one, revision=revision) for one in results.code))


def code(implementation: str) -> ImplementationEnvironment:
    """Return which code the figures of these tests pretend to come from."""
    return ImplementationEnvironment(
        implementation=implementation,
        function=f"{implementation}.task:create",
        python="3.11.9",
        packages={"Django": "5.2.19", "psycopg": "3.3.9"},
        revision="0123abc",
    )


def _measurements(datasets: Sequence[Dataset]) -> Iterator[Measurement]:
    for one in datasets:
        for name in IMPLEMENTATIONS:
            case = one.scan, name
            traced, untraced, rss = (value * 1e6 for value in PEAKS[case])
            wall = WALL[case]
            yield measurement(*case, "wall_seconds", *wall)
            yield measurement(*case, "cpu_seconds", *(round(seconds * 0.6, 3) for seconds in wall))
            yield measurement(*case, "peak_heap_bytes", traced, traced + 1_000, traced - 1_000)
            yield measurement(*case, "peak_heap_untraced_bytes", untraced)
            yield measurement(*case, "peak_rss_bytes", rss, rss * 1.01, rss * 0.99)
            yield measurement(*case, "statements_django", 19 if name == "materializing" else 18)
            yield measurement(*case, "statements_server", 19 + 5 * (1 + one.rows // 10_000))
            yield measurement(*case, "rows_written", one.rows)
            yield from _database_measurements(one, name)


def _database_measurements(one: Dataset, implementation: str) -> Iterator[Measurement]:
    """Yield what the suite itself measured on the database's side, by the row."""
    materializing = implementation == "materializing"
    case = one.scan, implementation
    yield measurement(*case, "wal_bytes", 763 * one.rows + 21_984 * materializing)
    yield measurement(*case, "wal_full_page_images", 16)
    yield measurement(*case, "rows_inserted", one.rows + one.quantities["frameworks"])
    yield measurement(*case, "rows_deleted", 0)
    yield measurement(*case, "blocks_read", 4 * materializing)
    yield measurement(*case, "blocks_hit", 16 * one.rows)
    yield measurement(*case, "temp_bytes", 0)
    yield measurement(*case, "server_cpu_seconds", round(24e-6 * one.rows, 2))
    yield measurement(*case, "backend_peak_bytes", 2_400_000 + 960 * one.size["findings"] * materializing)


def statement_texts(one: Dataset, implementation: str) -> StatementTexts:
    """Return statements like those of the built-in implementations, long lists and COPY batches included."""
    tenant = "3f0c1c1e-7d8a-4c5e-9c64-0d3f5b1a2e70"
    begin = ("BEGIN", f"SELECT set_config('api.tenant_id', '{tenant}', TRUE)")
    columns = ", ".join(f'"findings"."{name}"' for name in ("id", "status", "check_id", "compliance", "muted"))
    findings: tuple[str, ...] = (f'SELECT {columns} FROM "findings" WHERE NOT "muted" AND "scan_id" = \'{tenant}\'',)
    if implementation == "materializing":
        ids = ", ".join(f"'{tenant}'" for _ in range(200))
        findings += (f'SELECT "resources"."id" FROM "resources" WHERE "resources"."id" IN ({ids})',)
    copy = (*begin, 'COPY "compliance_requirements_overviews" ("id", "tenant_id") FROM STDIN (FORMAT csv)', "COMMIT")
    values = ", ".join("('a', 'b', 1, 2, 3)" for _ in range(46))
    head = (*begin, 'SELECT "scans"."id" FROM "scans"', 'SELECT "providers"."id" FROM "providers"', "COMMIT")
    tail = (
        *begin,
        'DELETE FROM "compliance_overview_summaries"',
        f'INSERT INTO "compliance_overview_summaries" ("id") VALUES {values}',
        "COMMIT",
    )
    delete = (*begin, 'DELETE FROM "compliance_requirements_overviews"', "COMMIT")
    return StatementTexts(
        scan=one.scan,
        implementation=implementation,
        django=(*head, *begin, *findings, "COMMIT", *delete, *tail),
        server=(*head, *begin, *findings, "COMMIT", *delete, *copy * (1 + one.rows // 10_000), *tail),
        server_source="log",
    )


def figures_of(results: Results) -> Results:
    """Return ``results`` as they are read where no details are needed."""
    empty: dict[str, Any] = dict.fromkeys(DETAILS, ())
    return replace(results, **empty)


def heap_series(scan: str, implementation: str, peak: float, seconds: float) -> HeapSeries:
    """Return a series that climbs to ``peak`` megabytes at its middle and falls to a third."""
    points = tuple(
        HeapPoint(
            seconds=seconds * step / 100,
            heap_bytes=int(1e6 * peak * (math.sin(math.pi / 2 * min(step / 50, 1)) if step < 70 else 0.33)),
            rss_bytes=int(1e6 * (120 + peak * min(step / 50, 1))),
        )
        for step in range(101)
    )
    return HeapSeries(scan=scan, implementation=implementation, points=points)


def _allocations() -> Iterator[AllocationSites]:
    for name, function in (("materializing", "build_rows"), ("streaming", "copy_batch")):
        sites = tuple(
            Allocation(function=f"{function}_{place}", file=f"{name}/task.py", line=10 * place, bytes=size, count=place)
            for place, size in enumerate((61_000_000, 12_500_000, 900_000), start=1)
        )
        yield AllocationSites(scan="10k/20", implementation=name, sites=sites)
