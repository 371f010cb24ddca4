"""Names in a policy: a version as it lies in its folder, or at a revision of the project's clone."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from bench.cli.code_source import as_named
from bench.cli.progress import terminal_progress
from bench.errors import InputError
from bench.jobs.registry import implementation_of
from bench.project.description_file import read_project
from bench.project.job import project_job
from tests.support.weather import DESCRIPTION, foreign_python


def code_of(clone: Path, *names: str) -> dict[str, tuple[bool, bool]]:
    """By name, whether the code has a commit, and whether it is imported from the clone."""
    project = read_project(DESCRIPTION, interpreter=str(foreign_python()), checkout=str(clone))
    find = partial(implementation_of, project_job(project))
    with terminal_progress() as progress, as_named(names, find, progress, project) as found:
        return {one.name: (one.revision != "", str(clone) in one.environment.path) for one in found}


def test_each_name_gets_its_code_in_the_order_of_the_names(clone: Path) -> None:
    names = ("daily", "in-sql", "daily@first", "daily@HEAD~1")
    found = code_of(clone, *names)
    assert tuple(found) == names
    assert found == {
        "daily": (False, True),
        "in-sql": (False, False),
        "daily@first": (True, False),
        "daily@HEAD~1": (True, False),
    }


@pytest.mark.parametrize("names", [("in-sql@first",), ("daily@first", "in-sql@first")])
def test_code_outside_the_project_has_no_revisions(clone: Path, names: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match=r"none of the .*project's"):
        code_of(clone, *names)


def test_a_revision_that_is_not_there_is_named(clone: Path) -> None:
    with pytest.raises(InputError, match="'nowhere'"):
        code_of(clone, "daily@nowhere")
