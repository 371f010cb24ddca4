"""What ``bench compare --json`` prints.

Schema history:
1: the first.
"""

from __future__ import annotations

from dataclasses import dataclass

from bench.analysis.change import Change, ChangeVerdict
from bench.analysis.comparison import Comparison, RunSide
from bench.analysis.rows import Answer
from bench.analysis.verdict import Check, Standing
from bench.report.outcomes.checks import plain_checks
from bench.results.metrics import Kind
from bench.results.records import Results
from bench.words import plain

SCHEMA = 1


@dataclass(frozen=True, kw_only=True)
class ComparedRun:
    """A ComparedRun is one of the two runs."""

    created: str
    revision: str
    job: str
    scenario: str


@dataclass(frozen=True, kw_only=True)
class ComparedFigure:
    """A ComparedFigure is one metric of one case in both runs, and what the comparison makes of it."""

    scan: str
    implementation: str
    metric: str
    kind: Kind
    unit: str
    before: float | None
    """The medians; null where the run did not measure it."""
    after: float | None
    ratio: float | None
    """After ÷ before, with its 95 % interval where there is one."""
    lower: float | None
    upper: float | None
    verdict: ChangeVerdict
    standing: Standing
    reason: str


@dataclass(frozen=True, kw_only=True)
class OneSidedCase:
    """A OneSidedCase is a case that one run did not measure."""

    scan: str
    implementation: str
    missing: RunSide


@dataclass(frozen=True, kw_only=True)
class ComparisonOutcome:
    """A ComparisonOutcome is two runs compared: the verdict, every change, and what forbids to compare."""

    schema: int
    standing: Standing
    exit_code: int
    sentence: str
    before: ComparedRun
    after: ComparedRun
    same_rows: Answer
    environment_differences: tuple[str, ...]
    other_data: tuple[str, ...]
    """Scans whose data differ."""
    checks: tuple[Check, ...]
    changes: tuple[ComparedFigure, ...]
    missing: tuple[OneSidedCase, ...]


def comparison_outcome(found: Comparison) -> ComparisonOutcome:
    """Return the outcome of a comparison."""
    return ComparisonOutcome(
        schema=SCHEMA,
        standing=found.verdict.standing,
        exit_code=found.verdict.exit_code,
        sentence=plain(found.verdict.sentence),
        before=_run(found.before),
        after=_run(found.after),
        same_rows=found.same_rows.answer,
        environment_differences=tuple(map(plain, found.environment_differences)),
        other_data=tuple(map(plain, found.other_data)),
        checks=plain_checks(found.verdict.checks),
        changes=tuple(map(_figure, found.changes)),
        missing=tuple(
            OneSidedCase(scan=plain(one.scan), implementation=plain(one.implementation), missing=one.side)
            for one in found.missing
        ),
    )


def _run(results: Results) -> ComparedRun:
    return ComparedRun(
        created=plain(results.created),
        revision=plain(results.revision),
        job=plain(results.job.name),
        scenario=plain(results.scenario),
    )


def _figure(change: Change) -> ComparedFigure:
    return ComparedFigure(
        scan=plain(change.scan),
        implementation=plain(change.implementation),
        metric=change.metric.name,
        kind=change.metric.kind,
        unit=change.metric.unit,
        before=None if change.before is None else change.before.centre,
        after=None if change.after is None else change.after.centre,
        ratio=change.ratio,
        lower=change.low,
        upper=change.high,
        verdict=change.verdict,
        standing=change.standing,
        reason=plain(change.reason),
    )
