"""The Server: where a run's databases live, embedded or the user's own, with the two roles of production."""

from __future__ import annotations

import contextlib
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from bench.database.access import DatabaseAccess, one_line
from bench.database.cleanup import RunObjects, drop_leftovers, leftover_message, new_mark
from bench.database.embedded import embedded_server
from bench.database.full_disk import naming_lack_of_room
from bench.database.own_server import Cleanup, cleaned_up, resolve
from bench.database.roles import LoginRoles, check_role, create_role, run_roles
from bench.errors import DatabaseError

INTERESTING = (
    "autovacuum",
    "block_size",
    "checkpoint_timeout",
    "data_checksums",
    "default_transaction_isolation",
    "effective_cache_size",
    "fsync",
    "full_page_writes",
    "huge_pages",
    "io_method",
    "jit",
    "log_statement",
    "maintenance_work_mem",
    "max_parallel_workers_per_gather",
    "max_wal_size",
    "random_page_cost",
    "server_version",
    "shared_buffers",
    "shared_preload_libraries",
    "synchronous_commit",
    "TimeZone",
    "wal_buffers",
    "wal_compression",
    "wal_level",
    "work_mem",
)
"""The settings that move the figures; a server lacks those that its version does not know."""

STRATEGY_SINCE = 150000


class Server:
    """A Server makes and drops the databases of one run, and only those; all share the run's two roles."""

    def __init__(
        self,
        objects: RunObjects,
        source: Literal["embedded", "own"],
        log_directory: str | None,
        cleanup: Cleanup | None = None,
        warnings: tuple[str, ...] = (),
        logins: LoginRoles | None = None,
    ) -> None:
        """Make the two roles of ``objects``, which can log in where ``logins`` are given.

        ``cleanup`` learns of each database first. Raises DatabaseError.
        """
        self.source: Literal["embedded", "own"] = source
        self.warnings = warnings
        """What the user should know, such as what an earlier run left on the server."""
        self._objects = objects
        self._cleanup = cleanup
        self._log_directory = log_directory
        self._databases: set[str] = set()
        self._roles = run_roles(objects.app_role, objects.admin_role, logins)
        with self._session() as connection:
            self.version = connection.info.parameter_status("server_version") or ""
            self._version_number = connection.info.server_version
            self._create_roles(connection)

    @property
    def data_folder(self) -> Path | None:
        """The folder in which the server keeps its data; None for a server that is not the embedded one."""
        return Path(self._log_directory).parent if self._log_directory is not None else None

    def settings(self) -> Mapping[str, str]:
        """Return the INTERESTING settings by name as the server words them, and whether jit can work at all."""
        with self._session() as connection:
            rows = connection.execute(
                "SELECT name, current_setting(name) FROM pg_settings WHERE name = ANY(%s)"
                " UNION ALL SELECT 'jit_available', pg_jit_available()::text ORDER BY 1",
                [list(INTERESTING)],
            ).fetchall()
        return dict(rows)

    def create_database(self, template: DatabaseAccess | None = None) -> DatabaseAccess:
        """Make an empty database in UTF-8, or a copy of ``template``, in which no session may be open.

        Raises DatabaseError.
        """
        return self._create(f"bench_{secrets.token_hex(6)}", template)

    def replace_database(self, access: DatabaseAccess, template: DatabaseAccess) -> None:
        """Drop a database that this Server made, and make it again under its name as a copy of ``template``.

        Raises DatabaseError.
        """
        self.drop_database(access)
        self._create(access.database, template)

    def _create(self, name: str, template: DatabaseAccess | None) -> DatabaseAccess:
        command = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
            sql.Identifier(name),
            sql.Identifier(self._objects.admin_role),
            sql.Identifier(template.database if template else "template0"),
        )
        if template is None:
            command += sql.SQL(" ENCODING 'UTF8'")
        elif self._version_number >= STRATEGY_SINCE:
            # The default strategy sends every page of the copy through the WAL and the shared buffers.
            command += sql.SQL(" STRATEGY file_copy")
        if self._cleanup:
            self._cleanup.note("created", name)
        with self._session() as connection:
            try:
                connection.execute(command)
            except psycopg.errors.InvalidParameterValue:
                # The cluster's own locale is for another encoding than UTF-8; this one serves every encoding.
                connection.execute(command + sql.SQL(" LOCALE 'C'"))
        self._databases.add(name)
        access = DatabaseAccess(
            conninfo=make_conninfo(self._objects.conninfo, dbname=name),
            database=name,
            app_role=self._objects.app_role,
            admin_role=self._objects.admin_role,
            log_directory=self._log_directory,
            app_password=self._roles[0].password,
            admin_password=self._roles[1].password,
        )
        for role in self._roles:
            check_role(access, role)
        return access

    def drop_database(self, access: DatabaseAccess) -> None:
        """Drop a database that this Server created, open sessions included. Raises DatabaseError for any other."""
        if access.database not in self._databases:
            raise DatabaseError(f"database {access.database} was not made by this run; it stays")
        with self._session() as connection:
            name = sql.Identifier(access.database)
            if connection.execute("SELECT FROM pg_database WHERE datname = %s", [access.database]).rowcount:
                connection.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE false").format(name))
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
        self._databases.remove(access.database)
        if self._cleanup:
            self._cleanup.note("dropped", access.database)

    @contextlib.contextmanager
    def _session(self) -> Iterator[psycopg.Connection]:
        """A short session on the database that the server was reached by: nothing of it stays open."""
        try:
            with psycopg.connect(self._objects.conninfo, autocommit=True) as connection:
                yield connection
        except psycopg.Error as error:
            raise DatabaseError(f"the {self.source} server failed: {one_line(error)}; see the server's log") from None

    def _create_roles(self, connection: psycopg.Connection) -> None:
        objects = self._objects
        with connection.transaction():
            for role in self._roles:
                create_role(connection, role, objects.mark)
            # Not on a user's server: a role that holds a right to a setting cannot be dropped.
            if self.source == "embedded":
                admin = sql.Identifier(objects.admin_role)
                connection.execute(sql.SQL("GRANT SET ON PARAMETER session_replication_role TO {}").format(admin))


