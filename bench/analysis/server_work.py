"""Which statements had the server do more or less: two calls' work by kind of statement, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bench.analysis.run_verdict import RunVerdict
from bench.results.records import Case, Results
from bench.results.server_work import PlanStep, ServerWork, StatementWork

TOLERANCES: Mapping[str, tuple[float, int]] = {
    "calls": (0.0, 0),
    "rows": (0.0, 0),
    "blocks": (0.001, 16),
    "index_tuples": (0.001, 0),
    "sequential_tuples": (0.001, 0),
    "wal_bytes": (0.01, 65_536),
    "blocks_dirtied": (0.03, 16),
    "temp_bytes": (0.01, 65_536),
}
"""Figure → the share, and the number, by which it differs between calls of the same code; both must be exceeded.

``experiments/server_work_noise.py`` measures them; docs/decisions.md has what it found.
"""


@dataclass(frozen=True)
class StatementChange:
    """A StatementChange is a kind of statement whose work differs; a side is None where it was not executed."""

    before: StatementWork | None
    after: StatementWork | None
    moved: tuple[str, ...]
    """The figures that differ, by the names in TOLERANCES."""
    replanned: bool
    """Whether the steps of the plans differ."""

    @property
    def statement(self) -> str:
        """Its text without values."""
        known = self.after or self.before
        assert known is not None  # one side was executed
        return known.statement

    @property
    def weight(self) -> tuple[int, int]:
        """By which changes are sorted: those of the plan first, then by blocks and rows read."""
        return (
            int(self.replanned),
            sum(abs(_touched(self.after, name) - _touched(self.before, name)) for name in _READ),
        )


_READ = ("blocks", "index_tuples", "sequential_tuples")


def _touched(work: StatementWork | None, name: str) -> int:
    return 0 if work is None else getattr(work, name) or 0


def work_of(results: Results, case: Case) -> ServerWork | None:
    """Return what one case had the server do, if that is known."""
    found = (one for one in results.server_work if (one.scan, one.implementation) == case)
    return next((one for one in found if one.statements), None)


def changed_statements(before: ServerWork, after: ServerWork) -> tuple[StatementChange, ...]:
    """Return the kinds of statements whose work or plan differs, the largest change first."""
    sides = [{one.statement: one for one in work.statements} for work in (before, after)]
    kinds = dict.fromkeys((*sides[0], *sides[1]))
    changes = (change for kind in kinds if (change := _change(sides[0].get(kind), sides[1].get(kind))) is not None)
    return tuple(sorted(changes, key=lambda one: one.weight, reverse=True))


def _change(before: StatementWork | None, after: StatementWork | None) -> StatementChange | None:
    moved = tuple(_moved(before, after))
    replanned = before is not None and after is not None and plans_differ(before.plan, after.plan)
    return StatementChange(before, after, moved, replanned) if moved or replanned else None


def _moved(before: StatementWork | None, after: StatementWork | None) -> Iterator[str]:
    for name, (share, number) in TOLERANCES.items():
        known = [None if work is None else getattr(work, name) for work in (before, after)]
        if before is not None and after is not None and None in known:
            continue  # one of the servers does not give it
        first, second = (value or 0 for value in known)
        if abs(second - first) > max(share * max(first, second), number):
            yield name


def plans_differ(before: tuple[PlanStep, ...], after: tuple[PlanStep, ...]) -> bool:
    """Whether two known plans have other steps; what the planner expected of them does not count."""
    return bool(before and after) and _shape(before) != _shape(after)


def _shape(plan: tuple[PlanStep, ...]) -> tuple[tuple[int, str], ...]:
    return tuple((one.depth, one.step) for one in plan)


def work_changes_between(before: Results, after: Results, case: Case) -> tuple[StatementChange, ...]:
    """Return the changes of one case between two runs; none where its work is not known in both."""
    return _changes(work_of(before, case), work_of(after, case))


def compared_work(results: Results, verdict: RunVerdict) -> Iterator[tuple[str, tuple[StatementChange, ...]]]:
    """Yield a title and the changes of each implementation against the base, on the largest data set with both."""
    base, *others = results.implementations or ("",)
    for name in others:
        for dataset in sorted(results.datasets, key=lambda one: one.order, reverse=True):
            changes = _changes(*(work_of(results, (dataset.scan, one)) for one in (base, name)))
            if changes and verdict.may_compare(dataset.scan, base, name):
                yield f"{dataset.scan}: {base} → {name}", changes
                break


def _changes(before: ServerWork | None, after: ServerWork | None) -> tuple[StatementChange, ...]:
    return () if before is None or after is None else changed_statements(before, after)
