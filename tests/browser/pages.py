"""The pages that are opened: of every run, and what they have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.support.report_runs import RUNS, large, six

Opener = Callable[..., Any]
"""Opens the page of a run, six implementations unless another is given; options are those of a browser's context."""

ALL_RUNS = {**RUNS, "large": large, "six": six}
FOLDS = "main section > details"
