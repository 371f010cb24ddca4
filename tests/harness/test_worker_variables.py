"""A worker's variables: where compiled files go, so that starts are fast and nothing is written beside the code."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bench.harness.worker_variables import worker_variables
from bench.jobs.environment import WorkerEnvironment

OWN = WorkerEnvironment(interpreter=sys.executable)
ELSEWHERE = [replace(OWN, path=("/clone",)), replace(OWN, interpreter="/env/bin/python")]


def variables(environment: WorkerEnvironment) -> dict[str, str]:
    return worker_variables(environment, None, Path("/scratch/worker"), Path("/scratch"))


@pytest.mark.parametrize("environment", ELSEWHERE)
def test_code_of_others_is_compiled_once_a_run_in_the_runs_own_folder(
    environment: WorkerEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONPYCACHEPREFIX", raising=False)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    found = variables(environment)
    assert found["PYTHONPYCACHEPREFIX"] == "/scratch/compiled"
    assert "PYTHONDONTWRITEBYTECODE" not in found


@pytest.mark.parametrize("environment", [OWN, *ELSEWHERE])
def test_the_callers_folder_and_wish_are_kept_where_files_would_be_written_elsewhere(
    environment: WorkerEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", "/callers")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    found = variables(environment)
    assert found["PYTHONPYCACHEPREFIX"] == "/callers"
    assert found["PYTHONDONTWRITEBYTECODE"] == "1"
