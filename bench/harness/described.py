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
    return Dataset(
        scan=job.label(source),
        seed=source.seed,
        fingerprint=loaded.fingerprint,
        rows=loaded.rows or 0,
        job=job.name,
        size={name: loaded.quantities[name] for name in job.size},
        quantities={name: number for name, number in loaded.quantities.items() if name not in job.size},
        facts=loaded.facts,
        published=job.published(loaded) if job.published else (),
    )


def case_label(job: Job, dataset: Dataset, implementation: str) -> str:
    """Return a case in words; tools that follow a figure over time know it by this name alone."""
    facts = ((name, dataset.facts.get(name, usual), usual) for name, usual in job.usual.items())
    unusual = [str(fact) for _, fact, usual in facts if fact != usual]
    return " ".join((dataset.scan, *unusual, implementation))
