"""What the parent asks of a worker; each kind of request has its own answer type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, Literal, TypeVar, cast

import msgspec

from bench.database.access import DatabaseAccess
from bench.datasets.scan import ScanKey
from bench.messages.answer import CallAnswer, DescribeAnswer, Done, Failed, SampleAnswer, TrialAnswer
from bench.messages.fault import Fault

ProbeName = Literal["memory", "memory-untraced", "rss", "statements", "database", "time", "rows"]
"""``rows`` measures nothing: the call alone, for what it leaves in the tables."""

READY = b"\n"
"""What a worker writes before its answer when it is ready for the call of a gated request; to JSON it is blank."""

PIPE_CLOSED = 76
"""The exit code of a worker that could not answer because the implementation had closed its pipe."""

AnswerT = TypeVar("AnswerT", bound=msgspec.Struct)


class Request(msgspec.Struct, Generic[AnswerT], frozen=True):
    """A Request asks for an answer of type ``AnswerT``."""


class MigrateRequest(Request[Done], frozen=True, kw_only=True, tag=True):
    """Create the tables in an empty database."""

    access: DatabaseAccess


class DescribeRequest(Request[DescribeAnswer], frozen=True, kw_only=True, tag=True):
    """Import implementations and return what they declare; no database is touched."""

    implementations: tuple[str, ...]
    python_path: tuple[str, ...] = ()
    """Folders that the worker searches for modules before all others."""


class SampleRequest(Request[SampleAnswer], frozen=True, kw_only=True, tag=True):
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


class TrialRequest(Request[TrialAnswer], frozen=True, kw_only=True, tag=True):
    """Warm up, then run the implementation once on ``scan``, and inject ``fault`` if one is given."""

    implementation: str
    access: DatabaseAccess
    catalogue_path: str
    scan: ScanKey
    warm_up: ScanKey
    fault: Fault | None = None
    gated: bool = False
    """Whether the worker sends READY and waits for a line on its standard input before the call."""
    python_path: tuple[str, ...] = ()
    """As in DescribeRequest."""


class ServeRequest(Request[Done], frozen=True, kw_only=True, tag=True):
    """Answer requests that arrive on a socket, one per line, until the parent closes it: one worker for many calls."""

    socket: str
    """The path of a Unix socket on which the parent listens."""
    python_path: tuple[str, ...] = ()
    """As in DescribeRequest."""


class CallRequest(Request[CallAnswer], frozen=True, kw_only=True, tag=True):
    """Run the implementation once on ``scan``, without warm-up or probe, and leave no session open."""

    implementation: str
    access: DatabaseAccess
    catalogue_path: str
    scan: ScanKey
    python_path: tuple[str, ...] = ()
    """As in DescribeRequest."""


AnyRequest = MigrateRequest | DescribeRequest | SampleRequest | TrialRequest | ServeRequest | CallRequest

_ANSWERS: Mapping[type, type[msgspec.Struct]] = {
    MigrateRequest: Done,
    DescribeRequest: DescribeAnswer,
    SampleRequest: SampleAnswer,
    TrialRequest: TrialAnswer,
    ServeRequest: Done,
    CallRequest: CallAnswer,
}


def decode_answer(request: Request[AnswerT], received: bytes) -> AnswerT | Failed:
    """Decode what a worker sent back for ``request``. Raises msgspec.DecodeError."""
    answer = msgspec.json.decode(received, type=_ANSWERS[type(request)] | Failed)
    return cast("AnswerT | Failed", answer)
