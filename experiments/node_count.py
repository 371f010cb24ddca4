"""How the time of a sweep falls with the number of nodes, and where it stops.

``python -m experiments.node_count [RESULTS]``: RESULTS is the results file of a run over nodes, whose durations are
then used. Without it, 24 scans are taken with six implementations and six pairs, each as long as
``bench.harness.plan.cost`` foresees at 15,000 rows a second, which is about what ``streaming`` writes at 10k/20. Every
node first measures the smallest scan; the rest is handed out as ``bench.nodes.schedule`` does it, longest first, or in
the order in which it was asked for. ``docs/nodes.md`` has the figures.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from itertools import product
from pathlib import Path

from bench.compliance.job import JOB
from bench.harness.plan import RunPlan
from bench.jobs.job import DataSource
from bench.jobs.registry import implementation_of
from bench.jobs.size import parse_size
from bench.nodes.schedule import longest_first, makespan
from bench.nodes.work import costs_of
from bench.results.store import read_results
from bench.words import duration

NODES = (1, 2, 3, 4, 6, 8, 12, 16, 24)
ROWS_A_SECOND = 15_000.0
GRID = ("1k,5k,10k,25k,50k,100k", "5,10,20,30")
PAIRS = 6


def measured_seconds(path: Path) -> list[float]:
    """Return how long each scan of a sweep over nodes took, in the order in which they were asked for."""
    results = read_results(path)
    known = {case.scan: case.seconds for node in results.nodes for case in node.cases}
    if not known:
        sys.exit(f"{path} is not of a run over nodes; measure it with bench sweep --broker")
    return [known[one.scan] for one in results.datasets]


def foreseen_seconds() -> tuple[list[float], float]:
    """Return how long the scans of the grid would take, and how long the smallest one without pairs."""
    sizes = ["/".join(numbers) for numbers in product(*(numbers.split(",") for numbers in GRID))]
    plan = RunPlan(
        job=JOB,
        implementations=tuple(implementation_of(JOB, name) for name in JOB.implementations),
        sources=tuple(DataSource(size=parse_size(JOB, size)) for size in sizes),
        command="",
        samples=PAIRS,
    )
    untimed = replace(plan, samples=0)
    seconds = [cost / ROWS_A_SECOND for cost in costs_of(plan)]
    return seconds, min(costs_of(untimed)) / ROWS_A_SECOND


def main() -> None:
    """Print the table as Markdown."""
    if len(sys.argv) > 1:
        rest = measured_seconds(Path(sys.argv[1]))
        reference = min(rest)
    else:
        rest, reference = foreseen_seconds()
    alone = reference + sum(rest)
    print(f"{len(rest)} scans, {duration(alone)} on one node; the longest takes {duration(max(rest))}\n")  # noqa: T201 - a table
    print("| nodes | longest first | as asked | times as fast | nodes idle |")  # noqa: T201 - a table
    print("|--:|--:|--:|--:|--:|")  # noqa: T201 - a table
    for nodes in NODES:
        ordered = [rest[place] for place in longest_first(rest)]
        taken, asked = (makespan(one, [reference] * nodes) for one in (ordered, rest))
        idle = max(0.0, 1 - (sum(rest) + nodes * reference) / (nodes * taken))
        print(f"| {nodes} | {duration(taken)} | {duration(asked)} | {alone / taken:.1f}× | {idle:.0%} |")  # noqa: T201 - a table


if __name__ == "__main__":
    main()
