"""An interpreter is asked what it has; one that cannot serve is refused in one line that says how to give another."""

from __future__ import annotations

import sys
from json import dumps
from pathlib import Path

import pytest

from bench.errors import InputError
from bench.jobs.environment import WorkerEnvironment
from bench.project.interpreter import find_environment
from tests.support.weather import foreign_python


def pretending(folder: Path, script: str) -> str:
    """Make a program that answers in place of an interpreter."""
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def answering(folder: Path, **found: object) -> str:
    answer = {
        "version": [3, 12, 4],
        "implementation": "cpython",
        "platform": "linux",
        "has_memray": False,
        "packages": {},
        **found,
    }
    return pretending(folder, f"echo 'noise'; echo '{dumps(answer)}'")


def test_the_suites_own_environment_is_found_whole() -> None:
    found = find_environment(WorkerEnvironment(settings="anything"))
    assert found.python == ".".join(map(str, sys.version_info[:3]))
    assert found.django.startswith("5.2.")
    assert found.driver.startswith("psycopg 3.")
    assert found.memray


def test_the_foreign_environment_has_its_own_django_and_driver() -> None:
    found = find_environment(WorkerEnvironment(interpreter=str(foreign_python()), settings="config.settings"))
    assert found.django.startswith("5.1.")
    assert found.driver.startswith("psycopg2")


def test_variables_and_the_working_folder_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('shadowed')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert find_environment(WorkerEnvironment()).django


def test_an_interpreter_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"^interpreter '.*/python' cannot be started: .*--interpreter or BENCH_INTERPR"
    ):
        find_environment(WorkerEnvironment(interpreter=str(tmp_path / "python")))


def test_a_program_that_is_no_python_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is no Python interpreter \(lib is missing\); .*--interpreter or") as caught:
        find_environment(WorkerEnvironment(interpreter=pretending(tmp_path, "echo lib is missing >&2; exit 127")))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({"version": [3, 10, 1]}, r"is Python 3\.10\.1; the worker needs 3\.11 or newer; give another by"),
        ({"implementation": "pypy"}, r"is pypy, and memory is traced in CPython only; give"),
        ({}, r"has no Django, which project\.settings needs; install the project's requirements"),
        ({"packages": {"django": "5.1"}}, r"has Django 5\.1 and neither psycopg nor psycopg2; install the project's"),
    ],
)
def test_an_environment_that_cannot_serve_is_refused(tmp_path: Path, found: dict[str, object], expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        find_environment(WorkerEnvironment(interpreter=answering(tmp_path, **found), settings="config.settings"))


def test_without_settings_no_django_is_needed(tmp_path: Path) -> None:
    found = find_environment(WorkerEnvironment(interpreter=answering(tmp_path)))
    assert (found.python, found.django, found.driver, found.memray) == ("3.12.4", "", "", "")


def test_a_django_in_a_folder_of_the_path_counts(tmp_path: Path) -> None:
    (tmp_path / "django").mkdir()
    environment = WorkerEnvironment(interpreter=answering(tmp_path), settings="a", path=(str(tmp_path),))
    assert find_environment(environment).django == ""


def test_django_takes_psycopg_3_before_psycopg2(tmp_path: Path) -> None:
    found = answering(tmp_path, packages={"django": "5.1", "psycopg": "3.2", "psycopg2": "2.9"})
    assert find_environment(WorkerEnvironment(interpreter=found)).driver == "psycopg 3.2"
