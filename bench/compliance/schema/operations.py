"""Migration operations that Django lacks: a partitioned table, and row-level security."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import CreateModel, RunSQL
from django.db.migrations.state import ProjectState

INVOKER_VIEWS_SINCE = 150000


class CreatePartitionedModel(CreateModel):
    """``CreateModel`` whose table is partitioned by range of ``id``; partitions are added by ``partition``."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Create the table with a PARTITION BY clause at the end of Django's own statement."""
        editor: Any = schema_editor  # the SQL templates are attributes of the instance, which the stubs do not know
        plain = editor.sql_create_table
        editor.sql_create_table = f'{plain} PARTITION BY RANGE ("id")'
        try:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        finally:
            editor.sql_create_table = plain


def uuid7_bound(moment: datetime) -> str:
    """The smallest UUIDv7-ordered value of ``moment``: its milliseconds in the first 48 bits, zeros behind."""
    milliseconds = int(moment.timestamp() * 1000)
    text = f"{milliseconds:012x}"
    return f"{text[:8]}-{text[8:]}-0000-0000-000000000000"


def partition(table: str, year: int, month: int) -> RunSQL:
    """One month's partition of ``table``, named and bounded as production's partition manager does."""
    first = datetime(year, month, 1, tzinfo=UTC)
    following = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    name = f"{table}_{first:%Y_%b}".lower()
    return RunSQL(
        f"CREATE TABLE {name} PARTITION OF {table} "
        f"FOR VALUES FROM ('{uuid7_bound(first)}') TO ('{uuid7_bound(following)}')",
        f"DROP TABLE {name}",
    )


def row_level_security(table: str, column: str = "tenant_id") -> RunSQL:
    """Forced row-level security: a row is visible, and may be written, only by the tenant that the session names."""
    policy = f"{column} = NULLIF(current_setting('api.tenant_id', true), '')::uuid"
    return RunSQL(
        f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY tenant_isolation ON {table} USING ({policy}) WITH CHECK ({policy});
        """,
        f"""
        DROP POLICY tenant_isolation ON {table};
        ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
        ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
        """,
    )


def shared_reading(table: str) -> RunSQL:
    """Forced row-level security for a table that is no tenant's: everybody may read it, only its owner may write it."""
    return RunSQL(
        f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY shared_reading ON {table} FOR SELECT USING (true);
        """,
        f"""
        DROP POLICY shared_reading ON {table};
        ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
        ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
        """,
    )


class CreateInvokerView(RunSQL):
    """A view that reads its tables as whoever queries it, so that their row-level security holds through it.

    Servers before PostgreSQL 15 have no such views, and get none: one of another kind would show every tenant's rows.
    """

    def __init__(self, name: str, query: str) -> None:
        """Everybody may read the view: what the tables below it grant decides."""
        super().__init__(
            f"CREATE VIEW {name} WITH (security_invoker = true) AS {query}; GRANT SELECT ON {name} TO PUBLIC",
            f"DROP VIEW IF EXISTS {name}",
        )

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Create the view where the server has this kind."""
        connection: Any = schema_editor.connection  # the stubs do not know a backend's own attributes
        if connection.pg_version >= INVOKER_VIEWS_SINCE:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
