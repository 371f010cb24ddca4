"""Coverage: the metrics whose figures do not cover all of a call's work, and why."""

from __future__ import annotations

from collections.abc import Iterable

from bench.messages.worker_line import Called

_SEEN_IN_ONE_PROCESS = {
    "peak_heap_bytes": "their heap",
    "peak_heap_untraced_bytes": "their heap",
    "peak_rss_bytes": "their memory",
    "function_calls": "what they call",
    "statements_django": "what Django sends from them",
}
"""Metrics that cover the worker's own process alone, and what of its children is missing from them."""


def incomplete(metrics: Iterable[str], called: Called) -> dict[str, str]:
    """Return, by metric, why its figure does not cover all of the work; nothing for one that does."""
    found = {}
    coverage = called.coverage
    for metric in metrics:
        reasons = [*coverage.unfinished, *filter(None, [called.incomplete.get(metric)])]
        if coverage.used_children and metric in _SEEN_IN_ONE_PROCESS:
            reasons.append(f"the call used child processes, and {_SEEN_IN_ONE_PROCESS[metric]} is not counted")
        if coverage.cpu_unknown and metric == "cpu_seconds":
            reasons.append("the call used child processes, and the CPU time of some is unknown")
        if reasons:
            found[metric] = "; ".join(reasons)
    return found
