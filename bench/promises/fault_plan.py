"""The fault points of one implementation: which faults, and at which places in its run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from bench.messages.fault import Action, Fault, Moment, Trips
from bench.promises.server_faults import RowAction


@dataclass(frozen=True, kw_only=True)
class RunProfile:
    """A RunProfile is how long an undisturbed run over old rows takes, and how many places it has for faults."""

    seconds: float
    statements: int
    pieces: int
    """Round trips while a COPY was under way."""
    rows: int
    """Rows written into the first target, updates included."""
    last: int
    """Rows of the last target; 0 where there is but one."""


@dataclass(frozen=True, kw_only=True)
class BlockedRow:
    """A row of the first or the last target that the server refuses, or holds up until the statement timeout."""

    table: Literal["first", "last"]
    row: int
    action: RowAction


@dataclass(frozen=True, kw_only=True)
class OutsideFault:
    """A fault from outside the worker, ``seconds`` after the call started; ``crash`` means the server."""

    action: Action | Literal["crash"]
    seconds: float


AnyFault = Fault | BlockedRow | OutsideFault
Place = tuple[str, AnyFault]
"""Where a fault is injected, in words, and the fault."""


@dataclass(frozen=True)
class FaultKind:
    """A FaultKind is one kind of fault: its share of fifty points, and the places in a run at which to inject it."""

    weight: int
    places: Callable[[RunProfile, int], Iterator[Place]]


CRASH = "server crashed and recovered"
FAULT_KINDS: Mapping[str, FaultKind] = {
    "worker killed at a statement": FaultKind(20, lambda run, n: _at_trips("kill", "statements", run.statements, n)),
    "worker killed during a COPY": FaultKind(4, lambda run, n: _at_trips("kill", "pieces", run.pieces, n)),
    "worker killed at a moment": FaultKind(5, lambda run, n: _at_moments("kill", run.seconds, n)),
    "sessions ended at a statement": FaultKind(
        8, lambda run, n: _at_trips("terminate", "statements", run.statements, n)
    ),
    "sessions ended at a moment": FaultKind(2, lambda run, n: _at_moments("terminate", run.seconds, n)),
    "row refused by the server": FaultKind(4, lambda run, n: _at_rows("refuse", "first", run.rows, n)),
    "row of the last table refused": FaultKind(1, lambda run, n: _at_rows("refuse", "last", run.last, n)),
    "statement timeout": FaultKind(3, lambda run, n: _at_rows("hold", "first", run.rows, n)),
    CRASH: FaultKind(3, lambda run, n: _at_moments("crash", run.seconds, n)),
}
"""By a description; each is injected at least once."""
FEWEST_POINTS = len(FAULT_KINDS)


@dataclass(frozen=True)
class PlannedPoint:
    """A PlannedPoint is one fault at one place, to be injected into a separate run."""

    kind: str
    """One of FAULT_KINDS."""
    place: str
    fault: AnyFault


def plan_points(count: int, profile: RunProfile, *, crashes: bool) -> tuple[PlannedPoint, ...]:
    """Return ``count`` points, those of each kind spread evenly over the run; crashes come last, or are left out.

    The share of a kind that has no place in the run (no COPY, no row written) goes to the others.
    """
    weights = {
        name: kind.weight
        for name, kind in FAULT_KINDS.items()
        if next(kind.places(profile, 1), None) is not None and (crashes or name != CRASH)
    }
    return tuple(
        PlannedPoint(name, place, fault)
        for name, share in shares(count, weights).items()
        for place, fault in FAULT_KINDS[name].places(profile, share)
    )


def shares(count: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Divide ``count`` by ``weights``; largest remainders win, and each share is at least 1 while ``count`` lasts."""
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
    """Yield ``count`` of the numbers 1 to ``places``, evenly spread from first to last; a single one is the middle.

    The last place often reveals most: the server commits while nobody waits for the answer.
    """
    for number in range(count):
        share = number / (count - 1) if count > 1 else 0.5
        yield 1 + round(share * (places - 1))


def _at_trips(action: Action, trips: Trips, places: int, count: int) -> Iterator[Place]:
    """Each round trip has two places: before and during."""
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


def _at_rows(action: RowAction, table: Literal["first", "last"], rows: int, count: int) -> Iterator[Place]:
    for row in _spread(rows, count) if rows else ():
        yield f"row {row:,} of {rows:,}", BlockedRow(table=table, row=row, action=action)
