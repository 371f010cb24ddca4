"""An interpreter is asked what it has; one that cannot serve is refused in one line that says how to give another."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bench.errors import InputError
from bench.jobs.environment import WorkerEnvironment
from bench.project.interpreter import find_interpreter
from tests.support.weather import foreign_python


def pretending(folder: Path, script: str) -> str:
    """Make a program that answers in place of an interpreter."""
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def answering(folder: Path, **found: object) -> str:
    from json import dumps

    answer = {"python": [3, 12, 4], "kind": "cpython", **found}
    return pretending(folder, f"echo 'noise'; echo '{dumps(answer)}'")


def test_the_suites_own_environment_is_found_whole() -> None:
    found = find_interpreter(WorkerEnvironment(settings="anything"))
    assert found.version == ".".join(map(str, sys.version_info[:3]))
    assert found.django.startswith("5.2.")
    assert found.driver.startswith("psycopg 3.")
    assert found.memray


def test_the_foreign_environment_has_its_own_django_and_driver() -> None:
    found = find_interpreter(WorkerEnvironment(interpreter=str(foreign_python()), settings="config.settings"))
    assert found.django.startswith("5.1.")
    assert found.driver.startswith("psycopg2")


def test_variables_and_the_working_folder_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('shadowed')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert find_interpreter(WorkerEnvironment()).django


def test_nothing_is_written_beside_the_code(tmp_path: Path) -> None:
    (tmp_path / "django.py").touch()
    find_interpreter(WorkerEnvironment(path=(str(tmp_path),)))
    assert [one.name for one in tmp_path.iterdir()] == ["django.py"]


def test_an_interpreter_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^there is no interpreter .*/python; give .*--interpreter or BENCH_INTERPRE"):
        find_interpreter(WorkerEnvironment(interpreter=str(tmp_path / "python")))


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("exit 3", r"is no Python that runs: exit code 3; give the Python of"),
        ("echo lib is missing >&2; exit 127", r"is no Python that runs: exit code 127: lib is missing; give"),
        ("echo '{}'", "is no Python that runs: exit code 0"),
    ],
)
def test_a_program_that_is_no_python_is_refused(tmp_path: Path, script: str, expected: str) -> None:
    with pytest.raises(InputError, match=expected) as caught:
        find_interpreter(WorkerEnvironment(interpreter=pretending(tmp_path, script)))
    assert "\n" not in str(caught.value)


def test_a_file_that_may_not_be_executed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "python").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be run: Permission denied; give"):
        find_interpreter(WorkerEnvironment(interpreter=str(tmp_path / "python")))


def test_a_silent_program_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.project.interpreter.TIMEOUT_SECONDS", 0.2)
    with pytest.raises(InputError, match=r"gave no answer within 0\.2 s; give"):
        find_interpreter(WorkerEnvironment(interpreter=pretending(tmp_path, "exec sleep 60")))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({"python": [3, 10, 1]}, r"is Python 3\.10\.1; 3\.11 or newer is needed: give"),
        ({"python": [2, 7, 18]}, r"is Python 2\.7\.18; 3\.11 or newer"),
        ({"kind": "pypy"}, r"is pypy, in which memory cannot be traced; take a CPython"),
        ({}, r"has no Django, which project\.settings needs; install the project's requirements"),
        ({"django": "5.1"}, r"has Django 5\.1 and neither psycopg nor psycopg2; install the project's requirements"),
    ],
)
def test_an_environment_that_cannot_serve_is_refused(tmp_path: Path, found: dict[str, object], expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        find_interpreter(WorkerEnvironment(interpreter=answering(tmp_path, **found), settings="config.settings"))


def test_without_settings_no_django_is_needed(tmp_path: Path) -> None:
    found = find_interpreter(WorkerEnvironment(interpreter=answering(tmp_path)))
    assert (found.version, found.django, found.driver, found.memray) == ("3.12.4", "", "", "")


def test_django_takes_psycopg_3_before_psycopg2(tmp_path: Path) -> None:
    found = answering(tmp_path, django="5.1", psycopg="3.2", psycopg2="2.9")
    assert find_interpreter(WorkerEnvironment(interpreter=found)).driver == "psycopg 3.2"
