"""What ``bench history --json`` prints.

Schema history:
1: the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.analysis.change_points import ChangePoint
from bench.analysis.comparable import environment_fingerprint
from bench.analysis.history import History
from bench.analysis.series import Point
from bench.report.history import change_sentence
from bench.results.metrics import Kind
from bench.results.records import Results
from bench.words import plain

SCHEMA = 1


@dataclass(frozen=True, kw_only=True)
class HistoryRun:
    """A HistoryRun is one kept run."""

    created: str
    revision: str
    environment: str
    """A fingerprint: times of runs with the same one compare."""
    scans: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class LevelEnd:
    """A LevelEnd is a run at which a level ends or begins: the commit of the implementation's code, and the moment."""

    revision: str
    created: str


@dataclass(frozen=True, kw_only=True)
class HistoryChange:
    """A HistoryChange is a lasting change of one figure."""

    scan: str
    implementation: str
    metric: str
    kind: Kind
    unit: str
    worse: bool
    before: LevelEnd
    """The last run with the old level."""
    after: LevelEnd
    """The first run with the new level."""
    candidates: tuple[LevelEnd, ...]
    """Other runs that may be the first with the new level."""
    old: float
    new: float
    ratio: float | None
    """New ÷ old; null where a side is too small for one."""
    confidence: float | None
    """1 less the probability of such a change by chance; null for exact and near-exact metrics, which leave none."""
    runs_before: int
    runs_since: int
    notes: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, kw_only=True)
class HistoryOutcome:
    """A HistoryOutcome is the kept runs and what changed in them, both oldest first."""

    schema: int
    exit_code: int
    runs: tuple[HistoryRun, ...]
    changes: tuple[HistoryChange, ...]
    warnings: tuple[str, ...]


def history_outcome(found: History, warnings: Sequence[str], *, fail: bool) -> HistoryOutcome:
    """Return the outcome; its exit code is 1 where something got worse and ``fail`` asks for that."""
    return HistoryOutcome(
        schema=SCHEMA,
        exit_code=1 if fail and found.worse else 0,
        runs=tuple(map(_run, found.runs)),
        changes=tuple(map(_change, found.changes)),
        warnings=tuple(map(plain, warnings)),
    )


def _run(results: Results) -> HistoryRun:
    return HistoryRun(
        created=plain(results.created),
        revision=plain(results.revision),
        environment=environment_fingerprint(results.environment),
        scans=tuple(plain(one.scan) for one in results.datasets),
    )


def _change(one: ChangePoint) -> HistoryChange:
    return HistoryChange(
        scan=plain(one.scan),
        implementation=plain(one.implementation),
        metric=one.metric.name,
        kind=one.metric.kind,
        unit=one.metric.unit,
        worse=one.worse,
        before=_end(one.before),
        after=_end(one.after),
        candidates=tuple(map(_end, one.candidates)),
        old=one.old,
        new=one.new,
        ratio=one.ratio,
        confidence=one.confidence,
        runs_before=one.runs[0],
        runs_since=one.runs[1],
        notes=tuple(map(plain, one.notes)),
        sentence=change_sentence(one),
    )


def _end(point: Point) -> LevelEnd:
    return LevelEnd(revision=plain(point.revision), created=plain(point.created))
