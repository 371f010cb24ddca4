"""What a request is answered with: one type for each kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.declare.divergence import DeclaredDivergences
from bench.declare.storage import DeclaredStorage
from bench.messages.reading import Reading
from bench.results.promises import DeclaredPromises
from bench.results.records import DeclaredLaws


@dataclass(frozen=True, kw_only=True)
class MigrateAnswer:
    """The tables are there."""

    skipped: tuple[str, ...]
    """The statements that were left out, because a pattern of the environment is found in them."""


@dataclass(frozen=True, kw_only=True)
class DescribeAnswer:
    """What the implementations declare, in the order of the request; each tuple has one entry per implementation."""

    laws: tuple[DeclaredLaws, ...]
    promises: tuple[DeclaredPromises, ...]
    divergences: tuple[DeclaredDivergences, ...]
    storages: tuple[DeclaredStorage, ...]


@dataclass(frozen=True, kw_only=True)
class SampleAnswer:
    """The sample that was taken."""

    reading: Reading
    versions: Mapping[str, str] = field(default_factory=dict)
    """Of the worker's Python and of what figures depend on in its environment."""


@dataclass(frozen=True, kw_only=True)
class TrialAnswer:
    """How a call went that came to its end, whether or not a fault was injected on the way."""

    outcome: Any
    """What the function returned, as JSON."""
    seconds: float
    statements: int
    """Round trips that began a statement."""
    pieces: int
    """Round trips while a COPY was under way."""
    fault_reached: bool
    """Whether the call came as far as the request's fault."""


@dataclass(frozen=True, kw_only=True)
class CallAnswer:
    """What the function returned, as JSON."""

    outcome: Any
