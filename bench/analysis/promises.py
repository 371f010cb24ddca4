"""Which promises a trial shows kept and which broken, derived from what was seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from bench.declare.promise import Promise
from bench.results.promises import FaultPoint, Holding, PromiseTrial, Race

REFUSED = "DoesNotExist"
"""What begins the error of a refused call: the name of ``Scan.DoesNotExist``."""
ONE_SCAN = "one"
TORN = "torn"
_WHOLE = (Holding.OLD, Holding.NEW)


class PromiseStanding(Enum):
    """Where a promise stands with an implementation."""

    KEPT = "kept"
    BROKEN = "broken"
    """Promised, and not kept."""
    NOT_PROMISED = "not promised"
    """Not promised, and not kept."""
    KEPT_UNPROMISED = "kept, not promised"
    UNTRIED = "not tried"


@dataclass(frozen=True)
class Seen:
    """A Seen is one thing that was seen against a promise: what, in words, and how often."""

    what: str
    count: int


@dataclass(frozen=True, kw_only=True)
class PromiseFinding:
    """A PromiseFinding is one promise of one implementation, with what was tried and what speaks against it."""

    implementation: str
    promise: Promise
    declared: bool
    tried: Mapping[str, int]
    """What was tried, as a plural noun, and how often: ``{"snapshots": 312, "faults": 50}``."""
    against: tuple[Seen, ...]
    """The most frequent first."""
    example: str
    """One trial that speaks against it, in words; '' where none does, or there is nothing to add."""

    @property
    def standing(self) -> PromiseStanding:
        """Where it stands."""
        if self.against:
            return PromiseStanding.BROKEN if self.declared else PromiseStanding.NOT_PROMISED
        if not any(self.tried.values()):
            return PromiseStanding.UNTRIED
        return PromiseStanding.KEPT if self.declared else PromiseStanding.KEPT_UNPROMISED


def broken(findings: Iterable[PromiseFinding]) -> tuple[PromiseFinding, ...]:
    """Return the findings for which a run must fail: promised, and not kept or not tried."""
    failing = (PromiseStanding.BROKEN, PromiseStanding.UNTRIED)
    return tuple(one for one in findings if one.declared and one.standing in failing)


def find_promises(trial: PromiseTrial) -> tuple[PromiseFinding, ...]:
    """Return the finding on every promise, in their order."""
    return tuple(
        PromiseFinding(
            implementation=trial.implementation,
            promise=promise,
            declared=promise in trial.declared,
            tried=evidence.tried,
            against=tuple(Seen(what, count) for what, count in evidence.against.most_common()),
            example=evidence.example,
        )
        for promise in Promise
        for evidence in [_gathered(_JUDGES[promise](trial))]
    )


@dataclass(frozen=True)
class _Piece:
    """One piece of evidence: what was tried, how often, and what was wrong with it, '' for nothing."""

    noun: str
    count: int
    wrong: str = ""
    example: str = ""


@dataclass(frozen=True)
class _Evidence:
    tried: Mapping[str, int]
    against: Counter[str]
    example: str


def _gathered(pieces: Iterable[_Piece]) -> _Evidence:
    tried: Counter[str] = Counter()
    against: Counter[str] = Counter()
    examples: list[str] = []
    for piece in pieces:
        tried[piece.noun] += piece.count
        if piece.wrong:
            against[piece.wrong] += piece.count
            examples.append(piece.example)
    return _Evidence(dict(tried), against, next(filter(None, examples), ""))


def _whole_sets(trial: PromiseTrial) -> Iterator[_Piece]:
    for reading in trial.readings:
        yield _Piece("snapshots", reading.count, _part(reading.rows, reading.summaries))
    for point in _struck(trial):
        yield _Piece("faults", 1, _part(point.rows, point.summaries), _after(point))


def _together(trial: PromiseTrial) -> Iterator[_Piece]:
    for reading in trial.readings:
        yield _Piece("snapshots", reading.count, _torn(reading.rows, reading.summaries))
    for point in _struck(trial):
        yield _Piece("faults", 1, _torn(point.rows, point.summaries), _after(point))


def _crash(trial: PromiseTrial) -> Iterator[_Piece]:
    for point in _struck(trial):
        left = left_by(point)
        wrong = "" if left in _WHOLE and point.rows == point.summaries else left
        if not point.ended and left != Holding.NEW:
            wrong = f"{left} though it ended well"
        yield _Piece("faults", 1, wrong or point.left_over, _after(point))


def _rerun(trial: PromiseTrial) -> Iterator[_Piece]:
    for point in _struck(trial):
        yield _Piece("faults", 1, point.rerun, f"{point.kind}, {point.place}: the re-run {point.rerun}")


def _bystanders(trial: PromiseTrial) -> Iterator[_Piece]:
    wrong = "rows of others changed"
    if trial.readings:
        yield _Piece("undisturbed runs", 1, "" if trial.observed_unchanged else wrong)
    for point in _struck(trial):
        yield _Piece("faults", 1, "" if point.bystanders_unchanged else wrong, f"{point.kind}, {point.place}")
    for race in trial.races:
        yield _Piece("races", 1, "" if race.bystanders_unchanged else wrong)


def _owner(trial: PromiseTrial) -> Iterator[_Piece]:
    for refusal in trial.refusals:
        refused = refusal.ended.startswith(REFUSED)
        faults = (
            "" if refused else "ended with another error" if refusal.ended else "accepted",
            "" if refusal.unchanged else "rows changed",
        )
        yield _Piece("calls", 1, ", ".join(filter(None, faults)), refusal.case)


def _same_scan(trial: PromiseTrial) -> Iterator[_Piece]:
    return map(_raced, (race for race in trial.races if race.scans == ONE_SCAN))


def _two_scans(trial: PromiseTrial) -> Iterator[_Piece]:
    return map(_raced, (race for race in trial.races if race.scans != ONE_SCAN))


_JUDGES: Mapping[Promise, Callable[[PromiseTrial], Iterable[_Piece]]] = {
    Promise.WHOLE_SETS: _whole_sets,
    Promise.TOGETHER: _together,
    Promise.CRASH: _crash,
    Promise.RERUN: _rerun,
    Promise.BYSTANDERS: _bystanders,
    Promise.OWNER: _owner,
    Promise.SAME_SCAN: _same_scan,
    Promise.TWO_SCANS: _two_scans,
}


def _struck(trial: PromiseTrial) -> Iterator[FaultPoint]:
    return (point for point in trial.points if point.struck)


def _part(rows: Holding, summaries: Holding) -> str:
    """Name what a reader must not see: of the rows, or else of the summaries."""
    if rows not in _WHOLE:
        return rows.value
    return "" if summaries in _WHOLE else f"{summaries.value} of the summaries"


def _torn(rows: Holding, summaries: Holding) -> str:
    return "" if rows == summaries else f"{rows.value} rows beside {summaries.value} summaries"


def left_by(point: FaultPoint) -> str:
    """Name what a fault left: what the rows are, or ``torn`` where all of one run's rows have not its summaries."""
    if point.rows in _WHOLE and point.rows != point.summaries:
        return TORN
    return point.rows.value


def _after(point: FaultPoint) -> str:
    return f"{point.kind}, {point.place}: rows {point.rows.value}, summaries {point.summaries.value}"


def _raced(race: Race) -> _Piece:
    errors = [error for error in race.ended if error]
    wrongs = [*(["one run failed", "both runs failed"][len(errors) - 1 :][:1] if errors else []), race.wrong]
    example = "; ".join([*errors, *filter(None, [race.wrong])])
    return _Piece("races", 1, ", ".join(filter(None, wrongs)), f"begun {race.delay:.1f} s apart: {example}")
