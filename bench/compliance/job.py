"""The compliance job: the task whose implementations this project compares, described like anybody's job.

Importing it is quick, because every command's help does: what loads data is imported when data are loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.compliance.environment import ENVIRONMENT, GROUP
from bench.compliance.published import ABOUT_PUBLISHED, AFTER, BEFORE, published_for
from bench.compliance.targets import TARGETS
from bench.datasets.providers import DEFAULT_PROVIDER, PROVIDERS
from bench.jobs.job import DataOption, DataSource, Job, Loaded, Outlook, Progress
from bench.jobs.published import PublishedFigure

if TYPE_CHECKING:
    import psycopg

    from bench.database.access import DatabaseAccess

ENTRY_POINTS = "bench.implementations"
"""The entry-point group of this project's implementations and of a user's own."""


def registered() -> Mapping[str, str]:
    """Return the implementations of the entry-point group by name, the two of the pull request first."""
    found = {entry.name: entry.value for entry in entry_points(group=ENTRY_POINTS)}
    return {name: found[name] for name in (BEFORE, AFTER, *sorted(found)) if name in found}


def _foresee(source: DataSource) -> Outlook:
    from bench.compliance.data import foresee

    return foresee(source)


def _load(access: DatabaseAccess, source: DataSource, folder: Path, progress: Progress | None) -> Loaded:
    from bench.compliance.data import load

    return load(access, source, folder, progress)


def _vary(connection: psycopg.Connection[Any], loaded: Loaded) -> None:
    from bench.compliance.data import flip_findings

    flip_findings(connection, loaded)


def _outcome_fault(outcome: object, loaded: Loaded, rows: int) -> str:
    from bench.compliance.outcome import outcome_fault

    return outcome_fault(outcome, loaded.expected, rows)


def _published(loaded: Loaded) -> tuple[PublishedFigure, ...]:
    if loaded.facts["provider"] != DEFAULT_PROVIDER:
        return ()
    return published_for(loaded.quantities["findings"], loaded.quantities["regions"])


def _public(word: str, options: Mapping[str, str]) -> str:
    from bench.datasets.scan.names import public_file_name

    return word if "keep_names" in options else public_file_name(word)


JOB = Job(
    name="compliance",
    noun="scan",
    usual={"provider": DEFAULT_PROVIDER},
    size=("findings", "regions"),
    sizes=("100/3", "1k/8", "10k/20"),
    # A larger size is a typing error: hundreds of GB of findings, or many times the regions of any cloud.
    largest={"findings": 100_000_000, "regions": 1_000},
    grid={"findings": "1k,10k,50k,100k", "regions": "5,10,20,30"},
    rows_follow=("regions",),
    quantities=("counted findings", "counted regions", "frameworks", "requirements"),
    targets=TARGETS,
    implementations=registered(),
    measured=(BEFORE, AFTER),
    environment=ENVIRONMENT,
    group=GROUP,
    options=(
        DataOption(name="catalogue", metavar="PATH", help="A Prowler checkout or wheel.", default="synthetic"),
        DataOption(name="catalogue_file", metavar="FILE", help="A catalogue of your own, instead."),
        DataOption(
            name="provider",
            metavar="NAME",
            help="Whose scan.",
            default="aws, or the scan file's",
            known=PROVIDERS,
        ),
        DataOption(name="keep_names", help="Keep private names of the scan file.", flag=True),
    ),
    file="A scan of your own",
    several=True,
    load=_load,
    foresee=_foresee,
    public=_public,
    outcome_fault=_outcome_fault,
    vary=_vary,
    refusal="DoesNotExist",
    planted="bench.compliance.planted.trials:TRIALS",
    published=_published,
    about_published=ABOUT_PUBLISHED,
)
