"""What a node may measure: implementations that its own job has registered, unless more is permitted."""

from __future__ import annotations

from dataclasses import replace

from bench.errors import InputError
from bench.jobs.implementation import Implementation
from bench.jobs.job import Job
from bench.jobs.registry import implementation_of, split_revision
from bench.nodes.messages import Work


def permitted(work: Work, job: Job, *, anything: bool) -> tuple[Implementation, ...]:
    """Return the implementations that ``work`` names, of a node that has ``job``: the code that is installed.

    One that is to be measured at a commit has the name that results give it. ``anything`` permits functions that the
    job has not registered. Raises InputError for what the node does not offer.
    """
    if work.job != job.name:
        raise InputError(f"it has the job {job.name!r}, and {work.job!r} is wanted; start it with --job or --project")
    owners = [job] if job.copied_from is None else [job, job.copied_from.job]
    names = {one: split_revision(one)[0] if one in work.commits else one for one in work.implementations}
    for name in names.values():
        if not anything and all(name not in owner.implementations for owner in owners):
            raise InputError(
                f"the implementation {name!r} is not registered there; register it, or start the node with --allow-any"
            )
    return tuple(replace(implementation_of(job, name), name=shown) for shown, name in names.items())
