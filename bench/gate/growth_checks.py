"""The checks of growth: what a metric adds per row over the scans of one run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scipy.stats import linregress, t

from bench.analysis.growth import CONFIDENCE, FEWEST_SIZES
from bench.gate.evidence import growth_evidence
from bench.gate.policy import Policy, Rule
from bench.gate.rule_checks import Run, missing_figure
from bench.gate.sentence import figures
from bench.gate.verdict import Check, Outcome
from bench.results.metrics import Metric


@dataclass(frozen=True)
class Slope:
    """A Slope is what a metric adds per row, by least squares, with its 95 % t interval."""

    value: float
    low: float
    high: float


def growth_checks(policy: Policy, run: Run) -> Iterator[Check]:
    """Check every rule of growth.

    The fit is over all scans of the policy, whatever their findings: it says what the scans that a project chose cost
    per row. A slope over the limit is a regression, for near-exact peaks repeat and so does their fit. A slope within
    the limit whose interval reaches beyond it is inconclusive: the interval shows how far the peaks are from a line.
    """
    for rule in policy.of_kind("growth"):
        yield from _growth_check(rule, policy.scans, run)


def _growth_check(rule: Rule, scans: tuple[str, ...], run: Run) -> Iterator[Check]:
    metric, implementation = rule.described, rule.subject
    name = f"growth {metric.name} {implementation}"
    points: dict[str, tuple[float, float]] = {}
    for scan in scans:
        case = scan, implementation
        centre = run.summaries.centre(*case, metric.name)
        rows = next((one.rows for one in run.results.datasets if one.scan == scan), None)
        if centre is None or rows is None:
            yield from missing_figure(name, metric, case, run)
            return
        if not run.may_claim(metric, case):
            return
        points[scan] = rows, centre
    if len({rows for rows, _ in points.values()}) < FEWEST_SIZES:
        yield Check(
            name=name,
            outcome=Outcome.INCONCLUSIVE,
            sentence=f"the growth of {metric.title} of {implementation} takes {FEWEST_SIZES} scans of different "
            f"size, the policy names {', '.join(scans)}",
        )
        return
    smallest, largest = (choose(points, key=lambda scan: points[scan][0]) for choose in (min, max))
    found = _slope(tuple(points.values()))
    outcome = _judged(found, rule.bound)
    yield Check(
        name=name,
        outcome=outcome,
        sentence=_sentence(metric, rule, found, smallest, largest, len(points)),
        evidence=growth_evidence((smallest, implementation), (largest, implementation), run.results)
        if outcome is Outcome.REGRESSION
        else (),
    )


def _judged(found: Slope, limit: float) -> Outcome:
    if found.value > limit:
        return Outcome.REGRESSION
    return Outcome.PASS if found.high <= limit else Outcome.INCONCLUSIVE


def _sentence(metric: Metric, rule: Rule, found: Slope, smallest: str, largest: str, sizes: int) -> str:
    outcome = _judged(found, rule.bound)
    value, low, high, limit = figures(metric.unit, found.value, found.low, found.high, rule.bound)
    words = {
        Outcome.REGRESSION: "more than",
        Outcome.PASS: "with its whole interval at most",
        Outcome.INCONCLUSIVE: "whose interval reaches beyond",
    }
    advice = ""
    if outcome is Outcome.INCONCLUSIVE:
        advice = "; more scans narrow the interval"
    return (
        f"{metric.title} of {rule.subject} grows by {value} per row over {sizes} scans from {smallest} to "
        f"{largest} (95 % interval {low} to {high}), {words[outcome]} {limit}{advice}"
    )


def _slope(points: tuple[tuple[float, float], ...]) -> Slope:
    sizes, values = zip(*points, strict=True)
    line = linregress(sizes, values)
    # SciPy has no error for equal values: the line through them is exact.
    error = 0.0 if len(set(values)) == 1 else float(line.stderr)
    margin = float(t.ppf(0.5 + CONFIDENCE / 2, len(points) - 2)) * error
    return Slope(float(line.slope), float(line.slope) - margin, float(line.slope) + margin)
