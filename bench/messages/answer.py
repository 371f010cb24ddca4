"""What a worker answers: one type for each kind of request, or Failed."""

from __future__ import annotations

import msgspec

from bench.compliance.contract import Outcome
from bench.declare.divergence import DeclaredDivergences
from bench.declare.storage import DeclaredStorage
from bench.messages.reading import Reading
from bench.results.promises import DeclaredPromises
from bench.results.records import DeclaredLaws


class Done(msgspec.Struct, frozen=True, tag=True):
    """To a MigrateRequest and a ServeRequest: it is done."""


class DescribeAnswer(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What the implementations declare, in the order of the request; each tuple has one entry per implementation."""

    laws: tuple[DeclaredLaws, ...]
    promises: tuple[DeclaredPromises, ...]
    divergences: tuple[DeclaredDivergences, ...]
    storages: tuple[DeclaredStorage, ...]


class SampleAnswer(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The sample that was taken."""

    reading: Reading


class TrialAnswer(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """How a call went that came to its end, whether or not a fault was injected on the way."""

    outcome: Outcome
    seconds: float
    statements: int
    """Round trips that began a statement."""
    pieces: int
    """Round trips while a COPY was under way."""
    fault_reached: bool
    """Whether the call came as far as the request's fault."""


class CallAnswer(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What the implementation returned."""

    outcome: Outcome


class Failed(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The request was not fulfilled."""

    error: str
    """One line."""
    input_error: bool = False
    """Whether the user's input is at fault; no call was made then."""
