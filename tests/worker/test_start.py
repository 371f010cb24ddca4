"""A project that does not start says in one line why, and what to do; whatever it prints goes to the log."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from bench.errors import InputError
from bench.harness import conversation
from bench.harness.executor import ProcessExecutor, SampleError
from bench.jobs.environment import WorkerEnvironment
from bench.messages.request import DescribeRequest, SampleRequest
from tests.support.weather import PROJECT, foreign_python
from tests.support.weather_worker import FUNCTION, TIMEOUT_SECONDS, Prepared, request, weather_environment

pytestmark = [pytest.mark.slow, pytest.mark.server]


def project(folder: Path, settings: str) -> WorkerEnvironment:
    """A project in the foreign environment that consists of its settings."""
    (folder / "own_settings.py").write_text(settings)
    (folder / "own_task.py").write_text("def run(): return None\n")
    return WorkerEnvironment(interpreter=str(foreign_python()), path=(str(folder),), settings="own_settings")


def described(executor: ProcessExecutor, environment: WorkerEnvironment, function: str = "own_task:run") -> None:
    executor.run(DescribeRequest(environment=environment, functions={"own": function}), TIMEOUT_SECONDS)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            "import os\nos.environ['OWN_SECRET']",
            "the worker cannot start: KeyError: 'OWN_SECRET'; set that variable for Django with the settings "
            "'own_settings', in the environment's variables",
        ),
        (
            "import sys\nsys.exit('no licence')",
            "the worker cannot start: SystemExit: no licence; Django with the settings 'own_settings' ends its "
            "process; see its log for the reason",
        ),
        ("import not_installed_here", "the worker cannot start: ModuleNotFoundError: No module named "),
        ("1 / 0", "the worker cannot start: ZeroDivisionError: division by zero; look for modules that shadow"),
    ],
)
def test_settings_that_cannot_be_read_are_the_users_input(
    executor: ProcessExecutor, tmp_path: Path, settings: str, message: str
) -> None:
    with pytest.raises(InputError) as caught:
        described(executor, project(tmp_path, settings))
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_a_start_that_takes_too_long_is_no_timeout_of_the_sample(
    executor: ProcessExecutor, tmp_path: Path, weather: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = "import time\nprint('loading the catalogue', flush=True)\ntime.sleep(600)\nINSTALLED_APPS = []"
    environment = project(tmp_path, slow)
    monkeypatch.setattr(conversation, "START_SECONDS", 8.0)
    sample = SampleRequest(
        environment=environment,
        access=weather.access,
        probe="rows",
        implementation="own",
        function="own_task:run",
        arguments={},
    )
    with pytest.raises(SampleError) as caught:
        executor.run(sample, TIMEOUT_SECONDS)
    assert caught.value.kind == "timeout"
    assert str(caught.value) == (
        "the project did not start within 8 s (its last line: loading the catalogue); see what its imports wait for"
    )


def test_what_the_project_prints_is_in_the_log(executor: ProcessExecutor, weather: Prepared) -> None:
    sample = replace(request(weather, "rows"), arguments={})
    with pytest.raises(SampleError) as caught:
        executor.run(sample, TIMEOUT_SECONDS)
    assert "weather: reading settings" in caught.value.log_tail.splitlines()


def test_nothing_is_written_into_the_environment_or_beside_the_code(
    executor: ProcessExecutor, weather: Prepared
) -> None:
    def files() -> set[tuple[str, float]]:
        roots = (foreign_python().parents[1], PROJECT)
        found = (Path(folder, name) for root in roots for folder, _, names in os.walk(root) for name in names)
        return {(str(path), path.stat().st_mtime) for path in found}

    before = files()
    executor.run(request(weather, "memory"), TIMEOUT_SECONDS)
    assert files() == before


def test_the_caller_s_own_path_does_not_reach_another_interpreter(
    executor: ProcessExecutor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may hold psycopg 3, which the project's Django would take."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "psycopg.py").write_text("raise RuntimeError('found')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "elsewhere"))
    described(executor, weather_environment_without_database(), FUNCTION)


def weather_environment_without_database() -> WorkerEnvironment:
    environment = weather_environment()
    return replace(environment, variables={**environment.variables, "WEATHER_DB_NAME": "none"})


def test_a_home_of_its_own_is_removed_with_the_worker(executor: ProcessExecutor, tmp_path: Path) -> None:
    environment = project(tmp_path, "from pathlib import Path\nPath.home().joinpath('key').write_text('key')\n")
    described(executor, replace(environment, variables={"HOME": "{home}"}))
    assert not list(tmp_path.glob("**/key"))
