"""The verdict on one run: is it whole, do all implementations write the same rows, which laws and samples failed."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.analysis.laws import LawCheck, check_laws
from bench.analysis.rows import WRONG_ROWS, Answer, CaseRows, Judgement, case_rows, judge_rows
from bench.analysis.summary import Summaries, Summary, summaries_of
from bench.analysis.verdict import Check, Standing, Verdict
from bench.results.cases import failed_cases, measured_cases, planned_cases
from bench.results.metrics import METRICS, Metric, Side
from bench.results.records import COPY_BASELINE, Case, Failure, Measurement, Results
from bench.words import counted, plain, shorten

_LONGEST_MESSAGE = 300
_LOG_LINES = 5


@dataclass(frozen=True, kw_only=True)
class RunVerdict(Verdict):
    """A RunVerdict is the verdict on one run, with the two questions that its report answers and its failures.

    ``proven`` holds the (scan, implementation) pairs whose rows have a digest.
    """

    same_rows: Judgement
    constant_statements: Judgement
    failures: tuple[Failure, ...]
    proven: frozenset[Case]

    def may_compare(self, scan: str, base: str, other: str) -> bool:
        """Whether a performance claim about two implementations may be made on ``scan``.

        Rows that differ anywhere forbid every claim; rows without a digest forbid those on their scan.
        """
        return self.same_rows.answer is not Answer.NO and {(scan, base), (scan, other)} <= self.proven


def judge(results: Results, summaries: Summaries | None = None) -> RunVerdict:
    """Judge a run by itself: everything ``run_checks`` checks, and every declared law.

    ``summaries`` saves making them again. Raises InputError for unknown metrics.
    """
    rows = case_rows(results)
    return RunVerdict(
        checks=(*run_checks(results, rows), *map(law_check, check_laws(results))),
        same_rows=judge_rows(results, rows),
        constant_statements=_judge_statements(results, summaries or summaries_of(results)),
        failures=results.failures,
        proven=frozenset((digest.scan, digest.implementation) for digest in results.digests),
    )


def law_check(found: LawCheck, evidence: tuple[str, ...] = ()) -> Check:
    """Return the check of one law on one scan."""
    metric = METRICS[found.law.metric]
    against = "as declared" if found.holds else f"declared {found.expected:,}"
    return Check(
        name=f"law {found.law.metric} {found.scan} {found.implementation}",
        standing=Standing.PASSED if found.holds else Standing.FAILED,
        sentence=f"{named(metric, found.implementation, found.scan)}: {found.measured:,}, {against} ({found.law})",
        evidence=evidence,
        scan=found.scan,
    )


def named(metric: Metric, implementation: str, scan: str) -> str:
    """Name a figure: ``Peak heap of streaming on 10k/20``."""
    return f"{metric.title} of {implementation} on {scan}"


def run_checks(results: Results, rows: tuple[CaseRows, ...], asked: Sequence[Case] = ()) -> Iterator[Check]:
    """Check the run itself, whatever a policy says; ``asked`` are cases that it must hold beside its own.

    For an unfinished run it contains only that, and what is wrong with the samples taken.
    """
    measured, failed = measured_cases(results), failed_cases(results)
    if results.unfinished:
        yield Check(
            name="unfinished",
            standing=Standing.UNFINISHED,
            sentence=f"the run is unfinished ({results.unfinished}), so its figures are not all there; run it again",
        )
    elif not measured or not results.datasets or not results.implementations:
        yield Check(
            name="run",
            standing=Standing.ERROR,
            sentence="the run measured nothing, so there is nothing to judge; see its failures, or measure again",
        )
    whole = not results.unfinished
    for one in rows:
        yield from _row_checks(one, missing=whole and one.case in measured and one.case not in failed)
    yield from (_failure_check(one) for one in results.failures if one.kind != WRONG_ROWS)
    planned = dict.fromkeys((*asked, *planned_cases(results)))
    for case in planned if whole else ():
        if case not in failed:
            yield _case_check(case, present=case in measured)
    yield from _stray_checks(results, measured)
    yield from _figure_checks(results)
    if whole:
        yield from _gap_checks(results, [case for case in planned if case in measured and case not in failed])


def _case_check(case: Case, *, present: bool) -> Check:
    scan, implementation = case
    return Check(
        name=f"case {scan} {implementation}",
        standing=Standing.PASSED if present else Standing.FAILED,
        sentence=f"{implementation} on {scan} was {'' if present else 'not '}measured",
        scan=scan,
    )


def _row_checks(rows: CaseRows, *, missing: bool) -> Iterator[Check]:
    scan, implementation = rows.case
    where = f"{implementation} on {scan}"
    if rows.faults:
        standing, sentence = Standing.FAILED, "; ".join(rows.faults)
    elif not rows.digested:
        if not missing:
            return
        standing, sentence = Standing.ERROR, f"{where} left no digest, so its rows are not proven; measure it again"
    else:
        standing, sentence = Standing.PASSED, f"{where} left the right rows"
    yield Check(name=f"rows {scan} {implementation}", standing=standing, sentence=plain(sentence), scan=scan)
    if rows.digested:
        changed = rows.bystanders_changed
        yield Check(
            name=f"bystanders {scan} {implementation}",
            standing=Standing.FAILED if changed else Standing.PASSED,
            sentence=f"{where} changed rows of others" if changed else f"{where} did not change rows of others",
            scan=scan,
        )


def _failure_check(failure: Failure) -> Check:
    tail = [plain(line) for line in failure.log_tail.splitlines() if line.strip()]
    sentence = (
        f"{failure.implementation} on {failure.scan} failed under the probe {failure.probe} "
        f"({failure.kind}): {failure.message}"
    )
    return Check(
        name=f"failure {failure.scan} {failure.implementation} {failure.probe}",
        standing=Standing.FAILED,
        sentence=shorten(plain(sentence), _LONGEST_MESSAGE),
        evidence=tuple(tail[-_LOG_LINES:]),
        scan=failure.scan,
    )


def _stray_checks(results: Results, measured: tuple[Case, ...]) -> Iterator[Check]:
    """Refuse figures of a scan or an implementation that the run does not list, and figures that it has twice."""
    planned = planned_cases(results)
    for case in measured if planned else ():
        if case not in planned:
            yield Check(
                name=f"case {case[0]} {case[1]}",
                standing=Standing.ERROR,
                sentence=f"the run has figures of {case[1]} on {case[0]}, which is not in its list of scans and "
                "implementations; measure again",
                scan=case[0],
            )
    twice = [key for key, number in Counter(map(_key, results.measurements)).items() if number > 1]
    for scan, implementation, metric in twice:
        yield Check(
            name=f"duplicate {metric} {scan} {implementation}",
            standing=Standing.ERROR,
            sentence=f"{metric} of {implementation} on {scan} is in the run more than once; measure again",
            scan=scan,
        )


def _key(measurement: Measurement) -> tuple[str, str, str]:
    return measurement.scan, measurement.implementation, measurement.metric


def _figure_checks(results: Results) -> Iterator[Check]:
    """Refuse figures that are not finite, or that do not cover all of the work."""
    for one in results.measurements:
        metric = METRICS.get(one.metric)
        if metric is None or one.implementation == COPY_BASELINE:
            continue
        where = named(metric, one.implementation, one.scan)
        name = f"figure {one.metric} {one.scan} {one.implementation}"
        if not all(math.isfinite(sample) and sample >= 0 for sample in one.samples):
            yield Check(
                name=name,
                standing=Standing.ERROR,
                sentence=f"{where} has a sample that is negative or not finite; measure again",
                scan=one.scan,
            )
        elif one.incomplete:
            yield Check(
                name=name,
                standing=Standing.FAILED,
                sentence=f"{where} does not cover all of the work: {one.incomplete}",
                scan=one.scan,
            )


def _gap_checks(results: Results, cases: Sequence[Case]) -> Iterator[Check]:
    """Find the metrics that other implementations have on the scan, and cases with fewer samples than the plan says.

    Where the run chose their number, a case has at least as many as each of its stops has pairs.
    """
    counts = {_key(one): len(one.samples) for one in results.measurements if one.implementation != COPY_BASELINE}
    chosen = any(one.sequential for one in results.measurements)
    most: dict[tuple[str, str], int] = {}
    for (scan, _, name), number in counts.items():
        most[scan, name] = max(min(number, 1) if chosen else number, most.get((scan, name), 0))
    stopped: dict[tuple[str, str, str], int] = {}
    for stop in results.stops:
        for side in (stop.base, stop.other):
            key = (stop.scan, side, stop.metric)
            stopped[key] = max(stop.pairs, stopped.get(key, 0))
    for metric in METRICS.values():
        planned = results.planned_samples or 0 if timed(metric) else 0
        for scan, implementation in cases:
            own = counts.get((scan, implementation, metric.name), 0)
            pairs = stopped.get((scan, implementation, metric.name), 0)
            wanted = max(planned, most.get((scan, metric.name), 0), pairs)
            if own < wanted and (own or metric.everywhere):
                yield Check(
                    name=f"samples {metric.name} {scan} {implementation}",
                    standing=Standing.INCONCLUSIVE,
                    sentence=f"{named(metric, implementation, scan)} has {own} of {counted(wanted, 'sample')}; "
                    "measure again",
                    scan=scan,
                )


def timed(metric: Metric) -> bool:
    """Whether as many samples of ``metric`` are taken as the plan asks for; of all others one is enough."""
    return metric.unit == "seconds" and metric.side is Side.CLIENT


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
            where = f" (counted on {len(found)} of {counted(len(results.datasets), results.job.noun)})"
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
        return Judgement(question, Answer.UNKNOWN, (f"it takes {counted(2, results.job.noun)} to tell", *reasons))
    return Judgement(question, Answer.YES if complete else Answer.UNKNOWN, tuple(reasons))


def _count_on_scan(summary: Summary) -> str:
    low, high = summary.low, summary.high
    count = f"{low:,.0f}" if summary.repeats else f"{low:,.0f} to {high:,.0f}"
    return f"{count} on {summary.scan}"
