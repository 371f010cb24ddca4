"""The machines of a run over several nodes: what each is, what it measured and how long that took."""

from __future__ import annotations

from bench.analysis.noise import detectable
from bench.analysis.pairs import FEWEST_PAIRS
from bench.report.figures import MISSING, quantity
from bench.report.table import Column, Content, Table
from bench.results.nodes import MeasuringNode
from bench.results.records import Results
from bench.words import duration, plain

NODES_TITLE = "Nodes"
ABOUT_NODES = (
    "Each data set was measured on one of these machines, with all implementations. On the smallest one, rows, counts "
    "and peaks agree between them; times are compared only within one data set."
)
_TIMED = "wall_seconds"
_MOST_PAIRS = 10


def node_table(results: Results) -> Table:
    """Build the table of nodes, in the order in which they first finished a data set."""
    columns = (
        Column("node", Content.LABEL),
        Column("machine", Content.LABEL),
        Column("software", Content.LABEL),
        Column("measured", Content.LABEL),
        Column("time"),
        Column("detects", detail=f"with {_MOST_PAIRS} pairs"),
    )
    return Table(columns, tuple(map(_row, results.nodes)))


def _row(node: MeasuringNode) -> tuple[str, ...]:
    where = node.environment
    return (
        plain(node.name),
        plain(f"{where.cpu}, {where.cores} cores, {quantity('bytes', where.memory_bytes)}, kernel {where.kernel}"),
        plain(f"{where.python}, PostgreSQL {where.server_version}"),
        plain(", ".join(one.scan if one.attempt == 1 else f"{one.scan} (attempt {one.attempt})" for one in node.cases)),
        duration(sum(one.seconds for one in node.cases)),
        _detects(node),
    )


def _detects(node: MeasuringNode) -> str:
    smallest = detectable(node.noise_floor, _TIMED, max(FEWEST_PAIRS, _MOST_PAIRS))
    return MISSING if smallest is None else f"{(smallest - 1) * 100:.0f} %"
