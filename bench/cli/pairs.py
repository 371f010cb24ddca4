"""The options of how many pairs are taken, and what a plan is told of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bench.cli.options import within
from bench.errors import InputError

if TYPE_CHECKING:
    from bench.analysis.stopping import Question
    from bench.gate.policy import Policy

AUTO = "auto"
_MOST_PAIRS = 1_000_000


@dataclass(frozen=True, kw_only=True)
class EnoughOptions:
    """When the pairs of a question are enough, if nothing decides it earlier."""

    precision: Annotated[
        str | None, typer.Option(metavar="SHARE", show_default="3%", help="Ends pairs: so narrow an interval.")
    ] = None
    budget: Annotated[
        float | None,
        typer.Option(
            metavar="MINUTES",
            callback=within(0, 100_000),
            show_default="2",
            help="Ends pairs: time spent on them all.",
        ),
    ] = None

    def goal(self, questions: Sequence[Question]) -> dict[str, Any]:
        """Return the plan's field ``goal`` for ``questions``. Raises InputError for a precision that is no share."""
        from bench.gate.quantity import parse_share
        from bench.harness.goal import BUDGET_MINUTES, PRECISION, Goal

        precision = PRECISION if self.precision is None else parse_share(_figure(self.precision), "--precision")
        minutes = BUDGET_MINUTES if self.budget is None else self.budget
        return {"goal": Goal(questions=tuple(questions), precision=precision, seconds=60 * minutes)}

    def timing(self, policy: Policy) -> dict[str, Any]:
        """Return the plan's fields for the times that ``policy`` needs. Raises InputError."""
        from bench.gate.ratio_checks import timed_questions

        if policy.samples is None and policy.judges_time:
            return self.goal(timed_questions(policy))
        self.refuse(f"{policy.place}, which fixes samples or judges no time")
        return {"samples": policy.samples or 0}

    def refuse(self, beside: str) -> None:
        """Raise InputError if any option was given, without effect ``beside`` something else."""
        for name in ("precision", "budget"):
            if getattr(self, name) is not None:
                raise InputError(f"--{name} was given, without effect beside {beside}; leave one out")


def _figure(text: str) -> str | float:
    """Return a plain number as such; with a unit it stays a text."""
    try:
        return float(text)
    except ValueError:
        return text


@dataclass(frozen=True, kw_only=True)
class PairOptions(EnoughOptions):
    """How many pairs are taken."""

    pairs: Annotated[str, typer.Option(metavar="N|auto", help="Time samples of each side.")] = AUTO

    def sampling(self, scans: Iterable[str], implementations: Sequence[str]) -> dict[str, Any]:
        """Return the plan's fields for pairs of each of ``implementations`` with the first. Raises InputError."""
        if self.pairs == AUTO:
            from bench.harness.goal import against_the_first

            return self.goal(against_the_first(scans, tuple(implementations)))
        self.refuse(f"--pairs {self.pairs}")
        if not self.pairs.isascii() or not self.pairs.isdecimal() or not 1 <= int(self.pairs[:9]) <= _MOST_PAIRS:
            raise InputError(f"--pairs {self.pairs}: write auto, or a number of pairs from 1 to {_MOST_PAIRS:,}")
        return {"samples": int(self.pairs)}
