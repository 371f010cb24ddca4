"""What the server did for each kind of statement of a call, and how it planned to do it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class RelationWork:
    """A RelationWork is what was counted of one table or index."""

    relation: str
    index: bool
    scans: int
    """Sequential ones of a table."""
    tuples: int
    """Rows that sequential scans read; of an index, entries that were read."""
    fetched: int
    """Rows that were fetched by index scans."""
    blocks_hit: int
    """Accesses to blocks in shared buffers."""
    blocks_read: int
    """Accesses to blocks that had to be brought there first."""


@dataclass(frozen=True, kw_only=True)
class PlanStep:
    """A PlanStep is one node of a plan, without the values of the statement."""

    depth: int
    step: str
    """Such as ``Index Scan using orders_by_customer on orders; Index Cond: (customer_id = ?)``."""
    expected_rows: float
    """Those that the planner expects of one execution of the step."""
    rows: float | None = None
    """Those that came out in all; like what follows, None where the plan was not executed."""
    removed: float | None = None
    """Those that were read and dropped by a filter."""
    blocks: int | None = None
    """Accesses to blocks, those of the steps below included."""
    blocks_dirtied: int | None = None
    wal_bytes: int | None = None
    temp_blocks: int | None = None


@dataclass(frozen=True, kw_only=True)
class StatementWork:
    """A StatementWork is all executions of one kind of statement: the same text with other values."""

    statement: str
    """With ``?`` for each value, and for a list of them."""
    calls: int
    rows: int
    """Those that the server says it returned or wrote."""
    blocks_hit: int
    blocks_read: int
    index_tuples: int | None = None
    """Index entries read; None where they are not known, as of all that follows."""
    sequential_tuples: int | None = None
    """Rows read by sequential scans."""
    wal_bytes: int | None = None
    wal_records: int | None = None
    blocks_dirtied: int | None = None
    temp_bytes: int | None = None
    relations: tuple[RelationWork, ...] = ()
    """By name."""
    plan: tuple[PlanStep, ...] = ()
    """Of the first execution; empty for what has none, such as COPY."""

    @property
    def blocks(self) -> int:
        """Accesses to blocks, in shared buffers or not."""
        return self.blocks_hit + self.blocks_read


@dataclass(frozen=True, kw_only=True)
class ServerWork:
    """A ServerWork is what one call had the server do, by kind of statement, in the order of their first executions."""

    scan: str
    implementation: str
    source: str
    """``wire``, where every statement passed through the suite, or ``pg_stat_statements``."""
    statements: tuple[StatementWork, ...]
    warnings: tuple[str, ...] = ()
