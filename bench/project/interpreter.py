"""The project's interpreter: what is installed in its environment, and whether that can serve the project."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bench.errors import InputError
from bench.harness.interpreter import inspect
from bench.jobs.environment import WorkerEnvironment
from bench.project.description import INTERPRETER_VARIABLE

_REMEDY = f"give another by project.interpreter, --interpreter or {INTERPRETER_VARIABLE}"


@dataclass(frozen=True, kw_only=True)
class FoundEnvironment:
    """A FoundEnvironment is what an interpreter's environment has; '' for what is not installed there."""

    python: str
    django: str
    driver: str
    """The one that Django takes, with its version."""
    memray: str


def find_environment(environment: WorkerEnvironment) -> FoundEnvironment:
    """Run the environment's interpreter and return what is installed.

    Raises InputError where it cannot run, is too old or no CPython, or lacks Django or a driver.
    """
    path = environment.interpreter
    try:
        found = inspect(path)
    except InputError as error:
        raise InputError(f"{error}; {_REMEDY}") from error
    if found.implementation != "cpython":
        raise InputError(
            f"interpreter {path!r} is {found.implementation}, and memory is traced in CPython only; {_REMEDY}"
        )
    django = found.packages.get("django", "")
    in_path = any((Path(folder) / "django").is_dir() for folder in environment.path)
    if environment.settings and not (django or in_path):
        raise InputError(
            f"interpreter {path!r} has no Django, which project.settings needs; install the project's requirements "
            f"into its environment, or {_REMEDY}"
        )
    # In the order in which Django looks for them.
    drivers = [name for name in ("psycopg", "psycopg2", "psycopg2-binary") if name in found.packages]
    if django and not drivers:
        raise InputError(
            f"interpreter {path!r} has Django {django} and neither psycopg nor psycopg2; install the project's "
            f"requirements into its environment, or {_REMEDY}"
        )
    return FoundEnvironment(
        python=".".join(map(str, found.version)),
        django=django,
        driver=f"{drivers[0]} {found.packages[drivers[0]]}" if drivers else "",
        memray=found.packages.get("memray", ""),
    )
