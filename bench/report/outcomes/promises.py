"""What ``bench prove promises --json`` prints.

Schema history:
1: the first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.analysis.promises import PromiseOutcome, PromiseStatus, find_promises, kept
from bench.results.promises import PromiseTrial
from bench.words import plain

SCHEMA = 1


@dataclass(frozen=True, kw_only=True)
class PromiseFound:
    """A PromiseFound is one promise of one implementation: whether it was made, and what was seen."""

    promise: str
    status: PromiseStatus
    declared: bool
    tried: Mapping[str, int]
    """What was tried, as a plural noun, and how often."""
    violations: Mapping[str, int]
    """What was seen instead, and how often."""
    example: str


@dataclass(frozen=True, kw_only=True)
class TrialOutcome:
    """A TrialOutcome is what was found of one implementation; ``failure`` says why its trial stopped early, or ''."""

    implementation: str
    scan: str
    kept: bool
    """Whether every promise that it makes was tried and kept."""
    failure: str
    promises: tuple[PromiseFound, ...]


@dataclass(frozen=True, kw_only=True)
class PromisesOutcome:
    """A PromisesOutcome is what was found of each implementation, and the exit code that follows."""

    schema: int
    exit_code: int
    trials: tuple[TrialOutcome, ...]
    kept_in: str
    """The file with everything that was tried."""


def promises_outcome(trials: Sequence[PromiseTrial], kept_in: str) -> PromisesOutcome:
    """Return the outcome of ``trials``, which are in the file ``kept_in``."""
    found = tuple(map(_trial, trials))
    return PromisesOutcome(
        schema=SCHEMA, exit_code=0 if all(one.kept for one in found) else 1, trials=found, kept_in=plain(kept_in)
    )


def _trial(trial: PromiseTrial) -> TrialOutcome:
    return TrialOutcome(
        implementation=plain(trial.implementation),
        scan=plain(trial.scan),
        kept=kept(trial),
        failure=plain(trial.failure),
        promises=tuple(map(_promise, find_promises(trial))),
    )


def _promise(one: PromiseOutcome) -> PromiseFound:
    return PromiseFound(
        promise=one.promise.value,
        status=one.status,
        declared=one.declared,
        tried={plain(noun): count for noun, count in one.tried.items()},
        violations={plain(violation.what): violation.count for violation in one.violations},
        example=plain(one.example),
    )
