"""Records of trials that contain what a test names and nothing else."""

from __future__ import annotations

from typing import Any

from bench.analysis.promises import PromiseOutcome, PromiseStatus, find_promises
from bench.declare.promise import Promise
from bench.results.promises import FaultPoint, Holding, PromiseTrial, Race, Refusal, Snapshot

OLD, NONE, PARTIAL, MIXED, NEW = Holding


def trial(implementation: str = "own", **parts: Any) -> PromiseTrial:
    """A trial of an implementation that promises everything unless ``declared`` says otherwise."""
    facts: dict[str, Any] = {
        "source": "0123456789abcdef",
        "declared": tuple(Promise),
        "created": "2026-01-02T03:04:05+00:00",
        "scan": "100/3",
        "rows": 16_263,
        "tables": ("rows", "summaries"),
        "refusal": "DoesNotExist",
        "seconds": 0.75,
        "server_version": "16.14",
        "server_source": "embedded",
    }
    return PromiseTrial(implementation=implementation, **{**facts, **parts})


def reading(rows: Holding, summaries: Holding, count: int = 1, seconds: float = 0.5) -> Snapshot:
    return Snapshot(tables=(rows, summaries), count=count, seconds=seconds)


def point(rows: Holding = OLD, summaries: Holding = OLD, **parts: Any) -> FaultPoint:
    """A worker killed at a statement, after which nothing is wrong."""
    facts: dict[str, Any] = {
        "kind": "worker killed at a statement",
        "place": "before statement 3 of 31",
        "struck": True,
        "ended": "killed",
        "left_over": "",
        "rerun": "",
        "bystanders_unchanged": True,
    }
    return FaultPoint(tables=(rows, summaries), **{**facts, **parts})


def refusal(**parts: Any) -> Refusal:
    facts: dict[str, Any] = {
        "case": "another tenant with this scan",
        "ended": "DoesNotExist: Scan matching query does not exist.",
        "unchanged": True,
    }
    return Refusal(**{**facts, **parts})


def race(scans: str = "one", **parts: Any) -> Race:
    facts: dict[str, Any] = {"delay": 0.0, "ended": ("", ""), "wrong": "", "bystanders_unchanged": True}
    return Race(scans=scans, **{**facts, **parts})


def findings(tried: PromiseTrial) -> dict[Promise, PromiseOutcome]:
    """What the trial shows, by promise."""
    return {one.promise: one for one in find_promises(tried)}


def broken_promises(tried: PromiseTrial) -> set[Promise]:
    """The promises that the trial shows broken."""
    return {promise for promise, one in findings(tried).items() if one.status is PromiseStatus.BROKEN}
