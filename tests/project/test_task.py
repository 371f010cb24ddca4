"""A task of a description replaces what the rest of the file says, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.database.access import DatabaseAccess
from bench.errors import InputError
from bench.jobs.job import DataSource, Job, Loaded
from bench.project.description_file import read_project
from bench.project.job import project_job

FILE = """
[project]
name = "shop"
job = "job.py"
interpreter = "python"
set_up = "warm.py:warm"
[functions]
shipped = "shop.tasks:write"
[laws.shipped]
statements_django = { base = 14 }
[promises]
shipped = ["rerun"]
[tasks.cold]
set_up = ""
warm_up = false
[tasks.totals]
functions = { total = "shop.tasks:total" }
after_copy = ["INSERT INTO days SELECT 1"]
[[tasks.totals.targets]]
table = "totals"
own = { scan_id = "scan_id" }
"""

JOB = """
from bench.jobs.job import Job, Loaded, Target

def load(access, source, folder, progress):
    arguments = {"scan_id": 1}
    return Loaded(arguments=arguments, warm_up={"scan_id": 2}, fingerprint="0", quantities={}, rows=3)

JOB = Job(
    name="statements", load=load, targets=(Target(table="statements", own={"scan_id": "scan_id"}),),
    implementations={"own": "a:b"}, size=("customers",), sizes=("100",), outcome_fault=lambda *arguments: "wrong",
)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "shop.toml"
    path.write_text(FILE, encoding="utf-8")
    path.with_name("job.py").write_text(JOB, encoding="utf-8")
    return path


def loaded(job: Job) -> Loaded:
    return job.load(DatabaseAccess("", "", "", ""), DataSource(size=None), Path(), None)


def test_without_a_task_the_file_is_read_as_if_it_had_none(file: Path) -> None:
    project = read_project(file)
    assert (project.name, project.functions, project.targets) == ("shop", {"shipped": "shop.tasks:write"}, ())
    assert (project.warm_up, project.after_copy) == (True, ())


def test_a_task_replaces_single_keys(file: Path) -> None:
    whole, cold = read_project(file), read_project(Path(f"{file}:cold"))
    assert whole.set_up == f"{file.parent}/warm.py:warm"
    assert (cold.name, cold.set_up, cold.warm_up) == ("shop.cold", "", False)
    assert (cold.file, cold.functions, cold.laws, cold.promises) == (file, whole.functions, whole.laws, whole.promises)


def test_a_task_with_functions_has_no_laws_and_promises_of_others(file: Path) -> None:
    totals = read_project(Path(f"{file}:totals"))
    assert (totals.name, totals.functions) == ("shop.totals", {"total": "shop.tasks:total"})
    assert [target.table for target in totals.targets] == ["totals"]
    assert (totals.laws, totals.promises) == ({}, {})
    assert totals.after_copy == ("INSERT INTO days SELECT 1",)


def test_a_file_whose_name_ends_like_a_task_is_a_file(file: Path) -> None:
    odd = file.with_name("shop.toml:cold")
    odd.write_text(FILE.replace('"shop"', '"odd"'), encoding="utf-8")
    assert read_project(odd).name == "odd"


def test_a_job_knows_the_outcome_for_its_own_tables_alone(file: Path) -> None:
    whole, totals = (project_job(read_project(Path(f"{file}{task}"))) for task in ("", ":totals"))
    assert (loaded(whole).rows, whole.outcome_fault is None) == (3, False)
    assert (loaded(totals).rows, totals.outcome_fault) == (None, None)


def test_a_cold_call_has_no_warm_up(file: Path) -> None:
    whole, cold = (project_job(read_project(Path(f"{file}{task}"))) for task in ("", ":cold"))
    assert (loaded(whole).warm_up, loaded(cold).warm_up) == ({"scan_id": 2}, None)


@pytest.mark.parametrize(
    ("task", "added", "expected"),
    [
        ("warm", "", r"tasks has no 'warm'; known are cold, totals, bad; write FILE\.toml:TASK"),
        ("cold", "settings = 'x'", r"tasks\.bad\.settings is an unknown key; known are functions, targets, laws"),
        ("bad", "warm_up = 'no'", r"project\.warm_up is a text, not true or false"),
        ("bad", "functions = {}", r"tasks\.bad\.functions is empty; write at least one name"),
    ],
)
def test_a_fault_of_a_task_is_named(file: Path, task: str, added: str, expected: str) -> None:
    file.write_text(f"{FILE}\n[tasks.bad]\n{added}\n", encoding="utf-8")
    with pytest.raises(InputError, match=expected):
        read_project(Path(f"{file}:{task}"))
