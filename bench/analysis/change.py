"""Changes: one metric of one implementation on one scan in two runs, judged by the metric's kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from bench.analysis.ratio import FLOOR, FLOOR_TEXT
from bench.analysis.summary import Summary
from bench.analysis.unpaired import Decision, UnpairedRatio, decide, samples_needed, unpaired_ratio
from bench.analysis.verdict import Standing
from bench.results.metrics import Metric

RESULT_UNIT = "rows"
"""Exact metrics of this unit say what was written, not what it cost: any difference is a failure."""


class ChangeVerdict(Enum):
    """What is known about one change."""

    EQUAL = "equal"
    DIFFERS = "differs"
    WITHIN = "within"
    LESS = "less"
    MORE = "more"
    NOT_DISTINGUISHED = "~"
    INCONCLUSIVE = "inconclusive"
    NOT_COMPARABLE = "not comparable"
    NO_CLAIM = "no claim"
    MISSING = "missing"


_CONCLUSIVE = frozenset(
    {
        ChangeVerdict.EQUAL,
        ChangeVerdict.DIFFERS,
        ChangeVerdict.WITHIN,
        ChangeVerdict.LESS,
        ChangeVerdict.MORE,
        ChangeVerdict.NOT_DISTINGUISHED,
    }
)


@dataclass(frozen=True, kw_only=True)
class Change:
    """A Change is one metric of one case in two runs, its verdict, and the reason where the verdict needs one.

    ``ratio`` is after ÷ before, with its 95 % interval ``low`` to ``high`` where there is one; below 1 the later run
    takes less.
    """

    scan: str
    implementation: str
    metric: Metric
    before: Summary | None
    after: Summary | None
    verdict: ChangeVerdict
    reason: str = ""
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    tolerance: float | None = None
    """The share by which a near-exact metric may differ; None for a metric of another kind."""

    @property
    def words(self) -> str:
        """The verdict as it reads: ``less``, or ``within 0.1 %``."""
        if self.verdict is ChangeVerdict.WITHIN and self.tolerance is not None:
            return f"within {100 * self.tolerance:.3g} %"
        return self.verdict.value

    @property
    def conclusive(self) -> bool:
        """Whether the two runs could be compared in this metric."""
        return self.verdict in _CONCLUSIVE

    @property
    def standing(self) -> Standing:
        """What the change comes to; a changed count of rows, or a count that no longer repeats, is never better."""
        if self.verdict is not ChangeVerdict.DIFFERS:
            return _STANDINGS[self.verdict]
        fewer = self.before and self.after and max(self.after.samples) < min(self.before.samples)
        return Standing.IMPROVED if fewer and self.metric.unit != RESULT_UNIT else Standing.FAILED

    @property
    def worse(self) -> bool:
        """Whether the later run takes more, or did something else than the earlier one."""
        return self.standing is Standing.FAILED

    @property
    def better(self) -> bool:
        """Whether the later run takes less."""
        return self.standing is Standing.IMPROVED


_STANDINGS = {
    ChangeVerdict.EQUAL: Standing.PASSED,
    ChangeVerdict.WITHIN: Standing.PASSED,
    ChangeVerdict.NOT_DISTINGUISHED: Standing.PASSED,
    ChangeVerdict.LESS: Standing.IMPROVED,
    ChangeVerdict.MORE: Standing.FAILED,
    ChangeVerdict.INCONCLUSIVE: Standing.INCONCLUSIVE,
    ChangeVerdict.NOT_COMPARABLE: Standing.NOT_COMPARABLE,
    ChangeVerdict.NO_CLAIM: Standing.NOT_COMPARABLE,
    ChangeVerdict.MISSING: Standing.ERROR,
}


def change_of(before: Summary | None, after: Summary | None, verdict: ChangeVerdict, reason: str = "") -> Change:
    """Return a change with this verdict; at least one side must be known."""
    known = before or after
    assert known is not None  # as the docstring asks
    return Change(
        scan=known.scan,
        implementation=known.implementation,
        metric=known.metric,
        before=before,
        after=after,
        verdict=verdict,
        reason=reason,
    )


def exact_change(before: Summary, after: Summary) -> Change:
    """Judge an exact metric: any deviation counts, one between the samples of a run included."""
    same = set(before.samples) == set(after.samples)
    return change_of(before, after, ChangeVerdict.EQUAL if same else ChangeVerdict.DIFFERS)


def near_exact_change(before: Summary, after: Summary, tolerance: float | None = None) -> Change:
    """Judge a near-exact metric by its medians: they may differ by ``tolerance``, or by its resolution.

    None: by the metric's own tolerance.
    """
    tolerance = before.metric.repeats_to if tolerance is None else tolerance
    unit = before.metric.unit
    floor = FLOOR.get(unit, 0.0)
    smaller, larger = sorted((before.centre, after.centre))
    difference = after.centre - before.centre
    verdict, reason = ChangeVerdict.WITHIN, ""
    if abs(difference) > tolerance * before.centre:
        if larger <= floor:
            reason = f"both are below {FLOOR_TEXT[unit]}, too little to compare" if floor else ""
        elif abs(difference) <= before.metric.resolution:
            verdict = ChangeVerdict.NOT_DISTINGUISHED
            resolution = f"no more than {before.metric.resolution:g} {unit}"
            step = "two steps of the allocator" if unit == "bytes" else resolution
            reason = f"{step}, by which the same code can differ"
        else:
            verdict = ChangeVerdict.MORE if difference > 0 else ChangeVerdict.LESS
    ratio = after.centre / before.centre if smaller > floor else None
    return replace(change_of(before, after, verdict, reason), ratio=ratio, tolerance=tolerance)


def noisy_changes(pairs: Sequence[tuple[Summary, Summary]], noise_floors: Sequence[float | None]) -> tuple[Change, ...]:
    """Judge noisy metrics together, so that the chance of any false alarm among them is at most 5 %.

    Two sides differ where Holm's procedure over the Mann-Whitney tests rejects, the bootstrap interval excludes 1, and
    the ratio exceeds the pair's noise floor, a slow-down factor, where that is known.
    """
    ratios = [unpaired_ratio(before.samples, after.samples) for before, after in pairs]
    tests = {place: ratio.test for place, ratio in enumerate(ratios) if ratio.test is not None}
    decisions = dict(zip(tests, decide(tuple(tests.values())), strict=True))
    changes = []
    for place, (pair, ratio, floor) in enumerate(zip(pairs, ratios, noise_floors, strict=True)):
        verdict, reason = _noisy_verdict(ratio, decisions.get(place), floor)
        if verdict is ChangeVerdict.INCONCLUSIVE:
            reason = f"n={len(pair[0].samples)} and {len(pair[1].samples)}: {_samples_advice(max(len(tests), 1))}"
        changes.append(replace(change_of(*pair, verdict, reason), ratio=ratio.estimate, low=ratio.low, high=ratio.high))
    return tuple(changes)


def _noisy_verdict(
    ratio: UnpairedRatio, decision: Decision | None, noise_floor: float | None
) -> tuple[ChangeVerdict, str]:
    if decision is None or decision.out_of_reach:
        return ChangeVerdict.INCONCLUSIVE, ""
    if not decision.rejected or ratio.contains_one:
        return ChangeVerdict.NOT_DISTINGUISHED, ""
    if noise_floor and ratio.estimate and 1 / noise_floor <= ratio.estimate <= noise_floor:
        return ChangeVerdict.NOT_DISTINGUISHED, f"below the machine's noise floor of {(noise_floor - 1) * 100:.0f} %"
    return ChangeVerdict.LESS if ratio.estimate is not None and ratio.estimate < 1 else ChangeVerdict.MORE, ""


def _samples_advice(tests: int) -> str:
    together = "" if tests == 1 else f", among {tests} noisy metrics at once"
    return f"it takes {samples_needed(tests)} samples a side{together}"
