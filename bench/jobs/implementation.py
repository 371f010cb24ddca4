"""An Implementation: one version of a job's function, and where it lives."""

from __future__ import annotations

from dataclasses import dataclass, field

from bench.jobs.environment import WorkerEnvironment


@dataclass(frozen=True, kw_only=True)
class Implementation:
    """An Implementation is what one row of a report is about; those of one run may live in different environments."""

    name: str
    """As typed, and as results name it."""
    function: str
    """``module:function``, imported by a worker alone."""
    environment: WorkerEnvironment = field(default_factory=WorkerEnvironment)
    project: str = ""
    """The project that it is part of, as reports name it; '' for none."""
    revision: str = ""
    """The commit that its code was taken from; '' where it is measured as it lies in its folder."""
    tables: str = ""
    """What its code creates its tables from, as a hash: implementations with equal ones share a database. '' for one
    that takes the tables of the job, or of the others in its run."""
