"""Nodes: the machines that a run was spread over, and which data sets each of them measured."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bench.files.json_file import Faults
from bench.files.strict_json import shown
from bench.results.environment import Environment, NoiseFloor


@dataclass(frozen=True, kw_only=True)
class NodeCase:
    """A NodeCase is one data set that a node measured, with all implementations."""

    scan: str
    seconds: float
    """From the start of its server to the results."""
    attempt: int
    """1 where no node was lost over it before."""


@dataclass(frozen=True, kw_only=True)
class MeasuringNode:
    """A MeasuringNode is a machine that measured part of a run."""

    name: str
    """No other node of the run has it."""
    environment: Environment
    noise_floor: NoiseFloor | None = None
    """What ``bench doctor`` found on it, if it was run there."""
    cases: tuple[NodeCase, ...] = ()
    """In the order in which they came to an end."""


def node_faults(nodes: Sequence[MeasuringNode], scans: Collection[str]) -> Faults:
    """Yield what is wrong with the nodes of a run that measured ``scans``: each has one node, and each node a name."""
    names: set[str] = set()
    known: set[str] = set()
    for index, node in enumerate(nodes):
        place = f"nodes[{index}]"
        if node.name in names:
            yield f"{place}.name", f"{shown(node.name)} is there already; nodes have different names"
        names.add(node.name)
        for number, case in enumerate(node.cases):
            at = f"{place}.cases[{number}]"
            if case.scan in known or case.scan not in scans:
                other = "there already; one node measures a data set" if case.scan in known else "none of the datasets"
                yield f"{at}.scan", f"{shown(case.scan)} is {other}"
            known.add(case.scan)
            if case.seconds < 0 or case.attempt < 1:
                yield at, "has seconds below 0 or an attempt below 1"
    for scan in scans if nodes else ():
        if scan not in known:
            yield "nodes", f"{shown(scan)} is in the cases of none of them"
