"""Laws checked: does every scan show the counts that were declared, and if not, which statements are behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from bench.declare.laws import STATEMENTS, Law
from bench.results.fingerprint import fingerprint, normalise
from bench.results.records import Dataset, Results, StatementTexts

MOST_OFFENDERS = 3
_FRAME = frozenset({"BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "CLOSE"})
"""Statements that come along with others, and are seldom what a reader looks for."""


@dataclass(frozen=True, kw_only=True)
class Offender:
    """An Offender is one statement of one line, issued more or less often than the law leaves room for."""

    fingerprint: str
    statement: str
    """Normalised: values are ``?``."""
    site: str
    """``file:line`` of the implementation, '' if it is not known."""
    count: int
    surplus: int
    """Compared with ``reference``; ``count`` itself without one."""
    reference: str
    """The scan or the implementation that ``surplus`` refers to; '' if there was nothing to compare with."""


@dataclass(frozen=True, kw_only=True)
class LawCheck:
    """A LawCheck is one law on one scan: what it gives and what was measured. ``offenders`` only where they differ."""

    implementation: str
    scan: str
    law: Law
    expected: int
    measured: int
    """Of several samples the one that is farthest from the law."""
    offenders: tuple[Offender, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the count is the law's."""
        return self.law.holds(self.expected, self.measured)


def check_laws(results: Results) -> tuple[LawCheck, ...]:
    """Check each declared law on each scan where its metric was measured and rows were due."""
    counts = list(_counts(results))
    return tuple(
        LawCheck(
            implementation=one.implementation,
            scan=one.dataset.scan,
            law=one.law,
            expected=one.expected,
            measured=one.measured,
            offenders=() if one.holds else _offenders(results, one, counts),
        )
        for one in counts
    )


@dataclass(frozen=True, kw_only=True)
class _Count:
    """A _Count is a LawCheck before anybody asks what is behind it."""

    implementation: str
    dataset: Dataset
    law: Law
    expected: int
    measured: int

    @property
    def holds(self) -> bool:
        return self.law.holds(self.expected, self.measured)


def _counts(results: Results) -> Iterator[_Count]:
    samples = {(one.scan, one.implementation, one.metric): one.samples for one in results.measurements}
    for declared in results.laws:
        for law in declared.laws:
            for dataset in results.datasets:
                measured = samples.get((dataset.scan, declared.implementation, law.metric))
                if not measured or not dataset.rows:
                    continue
                expected = law.expected(dataset.countable)
                yield _Count(
                    implementation=declared.implementation,
                    dataset=dataset,
                    law=law,
                    expected=expected,
                    measured=int(max(measured, key=lambda count: abs(count - expected))),
                )


_Issued = tuple[str, str]
"""(normalised statement, line)"""


def _offenders(results: Results, broken: _Count, counts: list[_Count]) -> tuple[Offender, ...]:
    """The statements whose count differs most from where the law is kept, or from what comes nearest to that.

    That is another scan of the implementation, first those that keep the law, then the smallest; what a step of the law
    accounts for is left out. Where every scan has the same statement too many, it is another implementation that keeps
    its law on the scan. Where there is neither, all that can be said is which line repeats itself most.
    """
    if broken.law.metric not in STATEMENTS:
        return ()  # A law says nothing of single functions.
    texts = {(one.scan, one.implementation): one for one in results.statements}
    here = texts.get((broken.dataset.scan, broken.implementation))
    if here is None:
        return ()
    issued = _issued(here, broken.law)
    same_law = [one for one in counts if (one.implementation, one.law) == (broken.implementation, broken.law)]
    for other in sorted(same_law, key=lambda one: (not one.holds, one.dataset.rows)):
        there = texts.get((other.dataset.scan, broken.implementation))
        if there is not None and other is not broken:
            allowed = _allowed_growth(broken.law, other.dataset, broken.dataset)
            found = _differing(issued, _issued(there, broken.law), other.dataset.scan, allowed)
            if found:
                return found
            break
    for other in counts:
        there = texts.get((broken.dataset.scan, other.implementation))
        kept_here = other.holds and other.dataset == broken.dataset and other.law.metric == broken.law.metric
        if there is not None and kept_here and other.implementation != broken.implementation:
            # Their lines are not the same, so that only the statements can be.
            return _differing(issued, _issued(there, broken.law), other.implementation, set(), by_line=False)
    most = max(issued.values(), default=0)
    repeated = Counter({key: count for key, count in issued.items() if count == most > 1})
    return _differing(repeated, Counter(), "", set())


def _allowed_growth(law: Law, before: Dataset, after: Dataset) -> set[int]:
    """By how much one statement may grow from scan to scan: a step is several statements, or one several times."""
    growth: set[int] = set()
    for step in law.steps:
        more = step.times(after.countable) - step.times(before.countable)
        growth |= {more, more * step.statements}
    return growth


def _differing(
    here: Counter[_Issued], there: Counter[_Issued], reference: str, allowed: set[int], *, by_line: bool = True
) -> tuple[Offender, ...]:
    if not by_line:
        lines = dict(reversed(here))
        here, there = (
            Counter({(text, lines.get(text, "")): count for text, count in _by_statement(counts).items()})
            for counts in (here, there)
        )
    differing = [key for key in {**here, **there} if here[key] - there[key] not in {0, *allowed}]
    differing.sort(key=lambda key: (key[0].partition(" ")[0] in _FRAME, -abs(here[key] - there[key]), key))
    return tuple(
        Offender(
            fingerprint=fingerprint(key[0]),
            statement=key[0],
            site=key[1],
            count=here[key],
            surplus=here[key] - there[key],
            reference=reference,
        )
        for key in differing[:MOST_OFFENDERS]
    )


def _by_statement(counts: Counter[_Issued]) -> Counter[str]:
    summed: Counter[str] = Counter()
    for (statement, _), count in counts.items():
        summed[statement] += count
    return summed


def _issued(texts: StatementTexts, law: Law) -> Counter[_Issued]:
    """How often each line issued each of the statements that the law's metric counts."""
    if law.metric == "statements_django":
        statements, sites = texts.django, texts.django_sites
    else:
        statements, sites = texts.server, texts.server_sites
    if len(sites) != len(statements):
        sites = ("",) * len(statements)
    return Counter(zip(map(normalise, statements), sites, strict=True))
