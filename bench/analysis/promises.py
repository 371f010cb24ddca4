"""Which promises an implementation kept and which it broke, derived from the record of its trial."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from bench.declare.promise import Promise
from bench.results.promises import SAME_DATA, FaultPoint, Holding, PromiseTrial, Race

TORN = "torn"
_WHOLE = (Holding.OLD, Holding.NEW)


class PromiseStatus(Enum):
    """Whether an implementation made a promise, and whether it kept it."""

    KEPT = "kept"
    BROKEN = "broken"
    """Promised, and not kept."""
    NOT_PROMISED = "not promised"
    """Not promised, and not kept."""
    KEPT_UNPROMISED = "kept, not promised"
    UNTRIED = "not tried"


@dataclass(frozen=True)
class Violation:
    """A Violation is one way in which a promise was not kept: what was observed, in words, and how often."""

    what: str
    count: int


@dataclass(frozen=True, kw_only=True)
class PromiseOutcome:
    """A PromiseOutcome is one promise of one implementation, with what was tried and how it was violated."""

    implementation: str
    promise: Promise
    declared: bool
    tried: Mapping[str, int]
    """What was tried, as a plural noun, and how often: ``{"snapshots": 312, "faults": 50}``."""
    violations: tuple[Violation, ...]
    """The most frequent first."""
    example: str
    """One violation in detail; '' if there is none, or nothing to add."""

    @property
    def status(self) -> PromiseStatus:
        """Whether it was made and kept."""
        if self.violations:
            return PromiseStatus.BROKEN if self.declared else PromiseStatus.NOT_PROMISED
        if not any(self.tried.values()):
            return PromiseStatus.UNTRIED
        return PromiseStatus.KEPT if self.declared else PromiseStatus.KEPT_UNPROMISED


def broken(outcomes: Iterable[PromiseOutcome]) -> tuple[PromiseOutcome, ...]:
    """Return the outcomes that fail a run: promised, but not kept or not tried."""
    failing = (PromiseStatus.BROKEN, PromiseStatus.UNTRIED)
    return tuple(one for one in outcomes if one.declared and one.status in failing)


def kept(trial: PromiseTrial) -> bool:
    """Whether the trial came to its end and every promise made was kept."""
    return not trial.failure and not broken(find_promises(trial))


def find_promises(trial: PromiseTrial) -> tuple[PromiseOutcome, ...]:
    """Return one outcome per promise, in their order."""
    return tuple(
        PromiseOutcome(
            implementation=trial.implementation,
            promise=promise,
            declared=promise in trial.declared,
            tried=total.tried,
            violations=tuple(Violation(what, count) for what, count in total.violations.most_common()),
            example=total.example,
        )
        for promise in Promise
        for total in [_total(_JUDGES[promise](trial))]
    )


@dataclass(frozen=True)
class _Evidence:
    """What was tried, how often, and what was wrong with it ('' for nothing)."""

    noun: str
    count: int
    wrong: str = ""
    example: str = ""


@dataclass(frozen=True)
class _Total:
    tried: Mapping[str, int]
    violations: Counter[str]
    example: str


def _total(evidence: Iterable[_Evidence]) -> _Total:
    tried: Counter[str] = Counter()
    violations: Counter[str] = Counter()
    examples: list[str] = []
    for piece in evidence:
        tried[piece.noun] += piece.count
        if piece.wrong:
            violations[piece.wrong] += piece.count
            examples.append(piece.example)
    return _Total(dict(tried), violations, next(filter(None, examples), ""))


def _whole_sets(trial: PromiseTrial) -> Iterator[_Evidence]:
    for reading in trial.readings:
        yield _Evidence("snapshots", reading.count, _part(trial, reading.tables))
    for point in _injected(trial):
        yield _Evidence("faults", 1, _part(trial, point.tables), _after(trial, point))


def _together(trial: PromiseTrial) -> Iterator[_Evidence]:
    for reading in trial.readings:
        yield _Evidence("snapshots", reading.count, _torn(trial, reading.tables))
    for point in _injected(trial):
        yield _Evidence("faults", 1, _torn(trial, point.tables), _after(trial, point))


def _crash(trial: PromiseTrial) -> Iterator[_Evidence]:
    for point in _injected(trial):
        left = left_by(point)
        wrong = "" if left in _WHOLE and len(set(point.tables)) == 1 else left
        if not point.ended and left != Holding.NEW:
            wrong = f"{left} although the run reported success"
        yield _Evidence("faults", 1, wrong or point.left_over, _after(trial, point))


def _rerun(trial: PromiseTrial) -> Iterator[_Evidence]:
    for point in _injected(trial):
        yield _Evidence("faults", 1, point.rerun, f"{point.kind}, {point.place}: the re-run {point.rerun}")


def _bystanders(trial: PromiseTrial) -> Iterator[_Evidence]:
    wrong = "rows of others changed"
    if trial.readings:
        yield _Evidence("undisturbed runs", 1, "" if trial.observed_unchanged else wrong)
    for point in _injected(trial):
        yield _Evidence("faults", 1, "" if point.bystanders_unchanged else wrong, f"{point.kind}, {point.place}")
    for race in trial.races:
        yield _Evidence("races", 1, "" if race.bystanders_unchanged else wrong)


def _owner(trial: PromiseTrial) -> Iterator[_Evidence]:
    for refusal in trial.refusals:
        refused = refusal.ended.startswith(trial.refusal)
        faults = (
            "" if refused else "ended with another error" if refusal.ended else "accepted",
            "" if refusal.unchanged else "rows changed",
        )
        yield _Evidence("calls", 1, ", ".join(filter(None, faults)), refusal.case)


def _same_scan(trial: PromiseTrial) -> Iterator[_Evidence]:
    return map(_raced, (race for race in trial.races if race.scans == SAME_DATA))


def _two_scans(trial: PromiseTrial) -> Iterator[_Evidence]:
    return map(_raced, (race for race in trial.races if race.scans != SAME_DATA))


_JUDGES: Mapping[Promise, Callable[[PromiseTrial], Iterable[_Evidence]]] = {
    Promise.WHOLE_SETS: _whole_sets,
    Promise.TOGETHER: _together,
    Promise.CRASH: _crash,
    Promise.RERUN: _rerun,
    Promise.BYSTANDERS: _bystanders,
    Promise.OWNER: _owner,
    Promise.SAME_SCAN: _same_scan,
    Promise.TWO_SCANS: _two_scans,
}


def _injected(trial: PromiseTrial) -> Iterator[FaultPoint]:
    return (point for point in trial.points if point.struck)


def _part(trial: PromiseTrial, tables: tuple[Holding, ...]) -> str:
    """Return which incomplete state a reader saw: of the first table, or else of another one; '' for none."""
    for number, (title, holding) in enumerate(zip(trial.tables, tables, strict=True)):
        if holding not in _WHOLE:
            return f"{holding.value} of the {title}" if number else holding.value
    return ""


def _torn(trial: PromiseTrial, tables: tuple[Holding, ...]) -> str:
    """Return which two tables hold rows of different runs; '' if none do."""
    (first, holding), *rest = zip(trial.tables, tables, strict=True)
    for title, other in rest:
        if other != holding:
            return f"{holding.value} {first} beside {other.value} {title}"
    return ""


def left_by(point: FaultPoint) -> str:
    """Return what a fault left: the state of the first table, or ``torn`` for one run's rows with another's."""
    first = point.tables[0]
    if first in _WHOLE and len(set(point.tables)) > 1:
        return TORN
    return first.value


def _after(trial: PromiseTrial, point: FaultPoint) -> str:
    return f"{point.kind}, {point.place}: {_held(trial, point)}"


def _held(trial: PromiseTrial, point: FaultPoint) -> str:
    named = zip(trial.tables, point.tables, strict=True)
    return ", ".join(f"{title} {holding.value}" for title, holding in named)


def _raced(race: Race) -> _Evidence:
    errors = [error for error in race.ended if error]
    wrongs = [*(["one run failed", "both runs failed"][len(errors) - 1 :][:1] if errors else []), race.wrong]
    example = "; ".join([*errors, *filter(None, [race.wrong])])
    return _Evidence("races", 1, ", ".join(filter(None, wrongs)), f"started {race.delay:.1f} s apart: {example}")
