"""What the parent asks of a worker, and what it gets back: plain records, sent as JSON over a private pipe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import msgspec

from bench.database.access import DatabaseAccess
from bench.datasets.scan import ScanKey
from bench.probes.reading import Reading
from bench.results.records import DeclaredLaws

ProbeName = Literal["memory", "memory-untraced", "rss", "statements", "database", "time", "rows"]
"""``rows`` measures nothing: the call alone, for what it leaves in the tables."""


class MigrateRequest(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Create the tables in an empty database."""

    access: DatabaseAccess


class DescribeRequest(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Import implementations, and say whether that works and what they declare; no database is touched."""

    implementations: tuple[str, ...]
    python_path: tuple[str, ...] = ()
    """Folders that the worker searches for modules before all others."""


class SampleRequest(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Take one sample: warm up, then run the implementation once on ``scan`` under one probe."""

    probe: ProbeName
    implementation: str
    access: DatabaseAccess
    catalogue_path: str
    scan: ScanKey
    warm_up: ScanKey
    label: str
    """The case in words, for pytest-benchmark's own file."""
    python_path: tuple[str, ...] = ()
    """As in DescribeRequest."""


Request = MigrateRequest | DescribeRequest | SampleRequest


@dataclass(frozen=True, kw_only=True)
class Answer:
    """``reading`` for a sample that was taken; ``error`` for anything that raised, as one line."""

    reading: Reading | None = None
    error: str | None = None
    laws: tuple[DeclaredLaws, ...] = ()
    """For a DescribeRequest: what the implementations declare."""
    input_error: bool = False
    """Whether the error is the user's input, found before any call."""
