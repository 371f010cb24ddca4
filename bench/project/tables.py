"""The tables of a database, as far as copying needs to know them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import psycopg
from psycopg import sql

# Of Django itself: filled by migrations on both sides, and no data of a job.
_DJANGOS = ("django_migrations", "django_content_type", "django_site", "auth_permission")
_COLUMNS = """
    SELECT relname, attname, format_type(atttypid, atttypmod), attnotnull, attgenerated <> '',
        atthasdef OR attidentity <> '' OR (
            SELECT typdefault IS NOT NULL FROM pg_type WHERE pg_type.oid = atttypid
        ),
        (SELECT array_agg(enumlabel ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = atttypid)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
        AND attnum > 0 AND NOT attisdropped AND relname <> ALL (%s)
    ORDER BY relname, attnum
"""
_KEYS = """
    SELECT DISTINCT child.relname, parent.relname
    FROM pg_constraint JOIN pg_class AS child ON child.oid = conrelid JOIN pg_class AS parent ON parent.oid = confrelid
    WHERE contype = 'f' AND conparentid = 0 AND child.oid <> parent.oid
"""


@dataclass(frozen=True, kw_only=True)
class Column:
    """A Column is one of a table's, by the name and type that the server gives it."""

    name: str
    type: str
    not_null: bool
    generated: bool
    """Computed by the server from other columns."""
    has_default: bool
    labels: tuple[str, ...] = ()
    """Of an enum type."""

    @property
    def required(self) -> bool:
        """Whether a row needs a value for it."""
        return self.not_null and not self.has_default and not self.generated


Tables = Mapping[str, Mapping[str, Column]]
"""Columns by name, of tables by name; partitions and Django's own tables are left out."""


def read_tables(connection: psycopg.Connection) -> Tables:
    """Return the tables of the schema ``public``. Raises psycopg.Error."""
    found: dict[str, dict[str, Column]] = {}
    for table, name, kind, not_null, generated, has_default, labels in connection.execute(_COLUMNS, [list(_DJANGOS)]):
        found.setdefault(table, {})[name] = Column(
            name=name,
            type=kind,
            not_null=not_null,
            generated=generated,
            has_default=has_default,
            labels=tuple(labels or ()),
        )
    return found


def filled_tables(connection: psycopg.Connection, tables: Tables) -> tuple[str, ...]:
    """Return the names of the tables that hold a row. Raises psycopg.Error."""
    return tuple(
        table
        for table in tables
        if connection.execute(sql.SQL("SELECT FROM {} LIMIT 1").format(sql.Identifier(table))).fetchone() is not None
    )


def referenced_tables(connection: psycopg.Connection) -> Mapping[str, frozenset[str]]:
    """Return, for each table with foreign keys, the other tables that they refer to. Raises psycopg.Error."""
    found: dict[str, set[str]] = {}
    for child, parent in connection.execute(_KEYS):
        found.setdefault(child, set()).add(parent)
    return {child: frozenset(parents) for child, parents in found.items()}
