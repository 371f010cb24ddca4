"""The comparison of two runs: what changed, what is missing, and the verdict on that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

from bench.analysis.change import Change, ChangeVerdict
from bench.analysis.comparable import data_difference
from bench.analysis.rows import Judgement, case_rows
from bench.analysis.run_verdict import named, run_checks
from bench.analysis.verdict import Check, Standing, Verdict
from bench.results.cases import failed_cases
from bench.results.metrics import Kind
from bench.results.records import Case, Failure, Results


class RunSide(Enum):
    """Which of the two runs."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True)
class MissingCase:
    """A MissingCase is an implementation on a scan that only one run measured; ``side`` is the other run."""

    scan: str
    implementation: str
    side: RunSide


@dataclass(frozen=True)
class RowChange:
    """A RowChange is what the two runs left of one case: ``same`` is None if a digest is missing."""

    case: Case
    same: bool | None
    difference: str
    """In words; '' unless they differ."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A Comparison is two runs compared case by case: changes in the order of the earlier run, and the obstacles."""

    before: Results
    after: Results
    obstacle: str
    """Why nothing of the two runs can be compared; '' if something can."""
    same_rows: Judgement
    environment_differences: tuple[str, ...]
    """Where there are any, noisy metrics are not compared."""
    other_data: tuple[str, ...]
    """The scans whose data differ, so that nothing on them can be compared."""
    rows: tuple[RowChange, ...]
    changes: tuple[Change, ...]
    missing: tuple[MissingCase, ...]

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The samples that the later run could not take."""
        return self.after.failures

    @cached_property
    def verdict(self) -> Verdict:
        """The verdict of ``bench compare``: the later run's own faults, and every change that counts."""
        return Verdict.of(_checks(self))

    @property
    def worse(self) -> bool:
        """Whether something got worse: a metric, the rows, or a case that is no longer measured."""
        return self.verdict.standing is Standing.FAILED

    @property
    def conclusive(self) -> bool:
        """Whether at least one metric could be compared."""
        return any(one.conclusive for one in self.changes)


def _checks(found: Comparison) -> Iterator[Check]:
    if found.obstacle:
        yield Check(name="runs", standing=Standing.NOT_COMPARABLE, sentence=found.obstacle)
        return
    yield from _own_checks(found.after)
    for check in _own_checks(found.before):
        # Whatever is wrong with the earlier run, the later one did not get worse by it.
        standing = Standing.UNFINISHED if check.standing is Standing.UNFINISHED else Standing.NOT_COMPARABLE
        yield replace(
            check, name=f"before {check.name}", standing=standing, sentence=f"in the run before, {check.sentence}"
        )
    for scan in found.other_data:
        yield Check(
            name=f"data {scan}",
            standing=Standing.NOT_COMPARABLE,
            sentence=f"the data of {scan} differ between the runs ({_difference(found, scan)})",
            scan=scan,
        )
    failed = failed_cases(found.after)
    for one in found.missing:
        if one.side is RunSide.BEFORE or (one.scan, one.implementation) not in failed:
            yield _missing_check(one)
    for row in found.rows:
        yield _row_check(row)
    for change in found.changes:
        if _counts(change, failed):
            yield _change_check(change)
    if found.changes and not found.conclusive:
        yield Check(name="metrics", standing=Standing.INCONCLUSIVE, sentence="no metric could be compared")


def _difference(found: Comparison, scan: str) -> str:
    before, after = (
        next(one for one in results.datasets if one.scan == scan) for results in (found.before, found.after)
    )
    return data_difference(before, after)


def _own_checks(results: Results) -> Iterator[Check]:
    return (one for one in run_checks(results, case_rows(results)) if not one.standing.good)


def _missing_check(missing: MissingCase) -> Check:
    lost = missing.side is RunSide.AFTER
    return Check(
        name=f"case {missing.scan} {missing.implementation}",
        standing=Standing.FAILED if lost else Standing.ERROR,
        sentence=f"{missing.implementation} on {missing.scan} was measured {'before' if lost else 'after'} and not "
        f"{missing.side.value}; measure it in both runs",
        scan=missing.scan,
    )


def _row_check(row: RowChange) -> Check:
    scan, implementation = row.case
    where = f"rows of {implementation} on {scan}"
    standing, words = Standing.PASSED, "are the same in both runs"
    if row.same is None:
        standing, words = Standing.ERROR, "have no digest in one of the runs, so nothing proves that they are the same"
    elif not row.same:
        standing, words = Standing.FAILED, f"differ between the runs: {row.difference}"
    return Check(name=f"rows {scan} {implementation}", standing=standing, sentence=f"{where} {words}", scan=scan)


def _counts(change: Change, failed: frozenset[Case]) -> bool:
    """Whether a change has a say: noisy metrics only where they were decided, and nothing that another check says."""
    if change.verdict is ChangeVerdict.MISSING:
        explained = change.after is None and (change.scan, change.implementation) in failed
        return change.metric.everywhere and not explained
    if change.metric.kind is Kind.NOISY:
        return change.conclusive
    return change.verdict not in (ChangeVerdict.NO_CLAIM, ChangeVerdict.NOT_COMPARABLE)


def _change_check(change: Change) -> Check:
    words = change.reason or change.words
    if change.ratio is not None:
        words = f"{(change.ratio - 1) * 100:+.1f} %".replace("-", "\N{MINUS SIGN}")
    elif change.before and change.after:
        words = f"{change.before.centre:,.12g} → {change.after.centre:,.12g} {change.metric.unit}"
    return Check(
        name=f"{change.metric.name} {change.scan} {change.implementation}",
        standing=change.standing,
        sentence=f"{named(change.metric, change.implementation, change.scan)}: {words}",
        scan=change.scan,
        noisy=change.metric.kind is Kind.NOISY,
    )
