"""What the parent asks of a worker; each kind of request has its own answer type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from bench.database.access import DatabaseAccess
from bench.jobs.environment import WorkerEnvironment
from bench.messages.answer import CallAnswer, DescribeAnswer, MigrateAnswer, SampleAnswer, TrialAnswer
from bench.messages.fault import Fault

ProbeName = Literal[
    "memory", "memory-untraced", "rss", "statements", "database", "work", "profile", "time", "rows", "plans"
]
"""``rows`` measures nothing: the call alone, for what it leaves in the tables."""

WATCHED_PROBES: tuple[ProbeName, ...] = ("statements", "plans")
"""The probes during which each statement passes through the suite."""

AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True, kw_only=True)
class Request(Generic[AnswerT]):
    """A Request asks for an answer of type ``AnswerT``."""

    environment: WorkerEnvironment
    access: DatabaseAccess | None
    """The database that the environment's variables name; None where no database is used."""


@dataclass(frozen=True, kw_only=True)
class MigrateRequest(Request[MigrateAnswer]):
    """Create the tables in an empty database."""

    access: DatabaseAccess


@dataclass(frozen=True, kw_only=True)
class DescribeRequest(Request[DescribeAnswer]):
    """Import implementations and return what they declare; no database is touched."""

    functions: Mapping[str, str]
    """By name, ``package.module:function``."""
    access: DatabaseAccess | None = None


@dataclass(frozen=True, kw_only=True)
class CallingRequest(Request[AnswerT]):
    """A CallingRequest is a request that calls a function once."""

    access: DatabaseAccess
    implementation: str
    """The name of the function in messages and results."""
    function: str
    """``package.module:function`` or ``FILE.py:function``."""
    arguments: Mapping[str, Any]
    """Keyword arguments of the call, as JSON."""
    context: Mapping[str, Any] = field(default_factory=dict)
    """Given to the environment's hook before anything is called."""


@dataclass(frozen=True, kw_only=True)
class SampleRequest(CallingRequest[SampleAnswer]):
    """Take one sample: warm up, then make the call under one probe."""

    probe: ProbeName
    warm_up: Mapping[str, Any] | None = None
    """The arguments of a call that is made before, unmeasured; None: none is made."""
    capture: str = ""
    """A file in which the probe ``memory`` keeps its capture; '' for none."""
    label: str = ""
    """The case in words, for pytest-benchmark's file; ``group`` is what its cases have in common."""
    group: str = ""


@dataclass(frozen=True, kw_only=True)
class TrialRequest(CallingRequest[TrialAnswer]):
    """Warm up, wait until the parent says so, then make the call, and inject ``fault`` if one is given."""

    warm_up: Mapping[str, Any] | None = None
    """As in SampleRequest."""
    fault: Fault | None = None


@dataclass(frozen=True, kw_only=True)
class CallRequest(CallingRequest[CallAnswer]):
    """Make the call, without warm-up or probe, and leave no session of Django's open."""
