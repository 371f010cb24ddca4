"""What a description names and is not there is found before anything is started."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from bench.errors import InputError
from bench.jobs.job import Target
from bench.project.description import Project
from bench.project.files import check_files
from bench.project.place import Place
from bench.project.tables import Column
from bench.project.targets import check_targets


@pytest.fixture
def project(tmp_path: Path) -> Project:
    for folder in ("clone", "helpers"):
        (tmp_path / folder).mkdir()
    (tmp_path / "clone" / "uv.lock").touch()
    (tmp_path / "warm.py").touch()
    return Project(
        file=tmp_path / "shop.toml",
        name="shop",
        job="job.py",
        functions={"shipped": "shop:write"},
        interpreter="python",
        checkout=tmp_path / "clone",
        path=("{checkout}", f"{tmp_path}/helpers"),
        set_up=f"{tmp_path}/warm.py:warm",
        lock="uv.lock",
    )


def test_what_is_there_is_no_fault(project: Project) -> None:
    folder = project.file.parent
    assert check_files(project, project.environment()) == (f"{folder}/clone", f"{folder}/helpers")
    assert check_files(replace(project, set_up="shop.warm:warm"), project.environment())


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        ("clone", r"there is no checkout .*/clone; give the folder of your clone by project\.checkout, --checkout or"),
        ("helpers", r"project\.path\[1\] is .*/helpers, which is no folder; correct it"),
        ("warm.py", r"project\.set_up names .*/warm\.py, which is no file; write it"),
        ("clone/uv.lock", r"project\.lock is uv\.lock, which the checkout does not have"),
    ],
)
def test_what_is_missing_is_named(project: Project, missing: str, expected: str) -> None:
    path = project.file.parent / missing
    path.rename(path.with_name("moved"))
    with pytest.raises(InputError, match=f"^{re.escape(str(project.file))}: {expected}"):
        check_files(project, project.environment())


_TABLES = {
    "statements": {
        name: Column(name=name, type="text", not_null=True, generated=False, has_default=False) for name in "ab"
    }
}


def test_targets_that_the_project_has_are_no_fault() -> None:
    target = Target(table="statements", own={"a": "x"}, uncompared=("b",), order=("a",))
    assert check_targets([target], _TABLES, Place(Path("shop.toml"), ("targets",))) == ("statements",)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (
            Target(table="reports", own={"a": "x"}),
            "name the table reports, which the project has not; known are statem",
        ),
        (
            Target(table="statements", own={"c": "x"}),
            "name the column c in own, which the project's table statements has",
        ),
        (Target(table="statements", own={"a": "x"}, uncompared=("id",)), "name the column id in uncompared"),
        (Target(table="statements", own={"a": "x"}, order=("d",)), "name the column d in order, .* known are a, b"),
    ],
)
def test_a_target_that_the_project_has_not_is_named(target: Target, expected: str) -> None:
    with pytest.raises(InputError, match=rf"^shop\.toml: targets {expected}"):
        check_targets([target], _TABLES, Place(Path("shop.toml"), ("targets",)))
