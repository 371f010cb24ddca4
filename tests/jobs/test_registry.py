"""A job is found by name, module or file, and every fault of a description is one line with its remedy."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.compliance.job import JOB
from bench.errors import InputError
from bench.jobs.check import check_job, known_quantities
from bench.jobs.job import DataOption, Target
from bench.jobs.registry import find_job, implementation_of, registered_jobs

EXAMPLE = Path(__file__).parents[2] / "examples" / "monthly_statements" / "job.py"


def test_a_job_is_found_by_its_registered_name_and_is_meant_where_none_is_named() -> None:
    assert find_job() is find_job("compliance") is JOB
    assert registered_jobs() == ("compliance",)


def test_a_job_is_found_in_a_module_and_in_a_file_whose_folder_its_workers_then_search() -> None:
    assert find_job("bench.compliance.job:JOB") is JOB
    for name in (str(EXAMPLE), f"{EXAMPLE}:JOB"):
        job = find_job(name)
        assert job.name == "monthly-statements"
        assert job.environment.path == (str(EXAMPLE.parent),)


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        ("", "{file}", "holds no job; write FILE.py:NAME"),
        ("from bench.compliance.job import JOB\nOTHER = JOB", "{file}", r"holds 2 jobs \(JOB, OTHER\); write FILE"),
        ("JOB = 3", "{file}:JOB", "it is a int; name a bench.jobs.job.Job"),
        ("JOB = 3", "{file}:MINE", "there is no 'MINE' in it; correct what follows the colon"),
        ("import no_such_module", "{file}", "ModuleNotFoundError: No module named 'no_such_module'; see that it can"),
        ("raise SystemExit(3)", "{file}", "importing .* failed: SystemExit: 3; see that it can be imported"),
        ("", "{file}.py", "there is no file .*; check the path"),
        ("", "unheard-of", "unknown job 'unheard-of'; known are compliance; write a registered name, package.module"),
        ("", "no_such_package.jobs:JOB", "no module 'no_such_package'; run from its folder"),
        ("", "bench.jobs.job:Job", "it is a type; name a bench.jobs.job.Job"),
    ],
)
def test_what_cannot_be_found_is_said_in_one_line(tmp_path: Path, content: str, name: str, message: str) -> None:
    file = tmp_path / "own_job.py"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=message) as caught:
        find_job(name.format(file=file))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": " "}, "it has no name; give it one"),
        ({"targets": ()}, "it has no targets; name each table"),
        ({"targets": (Target(table="t", own={}),)}, "target 't' has no own columns, .*; write own={column: argument}"),
        ({"targets": (JOB.targets[0], JOB.targets[0])}, "target 'compliance_requirements_overviews' occurs twice"),
        ({"implementations": {}}, "it has no implementation; write implementations="),
        ({"implementations": {"a": "module"}}, "implementation 'a' is 'module'; write 'module:function'"),
        ({"measured": ("nothing",)}, "measured names 'nothing', which is no implementation; known are materializing"),
        ({"size": ()}, "its size counts nothing; write size="),
        ({"size": ("Findings", "regions")}, "size 'Findings' is no word; write one in lower case"),
        ({"quantities": ("rows",)}, "quantity 'rows' occurs twice; keep one of the two"),
        ({"rows_follow": ("tables",)}, "rows_follow names 'tables', which size does not; known are findings, regions"),
        ({"sizes": ()}, "it has no sizes; write those"),
        ({"sizes": ("many",)}, "sizes: scan size 'many' is not findings/regions"),
        ({"options": (DataOption(name="Bad Name", help=""),)}, "option 'Bad Name' is no word"),
    ],
)
def test_a_fault_of_a_description_is_said_in_one_line(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        check_job(replace(JOB, **changes))
    assert "\n" not in str(caught.value)


def test_laws_may_count_rows_the_numbers_of_the_size_and_what_the_job_names() -> None:
    assert known_quantities(JOB)[:3] == ("rows", "findings", "regions")
    assert "counted findings" in known_quantities(JOB)


def test_short_names_come_before_modules_and_an_unknown_one_names_the_known() -> None:
    assert implementation_of(JOB, "streaming").function == "optimized_impl:create_compliance_requirements"
    assert implementation_of(JOB, "own.module:run").function == "own.module:run"
    with pytest.raises(InputError, match=r"known are materializing, .*, or write package\.module:function"):
        implementation_of(JOB, "fast")
