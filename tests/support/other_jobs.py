"""Results of jobs that are not this project's own: other words, another number of sizes and of tables."""

from __future__ import annotations

from dataclasses import replace

from bench.results.records import Dataset, Digest, JobDescription, Results, TableDigest
from tests.support.builders import IMPLEMENTATIONS, measurement, production_results

INVOICES = JobDescription(name="statements", noun="month", size=("invoices",), rows_follow=("invoices",))
"""A job with one number in its size and one table."""
ORDERS = JobDescription(
    name="deliveries", noun="depot", size=("orders", "lines", "tariffs"), rows_follow=("orders", "lines")
)
"""A job whose rows follow two of its three numbers, and that writes three tables."""


def data(job: JobDescription, label: str, size: tuple[int, ...], rows: int) -> Dataset:
    """Return a loaded data set."""
    return Dataset(
        scan=label,
        seed=0,
        fingerprint="da7a" * 16,
        rows=rows,
        job=job.name,
        size=dict(zip(job.size, size, strict=True)),
        quantities={"customers": 7},
        facts={"currency": "EUR", "open": 3},
    )


def left(one: Dataset, implementation: str, tables: tuple[str, ...]) -> Digest:
    """Return what a faultless sample left in ``tables``."""
    return Digest(
        scan=one.scan,
        implementation=implementation,
        tables=tuple(TableDigest(table=table, sha256="ab12" * 16, count=one.rows) for table in tables),
        bystanders_unchanged=True,
    )


def run_of(job: JobDescription, datasets: tuple[Dataset, ...], tables: tuple[str, ...]) -> Results:
    """Return a run whose peaks grow with the rows in the first implementation, and not in the second."""
    measurements = []
    for one in datasets:
        for name in IMPLEMENTATIONS:
            growth = 20e6 + (900 * one.rows if name == IMPLEMENTATIONS[0] else 0)
            for metric, value in (
                ("wall_seconds", one.rows / 1e4),
                ("peak_heap_bytes", growth),
                ("peak_rss_bytes", growth),
                ("base_rss_bytes", 60e6),
                ("statements_django", 7),
                ("rows_written", one.rows),
            ):
                measurements.append(measurement(one.scan, name, metric, value))
    return replace(
        production_results(),
        job=job,
        command="bench run --job job.py",
        datasets=datasets,
        measurements=tuple(measurements),
        digests=tuple(left(one, name, tables) for one in datasets for name in IMPLEMENTATIONS),
        statements=(),
        heap=(),
        allocations=(),
    )


def invoices() -> Results:
    """Return a run of the job with one number and one table."""
    sizes = (("1k", 1_000), ("10k", 10_000), ("100k", 100_000))
    return run_of(INVOICES, tuple(data(INVOICES, label, (n,), n // 2) for label, n in sizes), ("monthly_statements",))


def orders() -> Results:
    """Return a run over the whole grid of the job with three numbers and three tables."""
    datasets = tuple(
        data(ORDERS, f"{n}/{lines}/{tariffs}", (n, lines, tariffs), n * lines)
        for n in (100, 200, 400)
        for lines in (2, 4, 8)
        for tariffs in (1, 5, 25)
    )
    return run_of(ORDERS, datasets, ("deliveries", "stops", "charges"))
