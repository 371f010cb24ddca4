"""How the gate words a figure against its limit, so that two figures that differ never read alike."""

from __future__ import annotations

from bench.report.figures import scale
from bench.results.metrics import Metric


def named(metric: Metric, implementation: str, scan: str) -> str:
    """Name a figure: ``Peak heap of streaming on 10k/20``."""
    return f"{metric.title} of {implementation} on {scan}"


def figures(unit: str, *values: float) -> tuple[str, ...]:
    """Return ``values`` with their unit at one scale; in full where two that differ would read alike."""
    shown = scale(unit, values)
    texts = tuple(shown.quantity(value) for value in values)
    if len(set(texts)) == len(set(values)):
        return texts
    return tuple(f"{value:,.12g} {unit}" for value in values)


def share(value: float) -> str:
    """Return a share in percent: ``2 %``."""
    return f"{100 * value:.3g} %"
