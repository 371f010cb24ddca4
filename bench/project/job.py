"""The job of a project: the one that its description names, with the project's functions, tables and environment."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from bench.database.access import DatabaseAccess
from bench.errors import InputError
from bench.jobs.check import check_job
from bench.jobs.environment import WorkerEnvironment
from bench.jobs.job import CopiedFrom, DataSource, Job, Loaded, Progress
from bench.jobs.registry import find_job
from bench.project.copying import copy_in
from bench.project.description import Project
from bench.project.place import Place


def project_job(project: Project, environment: WorkerEnvironment | None = None) -> Job:
    """Return the job that is measured in ``project``, in ``environment``, by default that of the user's clone.

    Its data is that of the job that the description names, copied into the project's tables. Where the project writes
    tables of its own, what the job knows of its own outcome says nothing about them. Raises InputError.
    """
    place = Place(project.file)
    try:
        job = find_job(project.job)
    except InputError as error:
        raise (place / "project" / "job").fault(f"cannot be used: {error}") from error
    for name in project.functions:
        if name in job.implementations:
            raise (place / "functions" / name).fault(
                f"has the name of an implementation of job {job.name!r}, which may run beside it; choose another"
            )
    if project.targets:
        job = replace(job, outcome_fault=None, published=None)
    job = replace(job, load=partial(_load, job, project))
    return check_job(
        replace(
            job,
            name=project.name,
            targets=project.targets or job.targets,
            implementations=project.functions,
            measured=(),
            planted="",
            environment=environment or project.environment(),
            copied_from=CopiedFrom(job=job, copy=partial(_copy, project)),
            roles=project.roles,
            extensions=project.extensions,
            laws=project.laws,
            promises=project.promises,
        )
    )


def _load(
    job: Job, project: Project, access: DatabaseAccess, source: DataSource, folder: Path, progress: Progress | None
) -> Loaded:
    loaded = job.load(access, source, folder, progress)
    if project.targets:
        loaded = replace(loaded, rows=None)
    return loaded if project.warm_up else replace(loaded, warm_up=None)


def _copy(project: Project, source: DatabaseAccess, target: DatabaseAccess, progress: Progress | None) -> None:
    place = Place(project.file)
    after = [(place / "project" / "after_copy" / number, one) for number, one in enumerate(project.after_copy)]
    copy_in(source, target, project.copies, place / "copy", progress, after)
