"""Promises: what an implementation declares about its rows beyond their content.

``@promises(Promise.RERUN, …)`` makes a promise; ``bench prove promises`` checks all of them on a real server, declared
or not. A promise that is declared and broken fails; one that is not declared is shown with what was seen.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

from bench.declare.declaration import Declaration, Function


class Promise(Enum):
    """A Promise is one sentence that a run keeps or breaks; its value is its name in files."""

    WHOLE_SETS = "whole-sets"
    TOGETHER = "together"
    CRASH = "crash"
    RERUN = "rerun"
    BYSTANDERS = "bystanders"
    OWNER = "owner"
    SAME_SCAN = "same-scan"
    TWO_SCANS = "two-scans"

    @property
    def heading(self) -> str:
        """The promise in a few words, for a table."""
        return _WORDS[self][0]

    @property
    def meaning(self) -> str:
        """What exactly it says."""
        return _WORDS[self][1]


_WORDS = {
    Promise.WHOLE_SETS: (
        "readers never see a partial set",
        "at any moment a reader finds in each table all rows of the earlier run or all of this one: not a part, a "
        "mixture or none",
    ),
    Promise.TOGETHER: (
        "the tables change together",
        "no reader finds the rows of one run in one table beside those of another run in the next",
    ),
    Promise.CRASH: (
        "a crash leaves old rows or new ones",
        "after any fault a run has left the earlier run's rows in every table or its own, and no session, lock or "
        "prepared transaction; a run that reports success leaves its own",
    ),
    Promise.RERUN: (
        "a re-run after a crash is right",
        "after any fault, one run in a fresh worker leaves exactly the right rows",
    ),
    Promise.BYSTANDERS: (
        "rows of others stay",
        "rows that belong to other calls never change",
    ),
    Promise.OWNER: (
        "a call for data of another owner is refused",
        "a call for data that are not the owner's, or are not there, raises the job's error and writes nothing",
    ),
    Promise.SAME_SCAN: (
        "two runs on the same data at once are right",
        "both end without an error, and leave the right rows: no duplicate, no loss, no deadlock",
    ),
    Promise.TWO_SCANS: (
        "two runs on other data at once are right",
        "runs on two data sets, of one owner or of two, end without an error and leave the right rows",
    ),
}


_PROMISES: Declaration[tuple[Promise, ...]] = Declaration("__bench_promises__", ())


def promises(*made: Promise) -> Callable[[Function], Function]:
    """Attach the promises that an implementation makes."""
    return _PROMISES.attach(made)


def promises_of(implementation: Callable[..., Any]) -> tuple[Promise, ...]:
    """Return the promises that an implementation makes; empty if it makes none."""
    return _PROMISES.of(implementation)
