"""What results say of a job and of its data."""

from __future__ import annotations

from bench.jobs.job import DataSource, Job, Loaded
from bench.results.records import Dataset, JobDescription


def description_of(job: Job) -> JobDescription:
    """Return what results say of ``job``."""
    return JobDescription(
        name=job.name,
        noun=job.noun,
        size=job.size,
        rows_follow=job.rows_follow,
        usual=job.usual,
        about_published=job.about_published,
    )


def dataset_of(job: Job, source: DataSource, loaded: Loaded) -> Dataset:
    """Return what results say of the data that ``job`` loaded from ``source``.

    Where the job does not know how many rows must come out, their number is 0 until a sample was taken.
    """
    numbers = loaded.quantities if source.size is None else {**loaded.quantities, **source.size.numbers}
    return Dataset(
        scan=source.label,
        seed=source.seed,
        fingerprint=loaded.fingerprint,
        rows=loaded.rows or 0,
        job=job.name,
        size={name: numbers[name] for name in job.size},
        quantities={name: number for name, number in loaded.quantities.items() if name not in job.size},
        facts=loaded.facts,
        published=job.published(loaded) if job.published else (),
    )
