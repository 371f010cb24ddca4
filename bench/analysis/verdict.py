"""The verdict on one run: do all implementations write the same rows, are statements constant, what failed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from bench.analysis.summary import Summaries, Summary, summaries_of
from bench.results.records import Dataset, Digest, Failure, Results
from bench.words import counted

WRONG_ROWS = "wrong-rows"
"""The kind of Failure that says an implementation wrote other rows than it should."""


class Answer(Enum):
    """The answer to a question about a run."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "not known"


@dataclass(frozen=True)
class Judgement:
    """A Judgement is one question about a run, its answer, and what the answer rests on, in sentences."""

    question: str
    answer: Answer
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """A Verdict is the judgements on one run and its failures.

    ``proven`` holds the (scan, implementation) pairs whose rows have a digest.
    """

    same_rows: Judgement
    constant_statements: Judgement
    failures: tuple[Failure, ...]
    proven: frozenset[tuple[str, str]]

    def may_compare(self, scan: str, base: str, other: str) -> bool:
        """Whether a performance claim about two implementations may be made on ``scan``.

        Rows that differ anywhere forbid every claim, and rows that nobody compared forbid those on that scan.
        """
        return self.same_rows.answer is not Answer.NO and {(scan, base), (scan, other)} <= self.proven


def judge(results: Results, summaries: Summaries | None = None) -> Verdict:
    """Give the verdict on ``results``; ``summaries`` saves making them again. Raises InputError for unknown metrics."""
    return Verdict(
        same_rows=_judge_rows(results),
        constant_statements=_judge_statements(results, summaries or summaries_of(results)),
        failures=results.failures,
        proven=frozenset((digest.scan, digest.implementation) for digest in results.digests),
    )


def _judge_rows(results: Results) -> Judgement:
    """Judge whether rows and summaries agree between samples, implementations and the rules' count."""
    differences: list[str] = []
    missing: dict[str, list[str]] = {}
    for dataset in results.datasets:
        first: Digest | None = None
        for implementation in results.implementations:
            of_case = [d for d in results.digests if (d.scan, d.implementation) == (dataset.scan, implementation)]
            if not of_case:
                missing.setdefault(implementation, []).append(dataset.scan)
                continue
            differences += _faults_of_one(dataset, of_case)
            if first is None:
                first = of_case[0]
            elif _content(of_case[0]) != _content(first):
                differences.append(_difference(first, of_case[0]))
    differences += [
        f"{failure.implementation} on {failure.scan}: {failure.message}"
        for failure in results.failures
        if failure.kind == WRONG_ROWS
    ]
    question = "Same rows"
    if differences:
        return Judgement(question, Answer.NO, (*differences, "no performance claim is made"))
    if missing or not results.digests:
        absent = tuple(
            f"{implementation} left no digest on {', '.join(scans)}" for implementation, scans in missing.items()
        )
        return Judgement(question, Answer.UNKNOWN, absent or ("no digest was taken",))
    everywhere = counted(len(results.datasets), "scan")
    if len(results.implementations) == 1:
        agreement = f"every sample on {everywhere} left the same rows and summaries, as many rows as the rules give"
    else:
        number = "both" if len(results.implementations) == 2 else f"all {len(results.implementations)}"
        agreement = f"{number} implementations wrote rows and summaries with equal digests on {everywhere}"
    return Judgement(question, Answer.YES, (agreement, "other tenants' and scans' rows kept theirs"))


def _content(digest: Digest) -> tuple[str, str, int, int]:
    return digest.rows, digest.summaries, digest.row_count, digest.summary_count


def _faults_of_one(dataset: Dataset, digests: list[Digest]) -> Iterable[str]:
    """Say what is wrong with one implementation's digests on one scan, whatever the others wrote."""
    where = f"{digests[0].implementation} on {dataset.scan}"
    if len({_content(digest) for digest in digests}) > 1:
        yield f"{where} left different rows or summaries in different samples"
    counts = {digest.row_count for digest in digests} - {dataset.rows}
    if counts:
        yield f"{where} wrote {min(counts):,} rows, the rules give {dataset.rows:,}"
    if not all(digest.bystanders_unchanged for digest in digests):
        yield f"{where} changed rows of another tenant or scan"


def _difference(first: Digest, other: Digest) -> str:
    """Say in what ``other`` differs from ``first``."""
    pairs = (
        ("rows", first.rows, other.rows, first.row_count, other.row_count),
        ("summaries", first.summaries, other.summaries, first.summary_count, other.summary_count),
    )
    parts = [
        f"{other_count:,} {what} against {first_count:,}"
        if other_count != first_count
        else f"{what} of other content, {other_count:,} as well"
        for what, first_digest, other_digest, first_count, other_count in pairs
        if (first_digest, first_count) != (other_digest, other_count)
    ]
    return f"{other.implementation} on {other.scan} differs from {first.implementation}: {' and '.join(parts)}"


def _judge_statements(results: Results, summaries: Summaries) -> Judgement:
    """Judge whether each implementation issues one number of statements, as Django logs them, on every scan."""
    reasons: list[str] = []
    constant = complete = True
    for implementation in results.implementations:
        found = [
            one
            for dataset in results.datasets
            if (one := summaries.get(dataset.scan, implementation, "statements_django")) is not None
        ]
        where = ""
        if len(found) < len(results.datasets):
            complete = False
            where = f" (counted on {len(found)} of {counted(len(results.datasets), 'scan')})"
        counts = {count for one in found for count in one.samples}
        if len(counts) == 1:
            reasons.append(f"{implementation} {found[0].centre:,.0f}{where}")
        elif counts:
            constant = False
            reasons.append(f"{implementation} {', '.join(map(_count_on_scan, found))}{where}")
        else:
            reasons.append(f"{implementation} was not counted")
    question = "Constant statements (as Django logs them)"
    if not constant:
        return Judgement(question, Answer.NO, tuple(reasons))
    if len(results.datasets) < 2:
        return Judgement(question, Answer.UNKNOWN, ("it takes two scans to tell", *reasons))
    return Judgement(question, Answer.YES if complete else Answer.UNKNOWN, tuple(reasons))


def _count_on_scan(summary: Summary) -> str:
    low, high = summary.low, summary.high
    count = f"{low:,.0f}" if summary.repeats else f"{low:,.0f} to {high:,.0f}"
    return f"{count} on {summary.scan}"
