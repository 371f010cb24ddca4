"""Migrating: the tables of an environment's project in an empty database, with what was left out of them."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from bench.database.access import OBSERVER, DatabaseAccess, one_line
from bench.database.extensions import missing_extension_remedy, require_extensions
from bench.errors import DatabaseError, InputError
from bench.harness.executor import SETUP_SECONDS, Executor, SampleError
from bench.jobs.environment import WorkerEnvironment
from bench.messages.request import MigrateRequest


@dataclass(frozen=True, kw_only=True)
class Migrated:
    """Migrated is what a migration did besides making tables."""

    skipped: tuple[str, ...]
    """The statements that were left out."""
    roles: tuple[str, ...]
    """The roles that it made on the server, which outlive the database and are not dropped with it."""


def migrate_database(
    executor: Executor,
    environment: WorkerEnvironment,
    access: DatabaseAccess,
    extensions: tuple[str, ...] = (),
    timeout_seconds: float = SETUP_SECONDS,
) -> Migrated:
    """Create the tables of ``environment``'s project in an empty database that has ``extensions`` available.

    Raises DatabaseError for a missing extension, InputError for a migration that fails.
    """
    require_extensions(access, extensions)
    before = _roles(access)
    try:
        answer = executor.run(MigrateRequest(environment=environment, access=access), timeout_seconds)
    except SampleError as error:
        remedy = missing_extension_remedy(str(error)) or "correct the migration, or project.skipped_statements"
        # The server's detail holds paths of its own machine, its hint another remedy.
        message = str(error).partition(" DETAIL:")[0]
        raise InputError(f"the command {' '.join(environment.migrate)} failed: {message}; {remedy}") from error
    return Migrated(skipped=answer.skipped, roles=tuple(sorted(_roles(access) - before)))


def _roles(access: DatabaseAccess) -> set[str]:
    try:
        with psycopg.connect(access.conninfo, application_name=OBSERVER, autocommit=True) as connection:
            return {name for (name,) in connection.execute("SELECT rolname FROM pg_roles").fetchall()}
    except psycopg.Error as error:
        raise DatabaseError(f"the server's roles cannot be read: {one_line(error)}; see its log") from error
