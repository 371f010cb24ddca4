"""What ``bench run --json``, ``ab --json`` and ``sweep --json`` print.

Schema history:
1: the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bench.analysis.ratio import ratio
from bench.analysis.run_verdict import RunVerdict, judge
from bench.analysis.summary import Spread, Summaries, Summary, summaries_of
from bench.analysis.verdict import Check, Standing
from bench.report.outcomes.checks import plain_checks
from bench.results.metrics import METRICS, Kind
from bench.results.records import Results
from bench.words import plain

SCHEMA = 1


@dataclass(frozen=True, kw_only=True)
class RatioToFirst:
    """A RatioToFirst is an implementation's figure ÷ that of the first implementation: below 1 it takes less."""

    value: float
    lower: float | None
    """The ends of the 95 % interval; null where there is none."""
    upper: float | None
    distinguished: bool
    """Whether the two are told apart: by the interval, or by more than the near-exact tolerance."""


@dataclass(frozen=True, kw_only=True)
class RunFigure:
    """A RunFigure is one metric of one implementation on one data set."""

    scan: str
    implementation: str
    metric: str
    kind: Kind
    unit: str
    value: float
    """The median of the samples."""
    lower: float | None
    """The ends of the 95 % interval of the median; null where there is none."""
    upper: float | None
    samples: int
    ratio: RatioToFirst | None
    """Null for the first implementation, for exact metrics, and where no claim may be made."""
    warnings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class RunOutcome:
    """A RunOutcome is the verdict on a run, its figures, and where its files are."""

    schema: int
    standing: Standing
    exit_code: int
    sentence: str
    created: str
    """ISO 8601, UTC."""
    job: str
    scenario: str
    revision: str
    implementations: tuple[str, ...]
    checks: tuple[Check, ...]
    figures: tuple[RunFigure, ...]
    warnings: tuple[str, ...]
    results: str
    """The path of results.json, which holds the raw samples."""
    report: str
    """The path of the report in Markdown."""
    page: str
    """The path of the same report as a page."""


def run_outcome(results: Results, *, results_file: str, report: str, page: str) -> RunOutcome:
    """Return the outcome of a run that wrote these files. Raises InputError for a metric that is not known."""
    summaries = summaries_of(results)
    verdict = judge(results, summaries)
    return RunOutcome(
        schema=SCHEMA,
        standing=verdict.standing,
        exit_code=verdict.exit_code,
        sentence=plain(verdict.sentence),
        created=plain(results.created),
        job=plain(results.job.name),
        scenario=plain(results.scenario),
        revision=plain(results.revision),
        implementations=tuple(map(plain, results.implementations)),
        checks=plain_checks(verdict.checks),
        figures=tuple(_figures(results, summaries, verdict)),
        warnings=tuple(map(plain, results.warnings)),
        results=plain(results_file),
        report=plain(report),
        page=plain(page),
    )


def _figures(results: Results, summaries: Summaries, verdict: RunVerdict) -> Iterator[RunFigure]:
    for dataset in results.datasets:
        for implementation in results.implementations:
            for metric in METRICS:
                own = summaries.get(dataset.scan, implementation, metric)
                if own is not None:
                    first = summaries.get(dataset.scan, results.implementations[0], metric)
                    yield _figure(own, first, verdict)


def _figure(own: Summary, first: Summary | None, verdict: RunVerdict) -> RunFigure:
    interval = own.spread is Spread.INTERVAL
    return RunFigure(
        scan=plain(own.scan),
        implementation=plain(own.implementation),
        metric=own.metric.name,
        kind=own.metric.kind,
        unit=own.metric.unit,
        value=own.centre,
        lower=own.low if interval else None,
        upper=own.high if interval else None,
        samples=len(own.samples),
        ratio=_ratio(own, first, verdict),
        warnings=tuple(map(plain, own.warnings)),
    )


def _ratio(own: Summary, first: Summary | None, verdict: RunVerdict) -> RatioToFirst | None:
    if first is None or first is own or not verdict.may_compare(own.scan, first.implementation, own.implementation):
        return None
    found = ratio(first, own)
    if found is None:
        return None
    return RatioToFirst(value=found.value, lower=found.low, upper=found.high, distinguished=found.distinguished)
