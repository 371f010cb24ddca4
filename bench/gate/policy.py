"""The policy: what a project promises about its implementations, one rule a line, each with its place for messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bench.analysis.run_verdict import timed
from bench.results.metrics import METRICS, Kind, Metric

RuleKind = Literal["ceiling", "growth", "law", "ratio", "baseline"]

BASE, HEAD = "base", "head"
"""Revisions that a policy names without knowing them: what a change is compared with, and the checked-out commit."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A Rule is one line of the policy.

    A ``ceiling`` limits a metric of an implementation on a scan, a ``growth`` what a metric of an implementation adds
    per row over the run's scans, a ``ratio`` a metric of an implementation divided by that of ``base`` on a scan, a
    ``baseline`` the deviation of a metric from the baseline as a share of it, on every case. A ``law`` makes every law
    that is declared for the metric count.
    """

    kind: RuleKind
    metric: str
    scan: str | None = None
    implementation: str | None = None
    base: str | None = None
    limit: float | None = None
    """In the metric's unit, that unit per row, or as a share; None for a law."""
    place: str = ""
    """Where the policy says so: ``pyproject.toml: tool.bench.gate.ceilings.…``."""

    @property
    def described(self) -> Metric:
        """The declared metric of the rule."""
        return METRICS[self.metric]

    @property
    def subject(self) -> str:
        """The implementation that the rule is about; every ceiling, growth and ratio has one."""
        assert self.implementation is not None
        return self.implementation

    @property
    def case(self) -> tuple[str, str]:
        """Scan and implementation of a ceiling or ratio."""
        assert self.scan is not None
        return self.scan, self.subject

    @property
    def bound(self) -> float:
        """The limit, which only a law lacks."""
        assert self.limit is not None
        return self.limit


@dataclass(frozen=True, kw_only=True)
class Policy:
    """A Policy is the rules of a gate, and what the gate measures where it is given no results.

    Every scan with every implementation has to be in the results.
    """

    scans: tuple[str, ...]
    implementations: tuple[str, ...]
    options: Mapping[str, str] = field(default_factory=dict)
    """What the data are made with besides their size, by the names of the job's options."""
    facts: Mapping[str, str | int] = field(default_factory=dict)
    """What must be said of the data of every run, such as an option given here or what is usual for the job."""
    samples: int | None = 0
    """Time samples of each case; None: as many as the rules of times need."""
    rules: tuple[Rule, ...] = ()
    baseline: bool = True
    """Whether a run must be compared with a baseline to pass."""
    place: str = "the policy"
    """Where the whole of it stands."""

    def of_kind(self, kind: RuleKind) -> tuple[Rule, ...]:
        """Return the rules of one kind, in their order."""
        return tuple(rule for rule in self.rules if rule.kind == kind)

    @property
    def judges_time(self) -> bool:
        """Whether any rule is about a time that is sampled in rounds."""
        return any(timed(rule.described) for rule in self.rules)

    @property
    def needs_baseline(self) -> bool:
        """Whether a tolerance is named, and a missing baseline is a fault."""
        return bool(self.of_kind("baseline"))

    def tolerance(self, metric: Metric) -> float | None:
        """Return the share by which ``metric`` may differ from the baseline; None if it is not compared.

        0 for an exact metric. A noisy metric is compared only where the policy names it, because it takes many samples.
        """
        if metric.kind is Kind.EXACT:
            return 0.0
        named = next((rule.limit for rule in self.of_kind("baseline") if rule.metric == metric.name), None)
        if named is None and metric.kind is Kind.NEAR_EXACT:
            return metric.tolerance
        return named
