"""What a node may measure: implementations that its own job has registered, unless more is permitted."""

from __future__ import annotations

from bench.errors import InputError
from bench.jobs.implementation import Implementation
from bench.jobs.job import Job
from bench.jobs.registry import implementation_of
from bench.nodes.messages import Work


def permitted(work: Work, job: Job, *, anything: bool) -> tuple[Implementation, ...]:
    """Return the implementations that ``work`` names, of a node that has ``job``.

    ``anything`` permits functions that the job has not registered. Raises InputError for what the node does not offer.
    """
    if work.job != job.name:
        raise InputError(f"it has the job {job.name!r}, and {work.job!r} is wanted; start it with --job or --project")
    owners = [job] if job.copied_from is None else [job, job.copied_from.job]
    for name in work.implementations:
        if not anything and all(name not in owner.implementations for owner in owners):
            raise InputError(
                f"the implementation {name!r} is not registered there; register it, or start the node with --allow-any"
            )
    return tuple(implementation_of(job, name) for name in work.implementations)
