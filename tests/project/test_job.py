"""A project's job is the one its description names, with the project's functions, tables, roles and environment."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench.cli.job_options import RecordOptions
from bench.cli.run import RunOptions
from bench.errors import InputError
from bench.jobs.job import Target
from bench.jobs.registry import find_job, implementation_of
from bench.project.description_file import read_project
from bench.project.job import project_job
from tests.support.in_process import bench
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
    assert (own.project, others.project) == ("weather", "")
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


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--checkout", "clone"], r"--checkout was given without --project; name the project"),
        (["--interpreter=python"], r"--interpreter was given without --project; name the project"),
        (["--job", "weather", "--project", str(WEATHER)], r"--job and --project were both given; .*leave one out"),
        (["--project", "absent.toml"], r"there is no project description absent\.toml; name one by --project"),
        (["--project", str(WEATHER)], r"project\.interpreter is missing; .*--interpreter"),
    ],
)
def test_options_that_name_no_project_are_an_error(
    monkeypatch: pytest.MonkeyPatch, words: list[str], expected: str
) -> None:
    for variable in ("BENCH_INTERPRETER", "BENCH_CHECKOUT"):
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(InputError, match=expected):
        RecordOptions.of(RunOptions, words)


def test_options_reach_the_description(tmp_path: Path) -> None:
    words = ["--project", str(WEATHER), "--interpreter=/a/python", "--checkout", str(tmp_path)]
    job = RecordOptions.of(RunOptions, words).job
    assert job is not None
    assert (job.name, job.environment.interpreter, job.environment.path) == ("weather", "/a/python", (str(tmp_path),))


@pytest.mark.parametrize("word", ["--help", "--revision=main"])
def test_help_and_revisions_need_no_interpreter_of_the_clone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    monkeypatch.delenv("BENCH_INTERPRETER", raising=False)
    job = RecordOptions.of(RunOptions, ["--project", str(WEATHER), "--checkout", str(tmp_path), word]).job
    assert job is not None
    assert job.environment.interpreter == ""


def test_the_help_of_a_command_speaks_of_the_projects_job(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, output, _ = bench(capsys, "run", "--project", WEATHER, "--checkout", tmp_path, "--help")
    assert code == 0
    assert "Stations/days" in output
