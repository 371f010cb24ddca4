"""What the parent asks of a worker, and what it gets back: plain records, sent as JSON over a private pipe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import msgspec

from bench.database.access import DatabaseAccess
from bench.datasets.scan import ScanKey
from bench.declare.storage import DeclaredStorage
from bench.messages.fault import Fault
from bench.messages.reading import Reading
from bench.results.conformance import DeclaredDivergences
from bench.results.promises import DeclaredPromises
from bench.results.records import DeclaredLaws

ProbeName = Literal["memory", "memory-untraced", "rss", "statements", "database", "time", "rows"]
"""``rows`` measures nothing: the call alone, for what it leaves in the tables."""

READY = b"\n"
"""What a worker writes before its answer when it is ready for a call that waits for a sign; to JSON it is blank."""


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
    copy_folder: str | None = None
    """The folder of the copy files, for a sample of the copy baseline."""
    python_path: tuple[str, ...] = ()
    """As in DescribeRequest."""


class TrialRequest(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Warm up, then run the implementation once on ``scan``, with ``fault`` on its way where there is one."""

    implementation: str
    access: DatabaseAccess
    catalogue_path: str
    scan: ScanKey
    warm_up: ScanKey
    fault: Fault | None = None
    gated: bool = False
    """Whether the worker says that it is READY, and waits for a line on its standard input before the call."""
    python_path: tuple[str, ...] = ()
    """As in DescribeRequest."""


class ServeRequest(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Answer requests that come over a socket, one a line, until the parent closes it: one worker for many calls."""

    socket: str
    """The path of a Unix socket on which the parent listens."""
    python_path: tuple[str, ...] = ()
    """As in DescribeRequest."""


class CallRequest(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Run the implementation once on ``scan``, without warm-up or probe, and leave no session open."""

    implementation: str
    access: DatabaseAccess
    catalogue_path: str
    scan: ScanKey
    python_path: tuple[str, ...] = ()
    """As in DescribeRequest."""


Request = MigrateRequest | DescribeRequest | SampleRequest | TrialRequest | ServeRequest | CallRequest


@dataclass(frozen=True, kw_only=True)
class Answer:
    """``reading`` for a sample that was taken; ``error`` for anything that raised, as one line."""

    reading: Reading | None = None
    error: str | None = None
    laws: tuple[DeclaredLaws, ...] = ()
    """For a DescribeRequest: what the implementations declare."""
    promises: tuple[DeclaredPromises, ...] = ()
    """Likewise."""
    divergences: tuple[DeclaredDivergences, ...] = ()
    """Likewise."""
    storages: tuple[DeclaredStorage, ...] = ()
    """Likewise."""
    input_error: bool = False
    """Whether the error is the user's input, found before any call."""
