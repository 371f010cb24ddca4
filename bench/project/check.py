"""The check of a project: one step after another, from its files to one call on the smallest data."""

from __future__ import annotations

from bench.database.server import open_server
from bench.harness.scratch import scratch_folder
from bench.jobs.job import Job
from bench.project.description import Project
from bench.project.files import check_files
from bench.project.interpreter import FoundEnvironment, find_environment
from bench.project.job import project_job
from bench.project.trial import CheckProgress, CheckServer, Trial
from bench.words import counted


def check_project(project: Project, where: CheckServer, progress: CheckProgress) -> None:
    """Try ``project`` to the end: afterwards every command that measures can be expected to start.

    Nothing is left of it, and nothing is written into the clone or the environment. Raises BenchError for the first
    step that fails, with what to do.
    """
    job = _check_description(project, progress)
    progress.begin("databases")
    with scratch_folder() as scratch, open_server(where.database_url, where.server_major, job.roles) as server:
        Trial(project, job, server, scratch, where, progress).run()


def _check_description(project: Project, progress: CheckProgress) -> Job:
    """Try what needs neither a worker nor a server."""
    progress.begin("job")
    job = project_job(project)
    assert job.copied_from is not None  # as of every project
    progress.passed(f"{job.copied_from.job.name}; {counted(len(job.implementations), 'function')} of the project")
    progress.begin("files")
    folders = check_files(project, job.environment)
    progress.passed(f"{counted(len(folders), 'folder')} to import from", folders)
    progress.begin("interpreter")
    progress.passed(_described(find_environment(job.environment)))
    return job


def _described(found: FoundEnvironment) -> str:
    parts = [f"Python {found.python}", f"Django {found.django}" if found.django else "no Django", found.driver]
    memray = f"memray {found.memray}" if found.memray else "memray is lent by this suite"
    return ", ".join(filter(None, [*parts, memray]))
