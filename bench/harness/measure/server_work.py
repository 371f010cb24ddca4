"""What the server did for each kind of statement, as the wire noted it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from bench.database.observer import Executions
from bench.database.wire.ledger import Work
from bench.database.wire.watch import Relation, Watched
from bench.harness.measure.plans import plan_of
from bench.results.fingerprint import normalise
from bench.results.server_work import RelationWork, StatementWork
from bench.words import plain, shorten

LONGEST_KIND = 4_000
"""Characters of a statement without its values that are kept."""
BLOCK_BYTES = 8_192
"""Of a block, unless the server was compiled otherwise."""
_ONLY_THERE = ("blocks_dirtied", "wal_records", "temp_bytes")
_COUNTED = ("calls", "rows", "blocks_hit", "blocks_read", "wal_bytes", *_ONLY_THERE)
MOST_KINDS = 300
"""Kinds of statements that are kept: an implementation may make up any number."""


def statement_works(watched: Watched) -> tuple[StatementWork, ...]:
    """Return the work of each kind of statement, in the order of their first executions."""
    works = [(kind, work) for kind, work in watched.works.items() if work.calls]
    return tuple(_work(kind, work, watched) for kind, work in works[:MOST_KINDS])


def works_of(executions: Iterable[Executions]) -> tuple[StatementWork, ...]:
    """Return the work of each kind of statement that pg_stat_statements counted, catalogues included."""
    found: dict[str, StatementWork] = {}
    for one in executions:
        kind = _kept(normalise(one.text))
        known = found.get(kind)
        counted = StatementWork(
            statement=kind,
            calls=one.calls,
            rows=one.rows,
            blocks_hit=one.blocks_hit,
            blocks_read=one.blocks_read,
            wal_bytes=one.wal_bytes,
            wal_records=one.wal_records,
            blocks_dirtied=one.blocks_dirtied,
            temp_bytes=one.temp_blocks * BLOCK_BYTES,
        )
        # Two roles may have executed it.
        found[kind] = counted if known is None else _sum(known, counted)
    return tuple(found.values())[:MOST_KINDS]


def _sum(one: StatementWork, other: StatementWork) -> StatementWork:
    return replace(one, **{name: getattr(one, name) + getattr(other, name) for name in _COUNTED})


def completed(works: Iterable[StatementWork], executions: Iterable[Executions]) -> tuple[StatementWork, ...]:
    """Return ``works`` with what only pg_stat_statements counts, where it has the same statement."""
    known = {one.statement: one for one in works_of(executions)}
    return tuple(
        replace(one, **{name: getattr(known[one.statement], name) for name in _ONLY_THERE})
        if one.statement in known
        else one
        for one in works
    )


def _kept(kind: str) -> str:
    return shorten(plain(kind, longest=None), LONGEST_KIND)


def _work(kind: str, work: Work, watched: Watched) -> StatementWork:
    relations = tuple(sorted(_relations(work, watched), key=lambda one: (one.relation, one.index)))
    return StatementWork(
        statement=_kept(kind),
        calls=work.calls,
        rows=work.rows,
        blocks_hit=sum(one.blocks_hit for one in relations),
        blocks_read=sum(one.blocks_read for one in relations),
        index_tuples=sum(one.tuples for one in relations if one.index),
        sequential_tuples=sum(one.tuples for one in relations if not one.index),
        wal_bytes=work.wal,
        relations=relations,
        plan=plan_of(work.plan, watched.settings),
    )


def _relations(work: Work, watched: Watched) -> Iterator[RelationWork]:
    for oid, counts in work.counts.items():
        relation = watched.relations.get(oid, Relation(f"relation {oid}", index=False))
        yield RelationWork(
            relation=plain(relation.name),
            index=relation.index,
            scans=counts.scans,
            tuples=counts.read,
            fetched=counts.fetched,
            blocks_hit=counts.hit,
            blocks_read=max(counts.blocks - counts.hit, 0),
        )
