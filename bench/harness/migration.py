"""Migrating: the tables of an environment's project in an empty database, with what was left out of them."""

from __future__ import annotations

import psycopg

from bench.database.access import OBSERVER, DatabaseAccess, one_line
from bench.database.extensions import missing_extension_remedy, require_extensions
from bench.errors import DatabaseError, InputError
from bench.harness.executor import SETUP_SECONDS, Executor, SampleError
from bench.jobs.environment import WorkerEnvironment
from bench.messages.request import MigrateRequest


def migrate_database(
    executor: Executor,
    environment: WorkerEnvironment,
    access: DatabaseAccess,
    extensions: tuple[str, ...] = (),
    timeout_seconds: float = SETUP_SECONDS,
) -> tuple[str, ...]:
    """Create the tables of ``environment``'s project in an empty database; return the statements that were left out.

    Raises DatabaseError where the server lacks one of ``extensions``; InputError for a migration that fails, and for
    one that makes a role on the user's own server, where that outlives the run.
    """
    require_extensions(access, extensions)
    before = _roles(access)
    try:
        answer = executor.run(MigrateRequest(environment=environment, access=access), timeout_seconds)
    except SampleError as error:
        remedy = missing_extension_remedy(str(error)) or "correct the migration, or project.skipped_statements"
        # The server's detail names files of the server, and its hint suggests another remedy.
        message = str(error).partition(" DETAIL:")[0]
        raise InputError(f"the command {' '.join(environment.migrate)} failed: {message}; {remedy}") from error
    embedded = access.log_directory is not None
    for role in () if embedded else sorted(_roles(access) - before):
        raise InputError(
            f"the command {' '.join(environment.migrate)} made the role {role} on your server, where it stays: drop it "
            f'by DROP ROLE "{role}", and leave it out by project.skipped_statements = ["CREATE (ROLE|USER) .*{role}"]'
        )
    return answer.skipped


def _roles(access: DatabaseAccess) -> set[str]:
    try:
        with psycopg.connect(access.conninfo, application_name=OBSERVER, autocommit=True) as connection:
            return {name for (name,) in connection.execute("SELECT rolname::text FROM pg_roles").fetchall()}
    except psycopg.Error as error:
        raise DatabaseError(f"the server's roles cannot be read: {one_line(error)}; see its log") from error
