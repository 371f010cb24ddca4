"""The fault points of one implementation: which faults, and at which places of its run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from bench.probes.fault import Blow, Fault, Moment, Trips
from bench.promises.tripwire import Action

FAULT_KINDS: Mapping[str, int] = {
    "worker killed at a statement": 20,
    "worker killed during a COPY": 4,
    "worker killed at a moment": 5,
    "sessions ended at a statement": 8,
    "sessions ended at a moment": 2,
    "row refused by the server": 4,
    "summary refused by the server": 1,
    "statement timeout": 3,
    "server crashed and recovered": 3,
}
"""What strikes, in words, and how many of fifty points it takes; each is tried at least once."""
FEWEST_POINTS = len(FAULT_KINDS)
CRASH = "server crashed and recovered"


@dataclass(frozen=True, kw_only=True)
class Course:
    """A Course is what an undisturbed run over old rows comes to: the places at which faults can strike."""

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
    action: Action


@dataclass(frozen=True, kw_only=True)
class OutsideBlow:
    """A blow from outside, so many seconds after the call began."""

    blow: Blow | Literal["crash"]
    seconds: float


AnyFault = Fault | BlockedRow | OutsideBlow
Place = tuple[str, AnyFault]
"""Where a fault strikes, in words, and the fault."""


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
    makers: dict[str, Callable[[int], Iterator[Place]]] = {
        "worker killed at a statement": lambda n: _at_trips("kill", "statements", course.statements, n),
        "worker killed during a COPY": lambda n: _at_trips("kill", "pieces", course.pieces, n),
        "worker killed at a moment": lambda n: _at_moments("kill", course.seconds, n),
        "sessions ended at a statement": lambda n: _at_trips("cut", "statements", course.statements, n),
        "sessions ended at a moment": lambda n: _at_moments("cut", course.seconds, n),
        "row refused by the server": lambda n: _at_rows("refuse", "row", course.rows, n),
        "summary refused by the server": lambda n: _at_rows("refuse", "summary", course.summaries, n),
        "statement timeout": lambda n: _at_rows("hold", "row", course.rows, n),
        CRASH: lambda n: _at_moments("crash", course.seconds, n),
    }
    weights = {
        kind: weight
        for kind, weight in FAULT_KINDS.items()
        if next(makers[kind](1), None) is not None and (crashes or kind != CRASH)
    }
    return tuple(
        PlannedPoint(kind, place, fault)
        for kind, share in shares(count, weights).items()
        for place, fault in makers[kind](share)
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


def _at_trips(blow: Blow, trips: Trips, places: int, count: int) -> Iterator[Place]:
    """Before and during are places of their own."""
    moments: tuple[Moment, Moment] = ("before", "during")
    noun = "statement" if trips == "statements" else "piece"
    for place in _spread(2 * places, count) if places else ():
        number, moment = (place + 1) // 2, moments[(place + 1) % 2]
        yield (
            f"{moment} {noun} {number:,} of {places:,}",
            Fault(blow=blow, trips=trips, number=number, moment=moment),
        )


def _at_moments(blow: Blow | Literal["crash"], seconds: float, count: int) -> Iterator[Place]:
    for number in range(count):
        share = (number + 0.5) / count
        yield f"after {share * 100:.0f} % of the time", OutsideBlow(blow=blow, seconds=share * seconds)


def _at_rows(action: Action, what: Literal["row", "summary"], rows: int, count: int) -> Iterator[Place]:
    for row in _spread(rows, count) if rows else ():
        yield f"{what} {row:,} of {rows:,}", BlockedRow(what=what, row=row, action=action)
