"""The ledger of a spread run: which data sets are measured, which are with a node, and which are still to be given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.nodes.kept import KeptCase
from bench.nodes.messages import Work
from bench.nodes.schedule import longest_first
from bench.results.records import Failure

MOST_ATTEMPTS = 3
"""How often a case is begun; one over which so many nodes were lost or failed is given up."""


@dataclass
class Place:
    """A Place is one data set of the plan, and what has become of it."""

    number: int
    work: Work
    cost: float
    """In rows written."""
    attempt: int = 0
    """The number of the last one; each that is handed out has another."""
    losses: list[str] = field(default_factory=list)
    """Over which nodes it was lost, and how."""
    case: KeptCase | None = None

    @property
    def attempts(self) -> int:
        """How many attempts failed."""
        return len(self.losses)

    @property
    def reason(self) -> str:
        """Why it is given up; '' where it is not."""
        if len(self.losses) < MOST_ATTEMPTS:
            return ""
        return f"{self.work.label} was begun {len(self.losses)} times: {'; '.join(self.losses)}"


class Ledger:
    """A Ledger holds the places of one run."""

    def __init__(self, works: Sequence[Work], costs: Sequence[float]) -> None:
        """``costs`` are those of ``works``; the most expensive is given first."""
        self.places = tuple(
            Place(number, work, cost) for number, (work, cost) in enumerate(zip(works, costs, strict=True))
        )
        self.pending = [self.places[number] for number in longest_first(costs)]
        """What is to be given, in that order."""

    @property
    def cost(self) -> float:
        """All that is to be done."""
        return sum(one.cost for one in self.places)

    @property
    def open(self) -> bool:
        """Whether something is neither measured nor given up."""
        return any(one.case is None and not one.reason for one in self.places)

    @property
    def finished(self) -> tuple[KeptCase, ...]:
        """What is measured, in the order in which it was asked for."""
        return tuple(one.case for one in self.places if one.case is not None)

    @property
    def seconds_per_cost(self) -> float | None:
        """How long a unit of cost took so far; None before anything was measured."""
        done = [one for one in self.places if one.case is not None]
        seconds = sum(one.case.seconds for one in done if one.case is not None)
        return seconds / sum(one.cost for one in done) if done else None

    def take(self) -> Place | None:
        """Return what is to be given next, as a new attempt; None where nothing is left."""
        if not self.pending:
            return None
        place = self.pending.pop(0)
        place.attempt += 1
        return place

    def give_back(self, place: Place) -> None:
        """Have a place given to another node next, without blame."""
        self.pending.insert(0, place)

    def lose(self, place: Place, how: str) -> None:
        """Note that an attempt failed; the place is given next, or given up."""
        place.losses.append(how)
        if not place.reason:
            self.give_back(place)

    def finish(self, case: KeptCase) -> None:
        """Note that a place is measured."""
        place = self.places[case.number]
        place.case = case
        if place in self.pending:
            self.pending.remove(place)

    def drop(self, node: str) -> tuple[KeptCase, ...]:
        """Have what ``node`` measured measured again, and return it."""
        found = tuple(one.case for one in self.places if one.case is not None and one.case.node == node)
        for case in found:
            place = self.places[case.number]
            place.case = None
            self.pending.append(place)
        return found

    def failures(self, implementations: Sequence[str]) -> tuple[Failure, ...]:
        """Return what was given up, as failures of every implementation."""
        return tuple(
            Failure(scan=one.work.label, implementation=name, probe="node", kind="error", message=one.reason)
            for one in self.places
            if one.reason and one.case is None
            for name in implementations
        )
