"""The ledger of a run over nodes: which cases are measured, which are with a node, and which are to be given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from bench.nodes.kept import Ended, KeptCase, Wanted
from bench.nodes.messages import Work
from bench.nodes.schedule import longest_first
from bench.results.records import Failure

MOST_ATTEMPTS = 3
"""How often a case is begun; one over which so many nodes were lost or failed is given up."""


@dataclass(eq=False)
class Place:
    """A Place is one case, and what has become of it."""

    number: int
    wanted: Wanted
    attempt: int = 0
    """The number of the last one; each that is handed out has another."""
    losses: list[str] = field(default_factory=list)
    """Over which nodes it was lost, and how."""
    case: Ended | None = None
    """What came of it."""

    @property
    def work(self) -> Work:
        """What is measured."""
        return self.wanted.work

    @property
    def cost(self) -> float:
        """In rows written."""
        return self.wanted.cost

    @property
    def title(self) -> str:
        """What messages call it."""
        return self.wanted.title

    @property
    def attempts(self) -> int:
        """How many attempts failed."""
        return len(self.losses)

    @property
    def reason(self) -> str:
        """Why it is given up; '' where it is not."""
        if len(self.losses) < MOST_ATTEMPTS:
            return ""
        return f"{self.title} was begun {len(self.losses)} times: {'; '.join(self.losses)}"


class Ledger:
    """A Ledger holds the places of one run."""

    def __init__(self) -> None:
        self.places: dict[int, Place] = {}
        """By number, in the order in which they were asked for."""
        self.pending: list[Place] = []
        """What is to be given, in that order."""
        self._next = 0
        """The number of the next place: none is used twice, as nodes take each attempt once."""

    @classmethod
    def of(cls, works: Sequence[Work], costs: Sequence[float]) -> Ledger:
        """Return that of a run whose data sets are ``works``; the most expensive of ``costs`` is given first."""
        ledger = cls()
        for work, cost in zip(works, costs, strict=True):
            ledger.add(Wanted(step=work.label, work=work, title=work.label, cost=cost))
        ledger.pending = [ledger.places[number] for number in longest_first(costs)]
        return ledger

    @property
    def cost(self) -> float:
        """All that is to be done."""
        return sum(one.cost for one in self.places.values())

    @property
    def open(self) -> bool:
        """Whether something is neither measured nor given up."""
        return any(one.case is None and not one.reason for one in self.places.values())

    @property
    def finished(self) -> tuple[KeptCase, ...]:
        """What is measured, in the order in which it was asked for."""
        return tuple(one.case for one in self.places.values() if isinstance(one.case, KeptCase))

    @property
    def seconds_per_cost(self) -> float | None:
        """How long a unit of cost took so far; None before anything was measured."""
        done = [(one.case.seconds, one.cost) for one in self.places.values() if isinstance(one.case, KeptCase)]
        return sum(seconds for seconds, _ in done) / sum(cost for _, cost in done) if done else None

    def add(self, wanted: Wanted, number: int | None = None) -> Place:
        """Add a case to be given last, as the place ``number`` or a new one."""
        place = Place(self._next if number is None else number, wanted)
        self._next = max(self._next, place.number + 1)
        self.places[place.number] = place
        self.pending.append(place)
        return place

    def at(self, step: str) -> Place | None:
        """Return the place of a step of the run."""
        return next((one for one in self.places.values() if one.wanted.step == step), None)

    def want(self, wanted: Iterable[Wanted]) -> tuple[Place, ...]:
        """Have what is ``wanted``, and neither measured nor given up, given in that order and nothing else.

        Returns the places that a node may have, and that nobody wants any more; they are no part of the ledger now.
        """
        order = [self.at(one.step) or self.add(one) for one in wanted]
        withdrawn = tuple(one for one in self._open() if one not in order)
        for place in withdrawn:
            del self.places[place.number]
        self.pending = [place for place in order if place in self.pending]
        return withdrawn

    def take(self, node: str = "") -> Place | None:
        """Return what ``node`` is to be given next, as a new attempt; None where there is nothing for it.

        What nobody else may measure comes first.
        """
        own = [one for one in self.pending if node and one.wanted.only == node]
        place = next((one for one in (*own, *self.pending) if one.wanted.only in {"", node}), None)
        if place is not None:
            self.pending.remove(place)
            place.attempt += 1
        return place

    def give_back(self, place: Place) -> None:
        """Have a place given to another node next, without blame."""
        if place.number in self.places:
            self.pending.insert(0, place)

    def lose(self, place: Place, how: str) -> None:
        """Note that an attempt failed; the place is given next, or given up."""
        place.losses.append(how)
        if not place.reason:
            self.give_back(place)

    def finish(self, case: Ended) -> None:
        """Note what came of a place."""
        place = self.places[case.number]
        place.case = case
        if place in self.pending:
            self.pending.remove(place)

    def drop(self, node: str) -> tuple[Ended, ...]:
        """Have what ``node`` measured measured again, and return it."""
        found = tuple(one.case for one in self.places.values() if one.case is not None and one.case.node == node)
        for case in found:
            place = self.places[case.number]
            place.case = None
            self.pending.append(place)
        return found

    def begin_again(self, first: Place, later: Iterable[Place]) -> None:
        """Have a step measured from its beginning: its ``later`` parts may be measured only where ``first`` was.

        Attempts that failed count on.
        """
        first.case = None
        for one in later:
            first.losses += one.losses
            del self.places[one.number]
            if one in self.pending:
                self.pending.remove(one)
        if not first.reason:
            self.pending.append(first)

    def failures(self, implementations: Sequence[str]) -> tuple[Failure, ...]:
        """Return what was given up, as failures of every implementation."""
        return tuple(
            Failure(scan=one.work.label, implementation=name, probe="node", kind="error", message=one.reason)
            for one in self.places.values()
            if one.reason and one.case is None
            for name in implementations
        )

    def _open(self) -> Iterator[Place]:
        return (one for one in self.places.values() if one.case is None and not one.reason)
