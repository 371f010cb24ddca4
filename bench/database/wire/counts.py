"""Counts: what PostgreSQL counted of each relation so far, in one session or over all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

MARK = "/* AS bench_observer */"
"""In each statement that the wire sends in a client's session, so that readers of logs and statistics leave it out."""

FIRST_USER_OID = 16_384
"""Smaller ones are those of the system's own relations."""


class Counts(NamedTuple):
    """What was counted of one relation.

    Of a table: sequential scans, rows that they read, rows that index scans fetched. Of an index: scans, entries read,
    rows fetched by plain index scans. Blocks are accesses to shared buffers; ``hit`` of them found the block there.
    """

    scans: int = 0
    read: int = 0
    fetched: int = 0
    blocks: int = 0
    hit: int = 0

    def plus(self, other: Counts) -> Counts:
        """Return the sum."""
        return Counts(*(one + two for one, two in zip(self, other, strict=True)))

    def since(self, earlier: Counts) -> Counts:
        """Return what was added since; never less than nothing, because statistics can be reset."""
        return Counts(*(max(one - two, 0) for one, two in zip(self, earlier, strict=True)))


NONE = Counts()

_NAMES = ("numscans", "tuples_returned", "tuples_fetched", "blocks_fetched", "blocks_hit")


def _query(prefix: str) -> str:
    """Return the query of everything that was counted, with the WAL's end as the relation 0."""
    functions = [f"pg_catalog.{prefix}{name}(c.oid)" for name in _NAMES]
    return (
        f"SELECT {MARK} c.oid::int8, c.relname, {', '.join(functions)} FROM pg_catalog.pg_class AS c"  # noqa: S608
        f" WHERE c.oid >= {FIRST_USER_OID} AND c.relkind IN ('r', 'i', 'm', 't')"
        f" AND ({functions[3]} > 0 OR {functions[0]} > 0)"
        " UNION ALL SELECT 0, '',"
        " (pg_catalog.pg_current_wal_insert_lsn() OPERATOR(pg_catalog.-) '0/0'::pg_catalog.pg_lsn)::int8, 0, 0, 0, 0"
    )


PENDING = _query("pg_stat_get_xact_")
"""What the session that asks has counted and not reported yet."""
REPORTED = _query("pg_stat_get_")
"""What all sessions have reported."""
REPORT = f"SELECT {MARK} pg_catalog.pg_stat_force_next_flush()"
"""Has the session that asks report its counts when this statement ends, if it is in no transaction."""


class Reading(NamedTuple):
    """An answer to one of the two queries."""

    counts: Mapping[int, Counts]
    names: Mapping[int, str]
    wal: int
    """Bytes of WAL since the server was made."""


def reading_of(rows: Iterable[Sequence[object]]) -> Reading:
    """Return the answer that ``rows`` are, as numbers or as texts."""
    counts, names, wal = {}, {}, 0
    for oid, name, *numbers in rows:
        values = [int(str(number)) for number in numbers]
        if not int(str(oid)):
            wal = values[0]
            continue
        counts[int(str(oid))] = Counts(*values)
        names[int(str(oid))] = str(name)
    return Reading(counts, names, wal)
