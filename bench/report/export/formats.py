"""The formats in which figures leave the house, by the name on the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bench.report.export.bencher import render_bencher
from bench.report.export.csv_table import render_csv
from bench.report.export.figures import Figures
from bench.report.export.github_action import render_github_action_benchmark
from bench.report.export.open_metrics import render_open_metrics
from bench.report.export.pytest_benchmark import render_pytest_benchmark

FORMATS: Mapping[str, Callable[[Figures], str]] = {
    "bencher": lambda found: render_bencher(found.figures),
    "github-action-benchmark": lambda found: render_github_action_benchmark(found.figures),
    "openmetrics": lambda found: render_open_metrics(found.figures),
    "csv": lambda found: render_csv(found.figures),
    "pytest-benchmark": render_pytest_benchmark,
}
"""Each raises InputError for figures that its format cannot hold."""
