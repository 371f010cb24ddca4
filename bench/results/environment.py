"""The environment of figures: the machine with its software, and how small a change it can detect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Environment:
    """Where the figures were taken."""

    python: str
    platform: str
    cpu: str
    cores: int
    memory_bytes: int
    kernel: str
    packages: Mapping[str, str]
    server_version: str
    server_source: str
    """``embedded`` or ``own`` (the user's)."""
    server_settings: Mapping[str, str]
    load_average: tuple[float, ...]
    revision: str
    """The commit of this suite's own checkout, with ``+changes`` where it is dirty; empty outside a checkout."""
    counters: str = ""
    """Why the processor's counters cannot be read; '' where they can, and in files before schema 4."""


@dataclass(frozen=True, kw_only=True)
class NoiseFloor:
    """How small a change this machine can detect, found by measuring one implementation against itself.

    ``deviations`` holds, by metric, the standard deviation of a pair's log ratio; the smallest detectable change for
    any number of pairs follows from it.
    """

    created: str
    environment_fingerprint: str
    scan: str
    implementation: str
    pairs: int
    deviations: Mapping[str, float]
    warnings: tuple[str, ...] = ()
