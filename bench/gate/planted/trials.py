"""The trials of the gate: which planted regression is measured where, and which check must catch it.

Nothing of an implementation is imported here: workers do that, by the names below.
"""

from __future__ import annotations

from dataclasses import dataclass

from bench.analysis.pairs import FEWEST_PAIRS
from bench.gate.policy import Policy, Rule
from bench.messages.request import ProbeName

MATERIALIZING, STREAMING = "materializing", "streaming"
CONTROL = "bench.gate.planted.variant:unchanged"
"""The streaming implementation once more, in the way of the planted variants but without a fault."""


@dataclass(frozen=True, kw_only=True)
class Planted:
    """A Planted is one variant of the streaming implementation and the name of the check that must catch it."""

    name: str
    implementation: str
    """``package.module:function``"""
    caught_by: str


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A Trial is one scan on which the unchanged pair and some planted variants are measured, and judged by a policy.

    Only the probes that its checks need are taken. The streaming implementation is measured twice, by its own name for
    the baseline, and as the control.
    """

    policy: Policy
    """With one scan, and the implementations that are measured unchanged."""
    probes: tuple[ProbeName, ...]
    planted: tuple[Planted, ...]

    @property
    def scan(self) -> str:
        """The scan's label."""
        return self.policy.scans[0]


def _planted(name: str, function: str, caught_by: str) -> Planted:
    return Planted(name=name, implementation=f"{__package__}.{function}", caught_by=caught_by)


_PAIR = (MATERIALIZING, STREAMING)
_RATIO = Rule(
    # Unchanged it is 0.67, and near 1 where streaming holds every row as well.
    kind="ratio",
    metric="peak_heap_bytes",
    scan="1k/8",
    implementation=STREAMING,
    base=MATERIALIZING,
    limit=0.8,
)

STATEMENTS = Trial(
    policy=Policy(
        scans=("100/3",),
        implementations=_PAIR,
        rules=(Rule(kind="law", metric="statements_django"), Rule(kind="law", metric="statements_server")),
    ),
    probes=("statements",),
    planted=(
        _planted("a query for each region", "statements:queries_each_region", "law statements_django 100/3 streaming"),
        _planted("a second commit", "statements:commits_twice", "law statements_django 100/3 streaming"),
        _planted(
            "N+1 queries on COPY's connection",
            "statements:queries_beside_copy",
            "law statements_server 100/3 streaming",
        ),
        _planted("a dropped row", "rows:drops_a_row", "rows 100/3 streaming"),
        _planted("a count off by one", "rows:counts_one_too_many", "rows 100/3 streaming"),
        _planted("a write to another tenant", "rows:writes_across_tenants", "bystanders 100/3 streaming"),
    ),
)
HEAP = Trial(
    policy=Policy(scans=("1k/8",), implementations=_PAIR, rules=(_RATIO,)),
    probes=("memory",),
    planted=(
        _planted(
            "a list that keeps all rows",
            "heap:keeps_all_rows",
            "ratio peak_heap_bytes 1k/8 streaming/materializing",
        ),
        _planted("a leaked dict", "heap:leaks_a_dict", "baseline peak_heap_bytes 1k/8 streaming"),
    ),
)
SECONDS = Trial(
    # Two dozen samples are taken, and a delay of each row is as long a share of a small scan.
    policy=Policy(
        scans=("100/1",),
        implementations=(STREAMING,),
        samples=FEWEST_PAIRS,
        rules=(Rule(kind="baseline", metric="wall_seconds", limit=0.25),),
    ),
    probes=(),
    planted=(_planted("a sleep for each row", "seconds:sleeps_each_row", "baseline wall_seconds 100/1 streaming"),),
)
TRIALS = (STATEMENTS, HEAP, SECONDS)
