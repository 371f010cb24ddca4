"""The records of ``bench prove promises``: what was tried on each implementation and what was observed.

``bench.analysis.promises`` derives from them which promises are kept.

Schema history:
1: the first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bench.declare.promise import Promise
from bench.files.input_file import FileKind
from bench.files.json_file import Faults, JsonFile, write_json
from bench.files.strict_json import shown

SCHEMA = 2
"""1 knew two tables only, ``rows`` and ``summaries``."""
SAME_DATA = "one"
"""What ``Race.scans`` says of two runs on the same data."""
FILE = "promises.json"
"""In the reports folder."""


class Holding(StrEnum):
    """A Holding says whose rows of one call a table holds: an earlier run's, this run's, or some of them."""

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
    """The fingerprint of its source; '' where the source is not available."""


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A Snapshot is one state of the target tables that readers saw, with how often and for how long they saw it.

    Counts alone would mislead: a snapshot of empty tables takes a hundredth of the time of one of full ones.
    """

    tables: tuple[Holding, ...]
    """Of each target, in the order of ``PromiseTrial.tables``."""
    count: int
    """In how many snapshots."""
    seconds: float
    """How long these took, summed over all readers."""


@dataclass(frozen=True, kw_only=True)
class FaultPoint:
    """A FaultPoint is one run over an earlier run's rows into which a fault was injected, and the re-run after it."""

    kind: str
    """The kind of fault, in words; faults are counted by it."""
    place: str
    """Where in the run, in words."""
    struck: bool
    """Whether the fault was injected; if the run ended before, nothing was tested."""
    ended: str
    """How the run ended: '' for success, or the error in one line."""
    tables: tuple[Holding, ...]
    """What the run left in each target, as in Snapshot."""
    left_over: str
    """What sessions, locks or prepared transactions the run left behind, in words; '' for none."""
    rerun: str
    """What was wrong after a re-run in a fresh worker, in words; '' if its rows were exactly right."""
    bystanders_unchanged: bool
    """Whether the rows of others were unchanged after the fault and after the re-run."""


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A Refusal is one call that had to be refused."""

    case: str
    ended: str
    """How it ended: '' for success, or the error in one line."""
    unchanged: bool
    """Whether all tables were unchanged, the rows of others included."""


@dataclass(frozen=True, kw_only=True)
class Race:
    """A Race is two concurrent runs in two workers."""

    scans: str
    """SAME_DATA, or what the job calls the data of the second run."""
    delay: float
    """Seconds between the start of the first run and that of the second."""
    ended: tuple[str, str]
    """How each ended: '' for success, or the error in one line."""
    wrong: str
    """What was wrong in the end, in words; '' if both had exactly the right rows."""
    bystanders_unchanged: bool


@dataclass(frozen=True, kw_only=True)
class PromiseTrial:
    """A PromiseTrial is everything that was tried on one implementation, with its code, data and server."""

    implementation: str
    source: str
    """The fingerprint of its source, as in DeclaredPromises."""
    declared: tuple[Promise, ...]
    created: str
    """ISO 8601, UTC."""
    scan: str
    rows: int
    """Rows of the call in the first target."""
    tables: tuple[str, ...] = ()
    """The titles of the targets."""
    refusal: str = ""
    """The class of the error that a refused call raises; '' where none is refused."""
    seconds: float = 0.0
    """How long an undisturbed run over old rows took, without a tracer; 0 if none completed."""
    server_version: str
    server_source: str
    """``embedded`` or ``own`` (the user's)."""
    readings: tuple[Snapshot, ...] = ()
    """What readers saw during undisturbed runs."""
    observed_unchanged: bool = True
    """Whether the rows of others were unchanged by the undisturbed runs."""
    points: tuple[FaultPoint, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    races: tuple[Race, ...] = ()
    failure: str = ""
    """Why the trial stopped early, in one line; '' if it did not."""


@dataclass(frozen=True, kw_only=True)
class PromiseTrials:
    """The content of one file: the last trial of each implementation, in the order of their first trials."""

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
        source="`bench prove promises` writes one",
        remedy="delete it, then run `bench prove promises`",
    ),
    record=PromiseTrials,
    schema=SCHEMA,
    landmark="trials",
    faults=_faults,
    remedy_for_schema="delete it, then run `bench prove promises`",
)


def merge_promises(path: Path, trials: Iterable[PromiseTrial]) -> None:
    """Write ``trials`` into the file ``path``, replacing earlier trials of the same implementations.

    Raises InputError if the file cannot be read or written.
    """
    merged = {trial.implementation: trial for trial in (*read_promises(path), *trials)}
    content = PromiseTrials(schema=SCHEMA, trials=tuple(merged.values()))
    write_json(path, content)


def read_promises(path: Path) -> tuple[PromiseTrial, ...]:
    """Read what ``bench prove promises`` wrote; empty if there is no such file.

    Raises InputError for a damaged one, and for one of another schema version.
    """
    found = _FILE.read_if_any(path)
    return found.trials if found else ()
