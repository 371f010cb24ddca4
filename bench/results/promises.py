"""The records of ``bench promises``: all that was tried on each implementation, and what was seen, trial by trial.

Which promises that keeps or breaks is derived on reading, by ``bench.analysis.promises``.

Schema history:
1: the first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bench.declare.promise import Promise
from bench.results.input_file import FileKind
from bench.results.json_file import Faults, JsonFile, write_json
from bench.results.strict_json import shown

SCHEMA = 1
FILE = "promises.json"
"""In the reports folder."""


class Holding(StrEnum):
    """A Holding is what one of the two tables holds of the scan, against an earlier run's rows and this run's."""

    OLD = "old"
    NONE = "none"
    PARTIAL = "partial"
    """Some of one run's rows, and no other."""
    MIXED = "mixed"
    """Rows of both runs, or rows that neither wrote."""
    NEW = "new"


@dataclass(frozen=True, kw_only=True)
class DeclaredPromises:
    """What an implementation declares."""

    implementation: str
    promises: tuple[Promise, ...]
    source: str = ""
    """The fingerprint of its source; '' where the source is not to be had."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A Reading is what readers saw of both tables in one snapshot, and how often and how long they saw that.

    Counts alone would mislead: a snapshot of empty tables takes a hundredth of the time of one of full ones.
    """

    rows: Holding
    summaries: Holding
    count: int
    """In how many snapshots."""
    seconds: float
    """How long these took, all readers together."""


@dataclass(frozen=True, kw_only=True)
class FaultPoint:
    """A FaultPoint is one run over an earlier run's rows that something struck, and the re-run after it."""

    kind: str
    """What struck, in words: the key of counts."""
    place: str
    """Where in the run, in words."""
    struck: bool
    """False where the run ended before it came to that; nothing was tried then."""
    ended: str
    """How the run ended: '' well, or the error in one line."""
    rows: Holding
    summaries: Holding
    left_over: str
    """What sessions, locks or prepared transactions the run left behind, in words; '' for none."""
    rerun: str
    """'' where a run in a fresh worker then left exactly the right rows and summaries, or what was wrong, in words."""
    bystanders_unchanged: bool
    """Whether every other tenant's and scan's rows stayed as they were, after the fault and after the re-run."""


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A Refusal is one call for a scan that is not the tenant's."""

    case: str
    ended: str
    """How it ended: '' well, or the error in one line."""
    unchanged: bool
    """Whether both tables stayed as they were, whosever the rows."""


@dataclass(frozen=True, kw_only=True)
class Race:
    """A Race is two runs at once, each in a worker of its own."""

    scans: str
    """``one``, ``two of a tenant`` or ``two of two tenants``."""
    delay: float
    """By how many seconds the second run began later."""
    ended: tuple[str, str]
    """How each ended: '' well, or the error in one line."""
    wrong: str
    """'' where both scans had exactly the right rows and summaries in the end, or what was wrong, in words."""
    bystanders_unchanged: bool


@dataclass(frozen=True, kw_only=True)
class PromiseTrial:
    """A PromiseTrial is all that was tried on one implementation, and on which code, scan and server."""

    implementation: str
    source: str
    """The fingerprint of its source, as in DeclaredPromises."""
    declared: tuple[Promise, ...]
    created: str
    """ISO 8601, UTC."""
    scan: str
    rows: int
    """Rows of the scan."""
    seconds: float = 0.0
    """How long an undisturbed run over old rows took, without a tracer; 0 where none came to its end."""
    server_version: str
    server_source: str
    """``embedded`` or ``own`` (the user's)."""
    readings: tuple[Reading, ...] = ()
    """Of the readers that watched undisturbed runs."""
    observed_unchanged: bool = True
    """Whether every other tenant's and scan's rows stayed as they were under the undisturbed runs."""
    points: tuple[FaultPoint, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    races: tuple[Race, ...] = ()
    failure: str = ""
    """Why the implementation could not be tried further, in a line; '' where everything was."""


@dataclass(frozen=True, kw_only=True)
class PromiseTrials:
    """The content of one file: the last trial of each implementation, in the order in which they came in."""

    schema: int
    trials: tuple[PromiseTrial, ...]


def _faults(content: PromiseTrials) -> Faults:
    for index, trial in enumerate(content.trials):
        if any(trial.implementation == other.implementation for other in content.trials[:index]):
            yield f"trials[{index}].implementation", f"{shown(trial.implementation)} has a trial already; keep one"
        for place, number in (
            ("rows", trial.rows),
            ("seconds", trial.seconds),
            *((f"readings[{n}].count", one.count) for n, one in enumerate(trial.readings)),
            *((f"readings[{n}].seconds", one.seconds) for n, one in enumerate(trial.readings)),
        ):
            if number < 0:
                yield f"trials[{index}].{place}", f"is {number!r}; it cannot be negative"


_FILE = JsonFile(
    kind=FileKind(
        name="promises file",
        most_bytes=16 * 1024**2,
        source="`bench promises` writes one",
        remedy="delete it, then run `bench promises`",
    ),
    record=PromiseTrials,
    schema=SCHEMA,
    landmark="trials",
    faults=_faults,
    remedy_for_schema="delete it, then run `bench promises`",
)


def merge_promises(path: Path, trials: Iterable[PromiseTrial]) -> None:
    """Put ``trials`` into the file at ``path``, each in the place of the same implementation's earlier one.

    Raises InputError where the file cannot be read or written.
    """
    merged = {trial.implementation: trial for trial in (*read_promises(path), *trials)}
    content = PromiseTrials(schema=SCHEMA, trials=tuple(merged.values()))
    write_json(path, content)


def read_promises(path: Path) -> tuple[PromiseTrial, ...]:
    """Read what ``bench promises`` left; nothing where there is no such file.

    Raises InputError for a damaged one, and for one of another schema version.
    """
    found = _FILE.read_if_any(path)
    return found.trials if found else ()
