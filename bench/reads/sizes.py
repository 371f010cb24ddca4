"""What the two designs take on disk."""

from __future__ import annotations

from bench.database.access import DatabaseAccess
from bench.harness.targets import CATALOGUE, PACKED, ROWS, observe
from bench.results.reads import RelationSize

DESIGNS = {"table": (ROWS,), "packed": (PACKED, *CATALOGUE)}
"""The tables of each design, by its name in results."""


def measure_sizes(access: DatabaseAccess) -> tuple[RelationSize, ...]:
    """Return the size of each table of both designs. Raises DatabaseError."""
    sizes = []
    with observe(access) as connection:
        for design, relations in DESIGNS.items():
            for relation in relations:
                found = connection.execute(
                    "SELECT pg_table_size(%(relation)s::regclass), pg_indexes_size(%(relation)s::regclass)",
                    {"relation": relation},
                ).fetchone()
                assert found is not None  # a relation that there is not is an error
                sizes.append(RelationSize(design=design, relation=relation, table_bytes=found[0], index_bytes=found[1]))
    return tuple(sizes)
