"""The fault points of one implementation: which faults, and at which places of its run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from bench.messages.fault import Action, Fault, Moment, Trips
from bench.promises.tripwire import Action as RowAction


@dataclass(frozen=True, kw_only=True)
class Course:
    """A Course is what an undisturbed run over old rows comes to: the places at which a fault can be injected."""

    seconds: float
    statements: int
    pieces: int
    """Round trips while a COPY was under way."""
    rows: int
    """Rows that it wrote, updates included."""
    summaries: int


@dataclass(frozen=True, kw_only=True)
class BlockedRow:
    """The row, or the summary, that the server refuses, or holds until the statement timeout."""

    what: Literal["row", "summary"]
    row: int
    action: RowAction


@dataclass(frozen=True, kw_only=True)
class OutsideFault:
    """A fault from outside the worker, at ``seconds`` after the call began; ``crash`` is the server's."""

    action: Action | Literal["crash"]
    seconds: float


AnyFault = Fault | BlockedRow | OutsideFault
Place = tuple[str, AnyFault]
"""Where a fault is injected, in words, and the fault."""


@dataclass(frozen=True)
class FaultKind:
    """A FaultKind is one kind of fault: its share of fifty points, and the places of a run at which to inject it."""

    weight: int
    places: Callable[[Course, int], Iterator[Place]]


CRASH = "server crashed and recovered"
FAULT_KINDS: Mapping[str, FaultKind] = {
    "worker killed at a statement": FaultKind(20, lambda run, n: _at_trips("kill", "statements", run.statements, n)),
    "worker killed during a COPY": FaultKind(4, lambda run, n: _at_trips("kill", "pieces", run.pieces, n)),
    "worker killed at a moment": FaultKind(5, lambda run, n: _at_moments("kill", run.seconds, n)),
    "sessions ended at a statement": FaultKind(
        8, lambda run, n: _at_trips("terminate", "statements", run.statements, n)
    ),
    "sessions ended at a moment": FaultKind(2, lambda run, n: _at_moments("terminate", run.seconds, n)),
    "row refused by the server": FaultKind(4, lambda run, n: _at_rows("refuse", "row", run.rows, n)),
    "summary refused by the server": FaultKind(1, lambda run, n: _at_rows("refuse", "summary", run.summaries, n)),
    "statement timeout": FaultKind(3, lambda run, n: _at_rows("hold", "row", run.rows, n)),
    CRASH: FaultKind(3, lambda run, n: _at_moments("crash", run.seconds, n)),
}
"""By what happens, in words; each is tried at least once."""
FEWEST_POINTS = len(FAULT_KINDS)


@dataclass(frozen=True)
class PlannedPoint:
    """A PlannedPoint is one fault at one place, to be tried in a run of its own."""

    kind: str
    """One of FAULT_KINDS."""
    place: str
    fault: AnyFault


def plan_points(count: int, course: Course, *, crashes: bool) -> tuple[PlannedPoint, ...]:
    """Return ``count`` points, each kind's spread evenly over the run; ``crashes`` come last, or not at all.

    A kind for which the run has no place (no COPY, no row written) leaves its share to the others.
    """
    weights = {
        name: kind.weight
        for name, kind in FAULT_KINDS.items()
        if next(kind.places(course, 1), None) is not None and (crashes or name != CRASH)
    }
    return tuple(
        PlannedPoint(name, place, fault)
        for name, share in shares(count, weights).items()
        for place, fault in FAULT_KINDS[name].places(course, share)
    )


def shares(count: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Divide ``count`` by ``weights``, each share at least 1 as far as ``count`` goes; the largest remainders win."""
    total = sum(weights.values())
    exact = {kind: count * weight / total for kind, weight in weights.items()}
    found = {kind: max(1, int(value)) for kind, value in exact.items()}
    by_need = sorted(weights, key=lambda kind: found[kind] - exact[kind])
    for kind in (by_need * count)[: max(0, count - sum(found.values()))]:
        found[kind] += 1
    while sum(found.values()) > count:
        largest = max(found, key=lambda kind: found[kind])
        found[largest] -= 1
    return {kind: share for kind, share in found.items() if share}


def _spread(places: int, count: int) -> Iterator[int]:
    """Yield ``count`` of the numbers 1 to ``places``, evenly spread from the first to the last; of one, the middle.

    The last place of a run is often its most telling: the server commits while nobody waits for the answer.
    """
    for number in range(count):
        share = number / (count - 1) if count > 1 else 0.5
        yield 1 + round(share * (places - 1))


def _at_trips(action: Action, trips: Trips, places: int, count: int) -> Iterator[Place]:
    """Before and during are places of their own."""
    moments: tuple[Moment, Moment] = ("before", "during")
    noun = "statement" if trips == "statements" else "piece"
    for place in _spread(2 * places, count) if places else ():
        number, moment = (place + 1) // 2, moments[(place + 1) % 2]
        yield (
            f"{moment} {noun} {number:,} of {places:,}",
            Fault(action=action, trips=trips, number=number, moment=moment),
        )


def _at_moments(action: Action | Literal["crash"], seconds: float, count: int) -> Iterator[Place]:
    for number in range(count):
        share = (number + 0.5) / count
        yield f"after {share * 100:.0f} % of the time", OutsideFault(action=action, seconds=share * seconds)


def _at_rows(action: RowAction, what: Literal["row", "summary"], rows: int, count: int) -> Iterator[Place]:
    for row in _spread(rows, count) if rows else ():
        yield f"{what} {row:,} of {rows:,}", BlockedRow(what=what, row=row, action=action)