@contextlib.contextmanager
def open_server(url: str | None, major: int = 16, logins: LoginRoles | None = None) -> Iterator[Server]:
    """Open the user's own server at ``url``; without one, an embedded server of version ``major``.

    The run's roles can log in where ``logins`` are given.
    After the block, every database and role that the run made is gone; so it is when this process is killed. Raises
    InputError for a malformed ``url`` or an unknown version, DatabaseError for a server that cannot be used.
    """
    run = f"bench_{secrets.token_hex(6)}"
    roles = {"app_role": f"{run}_app", "admin_role": f"{run}_admin", "mark": new_mark(secrets.token_hex(16))}
    if url:
        objects = RunObjects(conninfo=resolve(url), **roles)
        warnings = _drop_leftovers(objects.conninfo)
        with cleaned_up(objects) as cleanup:
            yield Server(objects, "own", None, cleanup, warnings, logins)
    else:
        with (
            embedded_server(major) as handle,
            naming_lack_of_room(Path(handle.log_directory), Path(tempfile.gettempdir())),
        ):
            objects = RunObjects(conninfo=handle.conninfo, **roles)
            yield Server(objects, "embedded", handle.log_directory, logins=logins)


def _drop_leftovers(conninfo: str) -> tuple[str, ...]:
    """Drop what killed runs of this machine left; return a warning about what cannot be dropped."""
    try:
        left, reason = drop_leftovers(conninfo)
    except psycopg.Error as error:
        return (f"whether an earlier run left anything on the server is unknown: {one_line(error)}",)
    return (leftover_message(left, reason),) if left else ()
