"""The template: a database with a job's tables, of which every data set's database begins as a copy."""

from __future__ import annotations

from dataclasses import dataclass

from bench.database.access import DatabaseAccess
from bench.database.server import Server
from bench.harness.executor import Executor
from bench.harness.migration import migrate_database
from bench.jobs.environment import WorkerEnvironment
from bench.jobs.job import Job


@dataclass(frozen=True)
class Template:
    """A Template is a database with tables and no rows of a job's."""

    origin: WorkerEnvironment | str
    """What created the tables."""
    access: DatabaseAccess
    skipped_statements: tuple[str, ...]
    """Those that the migration has left out."""


def origin_of(job: Job) -> WorkerEnvironment | str:
    """Return what creates the tables of ``job``; jobs with equal ones share a template."""
    return job.tables or job.environment


def make_template(server: Server, executor: Executor, job: Job) -> Template:
    """Make a database and have the environment of ``job`` migrate it. Raises InputError or DatabaseError."""
    access = server.create_database()
    skipped: tuple[str, ...] = ()
    # Without Django there are no migrations: the job's load creates what it fills.
    if job.environment.settings:
        skipped = migrate_database(executor, job.environment, access, job.extensions)
    return Template(origin_of(job), access, skipped)
