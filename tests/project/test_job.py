"""A project's job is the one its description names, with the project's functions, tables, roles and environment."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench.cli.chosen_project import chosen_project
from bench.cli.options import ProjectOptions
from bench.errors import InputError
from bench.jobs.job import Target
from bench.jobs.registry import find_job, implementation_of
from bench.project.description_file import read_project
from bench.project.job import project_job
from tests.support.weather import FOLDER

WEATHER = FOLDER / "weather.toml"


def test_the_data_is_the_jobs_and_the_rest_is_the_projects(tmp_path: Path) -> None:
    project = read_project(WEATHER, interpreter="/env/bin/python", checkout=str(tmp_path))
    job, base = project_job(project), find_job(str(FOLDER / "weather_job.py"))
    assert (job.name, job.size, job.sizes, job.targets) == ("weather", base.size, base.sizes, base.targets)
    assert job.implementations == {"daily": "weather.reports:write_daily_reports"}
    assert (job.environment.interpreter, job.environment.path) == ("/env/bin/python", (str(tmp_path),))
    assert job.roles == project.roles
    assert job.copied_from is not None
    assert job.copied_from.job.implementations == base.implementations


def test_each_implementation_lives_in_the_environment_of_its_job(tmp_path: Path) -> None:
    job = project_job(read_project(WEATHER, interpreter="/env/bin/python", checkout=str(tmp_path)))
    own, others = implementation_of(job, "daily"), implementation_of(job, "in-sql")
    assert (own.function, own.environment) == ("weather.reports:write_daily_reports", job.environment)
    assert others.function == "in_sql:write_daily_reports"
    assert others.environment.path == (str(FOLDER),)
    assert implementation_of(job, "weather.new:write").environment == job.environment
    with pytest.raises(InputError, match=r"unknown implementation 'dayly'; known are daily, in-sql, or write package"):
        implementation_of(job, "dayly")


def test_the_description_may_name_other_tables(tmp_path: Path) -> None:
    project = read_project(WEATHER, interpreter="python", checkout=str(tmp_path))
    mine = (Target(table="mine", own={"issue": "issue_id"}),)
    assert project_job(replace(project, targets=mine)).targets == mine


def test_a_job_that_cannot_be_used_is_named_with_its_key(tmp_path: Path) -> None:
    project = replace(read_project(WEATHER, interpreter="python", checkout=str(tmp_path)), job="unheard-of")
    with pytest.raises(InputError, match=r"weather\.toml: project\.job cannot be used: unknown job 'unheard-of'; "):
        project_job(project)


def test_a_function_may_not_have_the_name_of_an_implementation(tmp_path: Path) -> None:
    project = read_project(WEATHER, interpreter="python", checkout=str(tmp_path))
    twice = replace(project, functions={"in-sql": "weather.reports:write"})
    with pytest.raises(InputError, match=r"weather\.toml: functions\.in-sql has the name of an implementation of job"):
        project_job(twice)


def test_without_a_project_its_options_are_an_error() -> None:
    assert chosen_project(ProjectOptions()) is None
    with pytest.raises(InputError, match=r"--checkout was given without --project; name the project"):
        chosen_project(ProjectOptions(checkout="clone"))


def test_options_reach_the_description(tmp_path: Path) -> None:
    project = chosen_project(ProjectOptions(project=WEATHER, interpreter="/a/python", checkout=str(tmp_path)))
    assert project is not None
    assert (project.interpreter, project.checkout) == ("/a/python", tmp_path)
