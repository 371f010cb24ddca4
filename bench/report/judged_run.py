"""A run with all that follows from its records, worked out once for every part of its report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.analysis.growth import Fit, fits_of
from bench.analysis.laws import LawCheck, check_laws
from bench.analysis.run_verdict import RunVerdict, judge
from bench.analysis.summary import Summaries, summaries_of
from bench.results.records import Results


@dataclass(frozen=True, kw_only=True)
class JudgedRun:
    """A JudgedRun is a run's results, summaries, verdict, fits and law checks."""

    results: Results
    summaries: Summaries
    verdict: RunVerdict
    fits: Sequence[Fit]
    laws: Sequence[LawCheck]

    @classmethod
    def of(cls, results: Results) -> JudgedRun:
        """Judge ``results``. Raises InputError for a metric that this version does not know."""
        summaries = summaries_of(results)
        verdict = judge(results, summaries)
        return cls(
            results=results,
            summaries=summaries,
            verdict=verdict,
            fits=fits_of(results, summaries, verdict),
            laws=check_laws(results),
        )
