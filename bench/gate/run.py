"""The run under judgement, with what the checks of a gate take from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bench.analysis.comparable import fitting_floor
from bench.analysis.rows import Answer
from bench.analysis.run_verdict import RunVerdict, named
from bench.analysis.sequence import ConfidenceSequence, log_ratios
from bench.analysis.stopping import Question
from bench.analysis.summary import Summaries
from bench.analysis.verdict import Check, Standing
from bench.results.cases import failed_cases, measured_cases
from bench.results.metrics import Kind, Metric
from bench.results.records import Case, Results


@dataclass(frozen=True, kw_only=True)
class Run:
    """A Run is the results under judgement with what is derived from them, and the baseline for evidence."""

    results: Results
    summaries: Summaries
    verdict: RunVerdict
    baseline: Results | None

    @property
    def claims(self) -> bool:
        """Whether a performance claim may be made at all: not where rows differ."""
        return self.verdict.same_rows.answer is not Answer.NO

    def may_claim(self, metric: Metric, case: Case) -> bool:
        """Whether the gate may judge ``metric`` of ``case``: counts always, a cost only where its rows are proven."""
        return metric.kind is Kind.EXACT or (self.claims and case in self.verdict.proven)

    def unmeasured(self, case: Case) -> bool:
        """Whether there is no figure of ``case`` at all."""
        return case not in measured_cases(self.results)

    def explained(self, case: Case) -> bool:
        """Whether a check of the run itself already says why ``case`` lacks figures."""
        return bool(self.results.unfinished) or case in failed_cases(self.results) or self.unmeasured(case)

    def sequence(self, question: Question) -> ConfidenceSequence | None:
        """Return what the pairs of ``question`` say; None where there is none."""
        sides = [self.summaries.get(question.scan, name, question.metric) for name in (question.base, question.other)]
        base, other = ((one.samples if one else ()) for one in sides)
        return None if (logs := log_ratios(base, other)) is None else ConfidenceSequence(logs)

    def deviation(self, metric: str, scan: str) -> float | None:
        """Return the standard deviation of a pair's log ratio by the machine's noise floor, where it is known."""
        floor = fitting_floor(self.results, scan)
        return None if floor is None else floor.deviations.get(metric)


def missing_figure(name: str, metric: Metric, case: Case, run: Run) -> Iterator[Check]:
    """Yield the failure of a check whose figure is missing, unless another check says why."""
    if not run.explained(case):
        scan, implementation = case
        yield Check(
            name=name,
            standing=Standing.ERROR,
            sentence=f"{named(metric, implementation, scan)} was not measured; measure it, or take its rule away",
            scan=scan,
        )
