"""The page of ``bench doctor --clocks``."""

from __future__ import annotations

from bench.analysis.clocks import TOLERANCE, ClockComparison
from bench.analysis.pairs import PairedRatio
from bench.report.figures import MISSING
from bench.report.terminal import WIDTH, wrap
from bench.words import plain


def render_clocks(found: ClockComparison, implementation: str, scan: str) -> str:
    """Return the page as text of at most WIDTH columns."""
    verdict = (
        f"they differ by more than {TOLERANCE:.0%}, which is a fault of this suite: please report it"
        if found.apart
        else "no difference found, as expected"
    )
    lines = (
        f"Clocks: {implementation} on {scan}, {found.processes.pairs} pairs: {verdict}",
        f"worker ÷ pytest-benchmark, in turns in fresh processes: {_figures(found.processes)}",
        f"worker ÷ pytest-benchmark, around the same calls: {_figures(found.same_calls)}",
    )
    return "\n".join(part for line in lines for part in wrap(plain(line), WIDTH))


def _figures(ratio: PairedRatio) -> str:
    if ratio.low is None or ratio.high is None:
        return f"{ratio.estimate:.4f} {MISSING}"
    return f"{ratio.estimate:.4f} ({ratio.low:.4f}–{ratio.high:.4f})"
