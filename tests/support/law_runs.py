"""Runs to check laws on: two implementations on the pull request's scans, and statements that break what they say."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from bench.declare.laws import Law, Step
from bench.results.records import Dataset, DeclaredLaws, Results, StatementTexts
from tests.support.builders import SCANS, dataset, measurement, production_results

BATCH = 10_000
LABELS = tuple(label for label, *_ in SCANS)
FILE = "mine/task.py"
DJANGO = Law("statements_django", 5)
SERVER = Law("statements_server", 5, (Step(4, BATCH, "rows"),))

Issued = tuple[str, str]
"""(statement, the line that issued it)"""
Besides = Callable[[Dataset], Iterable[Issued]]
"""What an implementation issues besides, on a scan."""


def read(file: str) -> tuple[Issued, ...]:
    """A transaction that reads the findings, as both views see it."""
    texts = ("BEGIN", "SELECT set_config('api.tenant_id', 'a', true)", "SELECT * FROM findings WHERE scan_id = 'x'")
    return tuple((text, f"{file}:10") for text in (*texts, "FETCH FORWARD 9 FROM c", "COMMIT"))


def copies(scan: Dataset) -> tuple[Issued, ...]:
    """A COPY in a separate transaction for each batch."""
    texts = ("BEGIN", "SELECT set_config('api.tenant_id', 'a', true)", "COPY t FROM STDIN", "COMMIT")
    return tuple((text, f"{FILE}:20") for text in texts) * -(-scan.rows // BATCH)


def nothing(scan: Dataset) -> tuple[Issued, ...]:
    """Keep the law."""
    return ()


def query_per_region(scan: Dataset) -> tuple[Issued, ...]:
    """One query more for each region, each with another value, from one line."""
    return tuple((f"SELECT id FROM regions WHERE name = 'r{n}'", f"{FILE}:30") for n in range(scan.size["regions"]))


def transaction_per_region(scan: Dataset) -> tuple[Issued, ...]:
    """The same, each in a separate transaction."""
    frame = ("BEGIN", "SELECT set_config('api.tenant_id', 'a', true)"), ("COMMIT",)
    begin, end = (tuple((text, f"{FILE}:30") for text in part) for part in frame)
    return tuple(issued for query in query_per_region(scan) for issued in (*begin, query, *end))


@dataclass(frozen=True)
class Made:
    """Made is one implementation of a run: its name, what it declares, what it issues besides, and its file."""

    name: str
    laws: tuple[Law, ...] = (DJANGO, SERVER)
    besides: Besides = nothing
    file: str = FILE


def run(*made: Made, scans: Iterable[str] = LABELS) -> Results:
    """A run of ``made`` in which every statement is known, with its line."""
    datasets = tuple(dataset(label, findings, regions) for label, findings, regions in SCANS if label in scans)
    texts = tuple(_texts(scan, one) for scan in datasets for one in made)
    return replace(
        production_results(),
        implementations=tuple(one.name for one in made),
        datasets=datasets,
        statements=texts,
        measurements=tuple(
            measurement(one.scan, one.implementation, metric, count)
            for one in texts
            for metric, count in (("statements_django", len(one.django)), ("statements_server", len(one.server)))
        ),
        laws=tuple(DeclaredLaws(implementation=one.name, laws=one.laws) for one in made),
        digests=(),
        heap=(),
        allocations=(),
    )


def _texts(scan: Dataset, made: Made) -> StatementTexts:
    django = (*read(made.file), *made.besides(scan))
    server = (*read(made.file), *copies(scan), *made.besides(scan))
    return StatementTexts(
        scan=scan.scan,
        implementation=made.name,
        django=tuple(text for text, _ in django),
        django_sites=tuple(site for _, site in django),
        server=tuple(text for text, _ in server),
        server_sites=tuple(site for _, site in server),
        server_source="log",
    )
