"""Migration operations that Django lacks: enum types, partitioned tables, policies with their grants, a view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString

from django.conf import settings
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import CreateModel, RunSQL
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from psycopg import sql

INVOKER_VIEWS_SINCE = 150000

ALL: tuple[LiteralString, ...] = ("SELECT", "INSERT", "UPDATE", "DELETE")
NO_UPDATE: tuple[LiteralString, ...] = ("SELECT", "INSERT", "DELETE")

_OWN: LiteralString = """CASE
    WHEN current_setting('api.tenant_id', true) IS NULL THEN false
    ELSE {column} = current_setting('api.tenant_id')::uuid
END"""


def create_enums(enums: Mapping[str, Sequence[str]]) -> RunSQL:
    """One enum type for each of ``enums``, from its name to its labels."""
    create = [
        sql.SQL("CREATE TYPE {} AS ENUM ({})").format(
            sql.Identifier(name), sql.SQL(", ").join(map(sql.Literal, labels))
        )
        for name, labels in enums.items()
    ]
    drop = [sql.SQL("DROP TYPE {}").format(sql.Identifier(name)) for name in enums]
    return RunSQL([one.as_string() for one in create], [one.as_string() for one in drop])


class CreatePartitionedModel(CreateModel):
    """``CreateModel`` whose table is partitioned by range of a column, with a default partition only."""

    def __init__(self, name: str, *, partition_by: str, **options: Any) -> None:
        """``partition_by`` is the column, which the primary key has to hold."""
        self.partition_by = partition_by
        super().__init__(name, **options)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Create the table with a PARTITION BY clause at the end of Django's own statement."""
        editor: Any = schema_editor  # the SQL templates are attributes of the instance, which the stubs do not know
        plain = editor.sql_create_table
        editor.sql_create_table = f'{plain} PARTITION BY RANGE ("{self.partition_by}")'
        try:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        finally:
            editor.sql_create_table = plain
        table = to_state.apps.get_model(app_label, self.name)._meta.db_table
        # The application gets no right on it: that would be a way around the policies of its parent.
        for statement in (
            "CREATE TABLE {partition} PARTITION OF {table} DEFAULT",
            "ALTER TABLE {partition} ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE {partition} FORCE ROW LEVEL SECURITY",
        ):
            names = {"partition": sql.Identifier(f"{table}_default"), "table": sql.Identifier(table)}
            editor.execute(sql.SQL(statement).format(**names).as_string(), params=None)


class RowLevelSecurity(Operation):
    """Row-level security on a table: a policy and a grant for each command, to the application role alone.

    ``settings.APP_ROLE`` names that role. By default a row is visible, and may be written, only where the session's
    ``api.tenant_id`` is its tenant.
    """

    reversible = False

    def __init__(
        self,
        table: str,
        commands: Sequence[LiteralString] = ALL,
        *,
        column: str = "tenant_id",
        condition: LiteralString = _OWN,
        insert: LiteralString | None = None,
        force: bool = True,
    ) -> None:
        """``insert`` is the condition for new rows, where it differs from ``condition``."""
        self.table = table
        self.commands = tuple(commands)
        self.column = column
        self.condition = condition
        self.insert = insert
        self.force = force

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Nothing that Django keeps track of."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Enable it, and create policies and grants."""
        names = {"table": sql.Identifier(self.table), "role": sql.Identifier(settings.APP_ROLE)}
        statements = [sql.SQL("ALTER TABLE {table} ENABLE ROW LEVEL SECURITY").format(**names)]
        if self.force:
            statements.append(sql.SQL("ALTER TABLE {table} FORCE ROW LEVEL SECURITY").format(**names))
        for command in self.commands:
            inserting = command == "INSERT"
            condition = self.insert if inserting and self.insert is not None else self.condition
            policy = sql.SQL("CREATE POLICY {policy} ON {table} FOR {command} TO {role} {clause} ({condition})")
            statements.append(
                policy.format(
                    **names,
                    policy=sql.Identifier(f"app_{self.table}_{command.lower()}"),
                    command=sql.SQL(command),
                    clause=sql.SQL("WITH CHECK" if inserting else "USING"),
                    condition=sql.SQL(condition).format(column=sql.Identifier(self.column)),
                )
            )
            statements.append(sql.SQL("GRANT {command} ON {table} TO {role}").format(**names, command=sql.SQL(command)))
        for statement in statements:
            schema_editor.execute(statement.as_string(), params=None)


def shared_reading(table: str) -> RowLevelSecurity:
    """Row-level security for a table that belongs to no tenant: the application may read it, only its owner writes."""
    return RowLevelSecurity(table, ("SELECT",), condition="true")


class CreateInvokerView(RunSQL):
    """A view that reads its tables as the querying role, so that their row-level security applies.

    Servers before PostgreSQL 15 have no such views and get none: an ordinary view would show every tenant's rows.
    """

    def __init__(self, name: str, query: str) -> None:
        """Everybody may read the view: the grants on its tables decide."""
        super().__init__(
            f"CREATE VIEW {name} WITH (security_invoker = true) AS {query}; GRANT SELECT ON {name} TO PUBLIC",
            f"DROP VIEW IF EXISTS {name}",
        )

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Create the view if the server has this kind."""
        connection: Any = schema_editor.connection  # the stubs do not know a backend's own attributes
        if connection.pg_version >= INVOKER_VIEWS_SINCE:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
