"""Merging: the results of data sets that several nodes measured, as those of one run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from bench.nodes.kept import KeptCase
from bench.results.nodes import MeasuringNode, NodeCase
from bench.results.records import Failure, Results

_BY_CASE = (
    "datasets",
    "measurements",
    "digests",
    "statements",
    "heap",
    "failures",
    "stops",
    "calls",
    "server_work",
    "call_trees",
)
"""Members that hold what one data set gave, and nothing of another's."""


def merged(cases: Sequence[KeptCase], failures: Iterable[Failure] = ()) -> Results | None:
    """Return ``cases``, in the order of the data sets that were asked for, as one run; None where there is none.

    ``failures`` are those of data sets that no node could measure.
    """
    if not cases:
        return None
    first = cases[0].results
    lists: dict[str, Any] = {
        name: tuple(chain.from_iterable(getattr(one.results, name) for one in cases)) for name in _BY_CASE
    }
    lists["failures"] = (*lists["failures"], *failures)
    code = {one.implementation: one for case in reversed(cases) for one in case.results.code}
    nodes = _nodes(cases)
    return replace(
        first,
        **lists,
        created=min(one.results.created for one in cases),
        warnings=tuple(dict.fromkeys(chain.from_iterable(one.results.warnings for one in cases))),
        code=tuple(code[name] for name in first.implementations if name in code),
        noise_floor=nodes[0].noise_floor if len(nodes) == 1 else None,
        promises=(),
        conformance=(),
        nodes=nodes,
    )


def _nodes(cases: Sequence[KeptCase]) -> tuple[MeasuringNode, ...]:
    """Return the nodes in the order in which they finished their first case."""
    by_node: dict[str, list[KeptCase]] = {}
    for one in sorted(cases, key=lambda case: case.ended):
        by_node.setdefault(one.node, []).append(one)
    names = [own[0].name for own in by_node.values()]
    return tuple(
        MeasuringNode(
            name=own[0].name if names.count(own[0].name) == 1 else f"{own[0].name} ({node[:4]})",
            environment=own[0].results.environment,
            noise_floor=next((one.results.noise_floor for one in own if one.results.noise_floor), None),
            cases=tuple(NodeCase(scan=one.label, seconds=one.seconds, attempt=one.attempt) for one in own),
        )
        for node, own in by_node.items()
    )
