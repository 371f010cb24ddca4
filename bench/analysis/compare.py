"""Comparing two runs: case by case and metric by metric, where scenario, data, rows and machine permit it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bench.analysis.change import (
    Change,
    ChangeVerdict,
    change_of,
    exact_change,
    near_exact_change,
    noisy_changes,
)
from bench.analysis.comparable import datasets_match, differences_of_runs, fitting_floor, same_machine
from bench.analysis.comparison import Comparison, MissingCase, RowChange, RunSide
from bench.analysis.noise import chance
from bench.analysis.rows import NO_CLAIM, Answer, Judgement, case_rows, change_of_rows, contents, judge_rows
from bench.analysis.summary import Summary, summaries_of
from bench.errors import InputError
from bench.results.cases import measured_cases, named_cases
from bench.results.metrics import METRICS, Kind, Metric
from bench.results.records import Case, Results

Tolerance = Callable[[Metric], float | None]
"""The share by which a metric may differ between the runs; None if it is not compared."""


def default_tolerance(metric: Metric) -> float:
    """Return what ``bench compare`` allows: nothing but the tolerance of near-exact metrics."""
    return metric.repeats_to if metric.kind is Kind.NEAR_EXACT else 0.0


def compare(before: Results, after: Results) -> Comparison:
    """Compare two runs that a person named.

    Raises InputError if they have no case in common, or hold a metric that this version does not know.
    """
    cases = measured_cases(before), measured_cases(after)
    if not set(cases[0]) & set(cases[1]):
        raise InputError(
            f"nothing to compare: the first run measured {named_cases(cases[0])}, the second {named_cases(cases[1])}; "
            "name two runs of the same implementation on the same scan"
        )
    return compare_metrics(before, after, default_tolerance)


def compare_metrics(before: Results, after: Results, tolerance: Tolerance) -> Comparison:
    """Compare the metrics for which there is a tolerance. Raises InputError for a metric that is not known."""
    return _Comparer(before, after, tolerance).comparison()


class _Comparer:
    """Holds what every case of a comparison is judged by."""

    def __init__(self, before: Results, after: Results, tolerance: Tolerance) -> None:
        self._before, self._after = before, after
        self._tolerance = tolerance
        self._cases = measured_cases(before), measured_cases(after)
        self._obstacle = (
            f"another scenario: {before.scenario} → {after.scenario}" if before.scenario != after.scenario else ""
        )
        self._common = [case for case in self._cases[0] if case in self._cases[1]]
        self._scans = tuple(dict.fromkeys(scan for scan, _ in self._common))
        self._same_machine = frozenset(scan for scan in self._scans if same_machine(before, after, scan))
        datasets = [{one.scan: one for one in results.datasets} for results in (before, after)]
        self._same_data = frozenset(
            scan
            for scan in datasets[0].keys() & datasets[1].keys()
            if datasets_match(datasets[0][scan], datasets[1][scan])
        )
        self._rows = tuple(self._row_changes())
        self._same_rows = self._judge_rows()

    def comparison(self) -> Comparison:
        return Comparison(
            before=self._before,
            after=self._after,
            obstacle=self._obstacle,
            same_rows=self._same_rows,
            environment_differences=differences_of_runs(self._before, self._after, self._scans),
            other_data=tuple(scan for scan in self._scans if scan not in self._same_data),
            rows=self._rows,
            changes=tuple(self._changes()),
            missing=(
                *(MissingCase(*case, RunSide.AFTER) for case in self._cases[0] if case not in self._cases[1]),
                *(MissingCase(*case, RunSide.BEFORE) for case in self._cases[1] if case not in self._cases[0]),
            ),
        )

    def _row_changes(self) -> Iterator[RowChange]:
        before, after = contents(self._before.digests), contents(self._after.digests)
        for case in self._common:
            if self._obstacle or case[0] not in self._same_data:
                continue
            if case in before and case in after:
                difference = change_of_rows(before[case], after[case])
                yield RowChange(case, not difference, difference)
            else:
                yield RowChange(case, None, "")

    def _judge_rows(self) -> Judgement:
        """Judge whether each common case left the same in both runs, and each run what it should."""
        question = "Same rows in both runs"
        differences = [f"{one.case[1]} on {one.case[0]}: {one.difference}" for one in self._rows if one.same is False]
        for side, results in zip(RunSide, (self._before, self._after), strict=True):
            own = judge_rows(results, case_rows(results))
            if own.answer is Answer.NO:
                differences += [f"in the run {side.value}, {reason}" for reason in own.reasons if reason != NO_CLAIM]
        if differences:
            return Judgement(question, Answer.NO, (*differences, NO_CLAIM))
        unproven = [one.case for one in self._rows if one.same is None]
        if unproven or not self._rows:
            reason = f"no digests to compare of {named_cases(unproven)}" if unproven else "no scan has the same data"
            return Judgement(question, Answer.UNKNOWN, (self._obstacle or reason,))
        cases = "the one case" if len(self._rows) == 1 else f"each of {len(self._rows)} cases"
        return Judgement(question, Answer.YES, (f"all tables have equal digests in {cases}",))

    def _changes(self) -> Iterator[Change]:
        """Yield the changes of every common case, in the order of the cases and of the metrics."""
        summaries = summaries_of(self._before), summaries_of(self._after)
        found = {
            (case, metric.name): self._judge(case, before, after)
            for case in self._common
            for metric in METRICS.values()
            for before, after in [tuple(side.get(*case, metric.name) for side in summaries)]
            if (before is not None or after is not None) and self._tolerance(metric) is not None
        }
        noisy = {key: change for key, change in found.items() if isinstance(change, tuple)}
        floors = [self._noise_floor(before, after) for before, after in noisy.values()]
        judged = dict(zip(noisy, noisy_changes(tuple(noisy.values()), floors), strict=True))
        for key, change in found.items():
            yield judged[key] if isinstance(change, tuple) else change

    def _judge(self, case: Case, before: Summary | None, after: Summary | None) -> Change | tuple[Summary, Summary]:
        """Judge one metric of one case; a noisy one is returned as it is, to be judged with all others."""
        if before is None or after is None:
            return change_of(before, after, ChangeVerdict.MISSING, f"not measured {'before' if after else 'after'}")
        metric = before.metric
        if obstacle := self._obstacle_of(case, metric.kind):
            return change_of(before, after, *obstacle)
        if metric.kind is Kind.EXACT:
            return exact_change(before, after)
        if metric.kind is Kind.NEAR_EXACT:
            return near_exact_change(before, after, self._tolerance(metric) or 0.0)
        return before, after

    def _obstacle_of(self, case: Case, kind: Kind) -> tuple[ChangeVerdict, str] | None:
        """Say what forbids to compare a metric of this kind; None if nothing does."""
        if self._obstacle:
            return ChangeVerdict.NOT_COMPARABLE, self._obstacle
        if case[0] not in self._same_data:
            return ChangeVerdict.NOT_COMPARABLE, "the data differ"
        if kind is Kind.EXACT:
            return None
        if self._same_rows.answer is Answer.NO:
            return ChangeVerdict.NO_CLAIM, "the rows differ"
        if any(one.case == case and one.same is None for one in self._rows):
            return ChangeVerdict.NO_CLAIM, "the rows were not compared"
        if kind is Kind.NOISY and case[0] not in self._same_machine:
            return ChangeVerdict.NOT_COMPARABLE, "the environments differ"
        return None

    def _noise_floor(self, before: Summary, after: Summary) -> float | None:
        """Return the least slow-down that counts: the tolerance, or what the same code shows here by chance."""
        metric = before.metric
        count = min(len(before.samples), len(after.samples))
        found = [
            factor
            for results in (self._before, self._after)
            if (floor := fitting_floor(results, before.scan)) is not None
            and (factor := chance(floor, metric.name, count)) is not None
        ]
        tolerance = self._tolerance(metric)
        return max([*found, *([1 + tolerance] if tolerance else [])], default=None)
