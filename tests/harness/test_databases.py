"""Implementations whose code makes other tables run on databases of their own, with equal data, in one run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bench.compliance.job import JOB
from bench.harness.databases import job_of, open_databases
from bench.harness.stage import Stage
from bench.jobs.environment import WorkerEnvironment
from bench.jobs.implementation import Implementation
from bench.jobs.job import DataSource, Job, Progress
from bench.jobs.size import parse_size
from tests.support.cli_results import results, samples
from tests.support.command import run
from tests.support.repository import git
from tests.support.weather import SIZE, Belongings, make_weather_repository, project_options

MIGRATION = """\
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("weather", "0003_search")]
    operations = [migrations.RunSQL("ALTER TABLE daily_reports ADD COLUMN note text NOT NULL DEFAULT 'none'")]
"""


def implementation(name: str, tables: str = "") -> Implementation:
    environment = WorkerEnvironment(path=(f"/{name}",))
    return Implementation(name=name, function="own:call", environment=environment, tables=tables)


class Opened:
    """A stage that notes for which job and implementations data is loaded."""

    def __init__(self) -> None:
        self.opened: list[tuple[str, str, list[str]]] = []

    @contextmanager
    def data(
        self,
        job: Job,
        source: DataSource,
        implementations: tuple[Implementation, ...],
        progress: Progress | None,  # noqa: ARG002 - as Stage has it
    ) -> Iterator[Any]:
        names = [one.name for one in implementations]
        self.opened.append((job.tables, "".join(job.environment.path), names))
        yield SimpleNamespace(names=names, source=source)


SOURCE = DataSource(size=parse_size(JOB, "100/3"))


def test_without_tables_all_share_the_job_s_database() -> None:
    stage = Opened()
    both = (implementation("a"), implementation("b"))
    with open_databases(cast(Stage, stage), JOB, SOURCE, both) as databases:
        assert databases.of(both[0]) is databases.of(both[1]) is databases.first
    assert stage.opened == [("", "", ["a", "b"])]


def test_equal_tables_share_a_database_made_by_the_first_that_asks_for_them() -> None:
    """One without tables of its own runs beside them."""
    stage = Opened()
    ours, first, second = implementation("ours"), implementation("first", "t1"), implementation("second", "t1")
    with open_databases(cast(Stage, stage), JOB, SOURCE, (ours, first, second)) as databases:
        assert databases.of(ours) is databases.of(first) is databases.of(second)
    assert stage.opened == [("t1", "/first", ["first", "second", "ours"])]
    assert job_of(JOB, (ours, second, first)).environment.path == ("/second",)


@pytest.mark.slow
@pytest.mark.server
def test_revisions_with_other_migrations_are_measured_in_one_run(tmp_path: Path) -> None:
    """The column that only one of them has is left out of the comparison, with a warning; the clone stays as it is."""
    clone, output = tmp_path / "clone", tmp_path / "out"
    make_weather_repository(clone)
    git(clone, "switch", "--quiet", "-c", "wide", "faster")
    (clone / "weather" / "migrations" / "0004_note.py").write_text(MIGRATION)
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "-m", "wide")
    before = Belongings.of(clone)
    revisions = ("--revision", "first", "--revision", "faster", "--revision", "wide")
    finished = run("run", *project_options(clone), *revisions, "--scan", SIZE, "--pairs", "1", "--output", output)
    assert finished.returncode == 0, finished.stderr
    found = results(output)
    assert [one["implementation"] for one in found["code"]] == ["daily@first", "daily@faster", "daily@wide"]
    assert [one["revision"] for one in found["code"]] == [
        git(clone, "rev-parse", name).strip()[:12] for name in ("first", "faster", "wide")
    ]
    assert [samples(found, f"daily@{name}", "statements_django") for name in ("first", "faster", "wide")] == [
        [14],
        [13],
        [13],
    ]
    assert len({tuple(table["sha256"] for table in one["tables"]) for one in found["digests"]}) == 1
    warning = f"{SIZE}: not compared, because not every revision's migrations make them: note of daily_reports"
    assert found["warnings"] == [warning]
    assert f"warning: {warning}" in finished.stderr
    assert Belongings.of(clone) == before
