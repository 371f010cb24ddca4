"""The records of ``bench prove reads``: timed reads of table and view, the sizes of both designs, their writing costs.

Schema history:
1: the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bench.files.json_file import write_json
from bench.results.environment import Environment
from bench.results.records import Dataset

READS_SCHEMA = 1


@dataclass(frozen=True, kw_only=True)
class ReadSamples:
    """A ReadSamples is one typical read, timed in pairs on the table and on the view, the i-th of each together."""

    read: str
    """What is read, in words."""
    typical: bool
    """False for a variant that is timed for what it costs, and that a reader can avoid."""
    rows: tuple[int, ...]
    """Rows that each pair returned."""
    repeats: int
    """How often each pair read either side; its seconds are medians over them."""
    table_seconds: tuple[float, ...]
    view_seconds: tuple[float, ...]
    same_answers: bool
    """Whether table and view gave the same rows in every pair."""


@dataclass(frozen=True, kw_only=True)
class RelationSize:
    """A RelationSize is what one table of a design takes on disk."""

    design: str
    """``table`` or ``packed``."""
    relation: str
    table_bytes: int
    """With what is stored beside the rows (TOAST)."""
    index_bytes: int


@dataclass(frozen=True, kw_only=True)
class WriteSamples:
    """A WriteSamples is what it costs to write one design: seconds in pairs with the other's, and bytes of WAL."""

    design: str
    implementation: str
    seconds: tuple[float, ...]
    wal_bytes: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class ReadResults:
    """One whole run of ``bench prove reads``; of each tuple of two designs, the table's comes first."""

    schema: int
    created: str
    """ISO 8601, UTC."""
    command: str
    environment: Environment
    dataset: Dataset
    reads: tuple[ReadSamples, ...]
    sizes: tuple[RelationSize, ...]
    writes: tuple[WriteSamples, ...]


def write_read_results(path: Path, results: ReadResults) -> None:
    """Write ``results`` to ``path`` as indented JSON. Raises InputError where the file cannot be written."""
    write_json(path, results)
