"""Same rows: whether the samples of a case, the implementations of a run, or two runs left the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from bench.results.cases import measured_cases, planned_cases
from bench.results.records import COPY_BASELINE, Case, Dataset, Digest, Results, TableDigest
from bench.words import counted, enumerated

WRONG_ROWS = "wrong-rows"
"""The kind of Failure that says an implementation wrote other rows than it should."""

NO_CLAIM = "no performance claim is made"


class Answer(Enum):
    """The answer to a question about a run."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "not known"


@dataclass(frozen=True)
class Judgement:
    """A Judgement is one question about a run, its answer, and the reasons in sentences."""

    question: str
    answer: Answer
    reasons: tuple[str, ...]


Content = tuple[TableDigest, ...]
"""What one sample left, table by table."""


def contents(digests: Iterable[Digest]) -> dict[Case, frozenset[Content]]:
    """Return for each case what its samples left: one content, unless they differ."""
    found: dict[Case, frozenset[Content]] = {}
    for one in digests:
        case = one.scan, one.implementation
        found[case] = found.get(case, frozenset()) | {one.tables}
    return found


@dataclass(frozen=True, kw_only=True)
class CaseRows:
    """The rows of one case: what is wrong with them, in sentences, and whether there is a digest to judge by."""

    case: Case
    digested: bool
    faults: tuple[str, ...]
    bystanders_changed: bool


def case_rows(results: Results) -> tuple[CaseRows, ...]:
    """Judge the rows of each case that was planned, measured or failed by its rows.

    They are compared between the samples of a case, with the number that is expected, and with the first implementation
    that has a digest on the data set.
    """
    datasets = {one.scan: one for one in results.datasets}
    digests: dict[Case, list[Digest]] = {}
    for digest in results.digests:
        digests.setdefault((digest.scan, digest.implementation), []).append(digest)
    wrong: dict[Case, list[str]] = {}
    for failure in results.failures:
        if failure.kind == WRONG_ROWS:
            wrong.setdefault((failure.scan, failure.implementation), []).append(failure.message)
    first: dict[str, Digest] = {}
    for scan, name in planned_cases(results):
        if (scan, name) in digests:
            first.setdefault(scan, digests[scan, name][0])
    found = []
    for case in dict.fromkeys((*planned_cases(results), *measured_cases(results), *wrong)):
        own = digests.get(case, [])
        changed = not all(one.bystanders_unchanged for one in own)
        faults = list(_faults(own, datasets.get(case[0]), first.get(case[0])))
        # Where bystanders changed the failure is about them.
        faults += [] if changed else [f"{case[1]} on {case[0]}: {message}" for message in wrong.get(case, [])]
        found.append(
            CaseRows(case=case, digested=bool(own), faults=tuple(dict.fromkeys(faults)), bystanders_changed=changed)
        )
    return tuple(found)


def _faults(digests: list[Digest], dataset: Dataset | None, first: Digest | None) -> Iterator[str]:
    """Say what is wrong with the digests of one case."""
    if not digests:
        return
    own = digests[0]
    where = f"{own.implementation} on {own.scan}"
    if len({one.tables for one in digests}) > 1:
        yield f"{where} left different {' or '.join(titles(own))} in different samples"
    counts = {one.row_count for one in digests} - ({dataset.rows} if dataset else set())
    if counts and dataset:
        yield f"{where} wrote {min(counts):,} rows, expected {dataset.rows:,}"
    if first is not None and own.implementation != COPY_BASELINE and own.tables != first.tables:
        yield f"{where} differs from {first.implementation}: {' and '.join(_differences(first, own))}"


def _differences(first: Digest, other: Digest) -> Iterator[str]:
    for expected, left in zip(first.tables, other.tables, strict=True):
        if left.count != expected.count:
            yield f"{left.count:,} {left.table} against {expected.count:,}"
        elif left.sha256 != expected.sha256:
            yield f"{left.count:,} {left.table} in both, with different content"


def titles(digest: Digest) -> tuple[str, ...]:
    """Return what the tables' rows are called."""
    return tuple(table.table for table in digest.tables)


def judge_rows(results: Results, rows: tuple[CaseRows, ...]) -> Judgement:
    """Judge whether all implementations left the same in every table on every data set."""
    question = "Same rows"
    differences = [
        reason
        for one in rows
        for reason in (
            *one.faults,
            *([f"{one.case[1]} on {one.case[0]} changed rows of others"] * one.bystanders_changed),
        )
    ]
    if differences:
        return Judgement(question, Answer.NO, (*differences, NO_CLAIM))
    missing: dict[str, list[str]] = {}
    for one in rows:
        if not one.digested:
            missing.setdefault(one.case[1], []).append(one.case[0])
    if missing or not results.digests or not results.datasets:
        absent = tuple(
            f"{implementation} left no digest on {', '.join(scans)}" for implementation, scans in missing.items()
        )
        return Judgement(question, Answer.UNKNOWN, absent or ("no digest was taken",))
    everywhere = counted(len(results.datasets), results.job.noun)
    what = enumerated(titles(results.digests[0]))
    if len(results.implementations) == 1:
        agreement = f"every sample on {everywhere} left the same {what}, as many as expected"
    else:
        number = "both" if len(results.implementations) == 2 else f"all {len(results.implementations)}"
        agreement = f"{number} implementations wrote {what} with equal digests on {everywhere}"
    return Judgement(question, Answer.YES, (agreement, "rows of others did not change"))


def change_of_rows(before: frozenset[Content], after: frozenset[Content]) -> str:
    """Say in what the rows of a case differ between two runs; '' if they are the same."""
    if before == after:
        return ""
    first, second = min(before - after or before), min(after - before or after)
    if [one.table for one in first] != [one.table for one in second]:
        return "other tables were written"
    parts = []
    for earlier, later in zip(first, second, strict=True):
        if earlier.count != later.count:
            parts.append(f"{earlier.count:,} → {later.count:,} {later.table}")
        elif earlier.sha256 != later.sha256:
            parts.append(f"{later.count:,} {later.table} in both, with different content")
    return " and ".join(parts) or "different samples left different rows"
