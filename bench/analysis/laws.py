"""Laws checked: does every scan show the statements that were declared, and if not, which are too many."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from bench.laws import Law
from bench.results.fingerprint import fingerprint, normalise
from bench.results.records import Dataset, Results, StatementTexts

MOST_OFFENDERS = 3


@dataclass(frozen=True, kw_only=True)
class Offender:
    """An Offender is one statement that was issued more or less often than the law leaves room for."""

    fingerprint: str
    statement: str
    """Normalised: values are ``?``."""
    site: str
    """``file:line`` of the implementation, '' where it is not known."""
    count: int
    surplus: int
    """Compared with the scan that keeps the law, or with the smallest one."""


@dataclass(frozen=True, kw_only=True)
class LawCheck:
    """A LawCheck is one law on one scan: what it gives and what was measured. ``offenders`` only where they differ."""

    implementation: str
    scan: str
    law: Law
    expected: int
    measured: int
    offenders: tuple[Offender, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the count is the law's."""
        return self.expected == self.measured


def check_laws(results: Results) -> tuple[LawCheck, ...]:
    """Check each declared law on each scan where its metric was measured and a region counted."""
    checks = []
    for declared in results.laws:
        for law in declared.laws:
            for dataset in results.datasets:
                measured = _measured(results, dataset.scan, declared.implementation, law.metric)
                if measured is None or not dataset.rows:
                    continue
                expected = law.expected(**_quantities(dataset))
                offenders = () if expected == measured else _offenders(results, declared.implementation, law, dataset)
                checks.append(
                    LawCheck(
                        implementation=declared.implementation,
                        scan=dataset.scan,
                        law=law,
                        expected=expected,
                        measured=measured,
                        offenders=offenders,
                    )
                )
    return tuple(checks)


def _measured(results: Results, scan: str, implementation: str, metric: str) -> int | None:
    for one in results.measurements:
        if (one.scan, one.implementation, one.metric) == (scan, implementation, metric) and one.samples:
            return int(one.samples[0])
    return None


def _offenders(results: Results, implementation: str, law: Law, dataset: Dataset) -> tuple[Offender, ...]:
    """The statements whose counts grew most from the smallest other scan; without another, the most frequent ones.

    Those that grew just as a step of the law lets them come last.
    """
    texts = {one.scan: one for one in results.statements if one.implementation == implementation}
    here = texts.get(dataset.scan)
    if here is None:
        return ()
    others = [one for one in results.datasets if one.scan in texts and one.scan != dataset.scan]
    smallest = min(others, key=lambda one: one.rows, default=None)
    before = Counter(map(fingerprint, _view(texts[smallest.scan], law)[0])) if smallest else Counter()
    statements, sites = _view(here, law)
    count = Counter(map(fingerprint, statements))
    example: dict[str, tuple[str, str]] = {}
    for statement, site in zip(statements, sites, strict=True):
        example.setdefault(fingerprint(statement), (statement, site))
    found = (
        Offender(
            fingerprint=print_,
            statement=normalise(example[print_][0]),
            site=example[print_][1],
            count=number,
            surplus=number - before[print_],
        )
        for print_, number in count.items()
    )
    allowed = {
        times - (smallest_times if smallest else 0) for times, smallest_times in _step_times(law, dataset, smallest)
    }
    grown = sorted(
        (one for one in found if one.surplus),
        key=lambda one: (one.surplus in allowed, -abs(one.surplus), one.fingerprint),
    )
    return tuple(grown[:MOST_OFFENDERS])


def _step_times(law: Law, dataset: Dataset, smallest: Dataset | None) -> list[tuple[int, int]]:
    """How often each step of ``law`` is begun on the two scans."""
    return [(step.times(**_quantities(dataset)), step.times(**_quantities(smallest or dataset))) for step in law.steps]


def _quantities(dataset: Dataset) -> dict[str, int]:
    return {
        "rows": dataset.rows,
        "counted_findings": dataset.counted_findings,
        "regions": dataset.counted_regions,
    }


def _view(texts: StatementTexts, law: Law) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The statements that the law's metric counts, and their sites, as long as the statements."""
    if law.metric == "statements_django":
        statements, sites = texts.django, texts.django_sites
    else:
        statements, sites = texts.server, texts.server_sites
    return statements, sites or ("",) * len(statements)
