"""How far the server's work repeats: samples of the same code, by metric and by statement.

``python -m experiments.server_work_noise [SAMPLES [SCAN [16|18 [IMPLEMENTATION]]]]`` takes that many samples of one
implementation, by default 12 of streaming at 100/3 on PostgreSQL 16, and prints for each metric of the database's side,
and for each figure of a kind of statement, the smallest and the largest value and their difference as a share.
"""

from __future__ import annotations

import sys
from collections import defaultdict

from bench.analysis.server_work import TOLERANCES
from bench.compliance.job import JOB
from bench.harness.stage import open_stage
from bench.jobs.job import DataSource
from bench.jobs.registry import implementation_of
from bench.jobs.size import parse_size
from bench.report.tables.statements import shorten_statement

_NAME_WIDTH = 60


def main(samples: int, scan: str, major: int, name: str) -> None:
    """Take the samples and print what they show."""
    metrics: defaultdict[str, list[float]] = defaultdict(list)
    figures: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    implementation = implementation_of(JOB, name)
    source = DataSource(size=parse_size(JOB, scan), seed=0)
    with open_stage(None, major, None) as stage, stage.data(JOB, source, (implementation,)) as data:
        for _ in range(samples):
            reading, _ = data.sample("database", implementation, None)
            for metric, value in reading.values.items():
                metrics[metric].append(value)
            reading, _ = data.sample("statements", implementation, None)
            for work in reading.server_work:
                for figure in TOLERANCES:
                    if (value := getattr(work, figure)) is not None:
                        figures[work.statement, figure].append(value)
    sys.stdout.write(f"{name} at {scan}, PostgreSQL {major}, {samples} samples\n")
    for metric, values in sorted(metrics.items()):
        sys.stdout.write(f"{metric:{_NAME_WIDTH}} {_spread(values)}\n")
    for (statement, figure), values in figures.items():
        if min(values) != max(values):
            shown = f"{figure}: {shorten_statement(statement)}"
            sys.stdout.write(f"{shown[:_NAME_WIDTH]:{_NAME_WIDTH}} {_spread(values)}\n")


def _spread(values: list[float]) -> str:
    low, high = min(values), max(values)
    share = (high - low) / high if high else 0.0
    return f"{low:14,.2f} to {high:14,.2f}  {share:8.3%}"


if __name__ == "__main__":
    given = sys.argv[1:]
    count, scan, major, name = (*given, *("12", "100/3", "16", "streaming")[len(given) :])
    main(int(count), scan, int(major), name)
