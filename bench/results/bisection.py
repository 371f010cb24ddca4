"""The file of ``bench bisect``: every commit that was tried, what was found, and which may be the first bad one.

Schema history:
1: the first; ``nodes`` of a trial and ``machines`` may be left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from bench.files.input_file import FileKind
from bench.files.json_file import JsonFile, write_json
from bench.results.environment import Environment
from bench.results.metrics import METRICS
from bench.results.records import Dataset

SCHEMA = 1
Found = Literal["good", "bad", "skipped"]

_HASH = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Commit:
    """A Commit is a commit by its full hash, with what a reader recognises it by."""

    hash: str
    author_date: str
    """ISO 8601, with the author's offset."""
    subject: str
    """As its author wrote it: whoever shows it makes it safe."""

    @property
    def short(self) -> str:
        """Enough of the hash to name it."""
        return self.hash[:12]


@dataclass(frozen=True, kw_only=True)
class CommitTrial:
    """A CommitTrial is one commit that was tried: its figures in the metric that is shown, and what they say."""

    commit: Commit
    found: Found
    sentence: str
    """Why: the figure and what it was compared with, the verdict on it, or why it could not be run."""
    samples: tuple[float, ...] = ()
    """Of this commit, in the metric's unit; empty where it has no figure."""
    base_samples: tuple[float, ...] = ()
    """Of the good commit, each taken together with the sample of its place; empty for a metric that is not noisy."""
    ratio: float | None = None
    """This commit ÷ the good one; None for a metric that is not noisy, and for too few samples."""
    low: float | None = None
    high: float | None = None
    """Its 95 % interval."""
    same_as: str = ""
    """The commit with the same code that was measured in its place; '' where it was measured itself."""
    nodes: tuple[str, ...] = ()
    """By name the nodes that measured it; none where this machine did."""


@dataclass(frozen=True, kw_only=True)
class Bisection:
    """A Bisection is a search for the first bad commit, whether or not it came to its end."""

    schema: int
    created: str
    """ISO 8601, UTC."""
    command: str
    environment: Environment | None
    """None where nothing was measured."""
    implementation: str
    scan: str
    dataset: Dataset | None
    metric: str
    """The metric that decides, or that is shown where a policy decides; '' for a policy without a figure to show."""
    policy: str
    """The file of the policy that decides; '' where a metric does."""
    tolerance: float | None
    """The share beyond good from which a figure is bad; None: from half of the difference between good and bad."""
    threshold: float | None
    """What divides good from bad: a value, for a noisy metric a ratio to the good commit; None if unknown."""
    first_parent: bool
    commits: int
    """How many commits there are after the good one, up to the bad one."""
    changing: int
    """How many of these change the measured code."""
    trials: tuple[CommitTrial, ...]
    """In the order of history: parents before children, the good one first."""
    candidates: tuple[Commit, ...]
    """The commits one of which is the first bad one, parents first: a single one where it was found."""
    warnings: tuple[str, ...] = ()
    machines: Mapping[str, Environment] = field(default_factory=dict)
    """By name the nodes that measured a commit; none where this machine did."""
    unfinished: str = ""
    """Why the search stopped before its end, such as "interrupted"; '' where it did not."""

    @property
    def first_bad(self) -> Commit | None:
        """The first bad commit, where it was found."""
        return self.candidates[0] if len(self.candidates) == 1 and not self.unfinished else None

    @property
    def good(self) -> CommitTrial | None:
        """The trial of the good end, where there was one."""
        return self.trials[0] if self.trials else None


def _faults(bisection: Bisection) -> Iterator[tuple[str, str]]:
    if bisection.metric and bisection.metric not in METRICS:
        yield "metric", "is not known to this version"
    for index, one in enumerate(bisection.trials):
        if not _HASH.fullmatch(one.commit.hash):
            yield f"trials[{index}].commit.hash", "is no full hash of a commit"
        if one.base_samples and len(one.base_samples) != len(one.samples):
            yield f"trials[{index}].base_samples", "are not as many as the samples that they were taken with"
    for index, candidate in enumerate(bisection.candidates):
        if not _HASH.fullmatch(candidate.hash):
            yield f"candidates[{index}].hash", "is no full hash of a commit"


_FILE = JsonFile(
    kind=FileKind(
        name="bisection file",
        most_bytes=16 * 1024**2,
        source="`bench bisect --output FOLDER` writes one",
        remedy="make it again with `bench bisect`",
    ),
    record=Bisection,
    schema=SCHEMA,
    landmark="first_parent",
    faults=_faults,
)


def write_bisection(path: Path, bisection: Bisection) -> None:
    """Write ``bisection`` to ``path`` as indented JSON. Raises InputError where the file cannot be written."""
    write_json(path, bisection)


def read_bisection(path: Path) -> Bisection:
    """Read what ``bench bisect`` wrote. Raises InputError with the place of the fault."""
    return _FILE.read(path)
