"""The checks that no policy can switch off: every case measured, none failed, right rows, bystanders untouched."""

from __future__ import annotations

from collections.abc import Iterator

from bench.analysis.verdict import WRONG_ROWS
from bench.gate.policy import Policy
from bench.gate.verdict import Check, Outcome
from bench.results.records import COPY_BASELINE, Case, Digest, Failure, Results
from bench.words import plain, shorten

_LONGEST_MESSAGE = 300
_LOG_LINES = 5


def measured_cases(results: Results) -> tuple[Case, ...]:
    """Return the cases of which there is at least one sample, in their order; the copy baseline is not judged."""
    measured = (one for one in results.measurements if one.samples and one.implementation != COPY_BASELINE)
    return tuple(dict.fromkeys((one.scan, one.implementation) for one in measured))


def failed_cases(results: Results) -> frozenset[Case]:
    """Return the cases of which a sample failed: what was not measured after that is explained by it."""
    return frozenset((one.scan, one.implementation) for one in results.failures)


def run_checks(policy: Policy, results: Results) -> Iterator[Check]:
    """Check the run itself."""
    measured, failed = measured_cases(results), failed_cases(results)
    if not measured:
        yield Check(
            name="run",
            outcome=Outcome.TOOL_FAILURE,
            sentence="the run measured nothing, so there is nothing to judge; see its failures, or measure again",
        )
    for case in _digested_cases(results, measured):
        yield from _row_checks(results, case)
    yield from (_failure_check(one) for one in results.failures if one.kind != WRONG_ROWS)
    for scan, implementation in _expected_cases(policy, results):
        case = scan, implementation
        if case not in failed:
            present = case in measured
            yield Check(
                name=f"case {scan} {implementation}",
                outcome=Outcome.PASS if present else Outcome.REGRESSION,
                sentence=f"{implementation} on {scan} was {'' if present else 'not '}measured",
                scan=scan,
            )


def _expected_cases(policy: Policy, results: Results) -> tuple[Case, ...]:
    """Return what the policy names and what the run set out to measure."""
    asked = ((scan, name) for scan in policy.scans for name in policy.implementations)
    begun = ((one.scan, name) for one in results.datasets for name in results.implementations)
    return tuple(dict.fromkeys((*asked, *begun)))


def _digested_cases(results: Results, measured: tuple[Case, ...]) -> tuple[Case, ...]:
    """Return the cases whose rows must have been looked at: the measured ones, and those that failed by their rows."""
    wrong = ((one.scan, one.implementation) for one in results.failures if one.kind == WRONG_ROWS)
    return tuple(dict.fromkeys((*measured, *wrong)))


def _row_checks(results: Results, case: Case) -> Iterator[Check]:
    scan, implementation = case
    digests = [one for one in results.digests if (one.scan, one.implementation) == case]
    untouched = all(one.bystanders_unchanged for one in digests)
    faults = list(_row_faults(results, case, digests))
    if untouched:
        # Where bystanders changed, the failure is about them, and has a check of its own.
        faults += [
            one.message for one in results.failures if (one.scan, one.implementation, one.kind) == (*case, WRONG_ROWS)
        ]
    where = f"{implementation} on {scan}"
    if faults:
        outcome, sentence = Outcome.REGRESSION, f"{where}: {'; '.join(dict.fromkeys(faults))}"
    elif not digests:
        if case in failed_cases(results):
            return
        outcome, sentence = Outcome.TOOL_FAILURE, f"{where} left no digest, so nothing vouches for its rows"
    else:
        outcome, sentence = Outcome.PASS, f"{where} left the rows and summaries that it should"
    yield Check(name=f"rows {scan} {implementation}", outcome=outcome, sentence=plain(sentence), scan=scan)
    if digests:
        yield Check(
            name=f"bystanders {scan} {implementation}",
            outcome=Outcome.PASS if untouched else Outcome.REGRESSION,
            sentence=f"{where} left other tenants' and scans' rows as they were"
            if untouched
            else f"{where} changed rows or summaries of another tenant or scan",
            scan=scan,
        )


def _row_faults(results: Results, case: Case, digests: list[Digest]) -> Iterator[str]:
    """Say what is wrong with the rows of one case: between its samples, by the rules, and against the others."""
    if len({_content(one) for one in digests}) > 1:
        yield "different samples left different rows or summaries"
    for dataset in results.datasets:
        counts = {one.row_count for one in digests} - {dataset.rows}
        if dataset.scan == case[0] and counts:
            yield f"wrote {min(counts):,} rows, the rules give {dataset.rows:,}"
    first = _first_digest(results, case[0])
    if digests and first is not None and _content(digests[0]) != _content(first):
        yield (
            f"rows or summaries differ from those of {first.implementation}: {digests[0].row_count:,} rows and "
            f"{digests[0].summary_count:,} summaries against {first.row_count:,} and {first.summary_count:,}"
        )


def _first_digest(results: Results, scan: str) -> Digest | None:
    """Return what the others on this scan are held against: the digest of the first implementation that has one."""
    for name in results.implementations:
        for one in results.digests:
            if (one.scan, one.implementation) == (scan, name):
                return one
    return None


def _content(digest: Digest) -> tuple[str, str, int, int]:
    return digest.rows, digest.summaries, digest.row_count, digest.summary_count


def _failure_check(failure: Failure) -> Check:
    tail = [plain(line) for line in failure.log_tail.splitlines() if line.strip()]
    return Check(
        name=f"failure {failure.scan} {failure.implementation} {failure.probe}",
        outcome=Outcome.REGRESSION,
        sentence=shorten(
            plain(
                f"{failure.implementation} on {failure.scan} failed under the probe {failure.probe} "
                f"({failure.kind}): {failure.message}"
            ),
            _LONGEST_MESSAGE,
        ),
        evidence=tuple(tail[-_LOG_LINES:]),
        scan=failure.scan,
    )
