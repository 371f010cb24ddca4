"""The project's interpreter: whether it runs, and what is installed in its environment."""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import dataclass

import msgspec

from bench.errors import InputError
from bench.jobs.environment import WorkerEnvironment
from bench.project.description import INTERPRETER_VARIABLE
from bench.words import plain, shorten

OLDEST = (3, 11)
TIMEOUT_SECONDS = 60.0

_REMEDY = (
    f"give the Python of the project's environment by project.interpreter, --interpreter or {INTERPRETER_VARIABLE}"
)
# Any Python 3 can run it. The suite's own packages must not be found, nor those of the user's folder for all Pythons.
_PROBE = """
import json, sys
sys.path[:0] = sys.argv[1:]
found = {"python": list(sys.version_info[:3]), "kind": sys.implementation.name}
if found["python"] >= [3, 8]:
    from importlib import metadata
    for name in ("django", "psycopg", "psycopg2", "psycopg2-binary", "memray"):
        try:
            found[name.replace("-", "_")] = metadata.version(name)
        except metadata.PackageNotFoundError:
            pass
print("\\n" + json.dumps(found))
"""
_LONGEST_SHOWN = 200


class _Answer(msgspec.Struct):
    python: list[int]
    kind: str
    django: str = ""
    psycopg: str = ""
    psycopg2: str = ""
    psycopg2_binary: str = ""
    memray: str = ""


@dataclass(frozen=True, kw_only=True)
class Interpreter:
    """An Interpreter is what was found in an environment; '' for what is not installed there."""

    path: str
    version: str
    django: str
    driver: str
    """The one that Django takes, with its version."""
    memray: str


def find_interpreter(environment: WorkerEnvironment) -> Interpreter:
    """Run the environment's interpreter and return what is installed.

    Raises InputError where it cannot run, is too old or no CPython, or has no driver for its Django.
    """
    path = environment.interpreter
    answer = _ask(path, environment.path)
    version = ".".join(map(str, answer.python))
    if tuple(answer.python) < OLDEST:
        wanted = ".".join(map(str, OLDEST))
        raise InputError(f"interpreter {path} is Python {version}; {wanted} or newer is needed: {_REMEDY}")
    if answer.kind != "cpython":
        raise InputError(
            f"interpreter {path} is {answer.kind}, in which memory cannot be traced; take a CPython: {_REMEDY}"
        )
    if environment.settings and not answer.django:
        raise InputError(
            f"interpreter {path} has no Django, which project.settings needs; install the project's requirements into "
            f"its environment, or {_REMEDY}"
        )
    # In the order in which Django looks for them.
    drivers = (("psycopg", answer.psycopg), ("psycopg2", answer.psycopg2), ("psycopg2-binary", answer.psycopg2_binary))
    driver = next((f"{name} {found}" for name, found in drivers if found), "")
    if answer.django and not driver:
        raise InputError(
            f"interpreter {path} has Django {answer.django} and neither psycopg nor psycopg2; install the project's "
            f"requirements into its environment, or {_REMEDY}"
        )
    return Interpreter(path=path, version=version, django=answer.django, driver=driver, memray=answer.memray)


def _ask(path: str, folders: tuple[str, ...]) -> _Answer:
    # -I: neither variables nor the working folder; -B: no byte code is written beside the project's code.
    command = [path, "-I", "-B", "-c", _PROBE, *folders]
    try:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=TIMEOUT_SECONDS,
                cwd=folder,
                env={name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
            )
    except FileNotFoundError:
        raise InputError(f"there is no interpreter {path}; {_REMEDY}") from None
    except OSError as error:
        raise InputError(f"interpreter {path} cannot be run: {error.strerror}; {_REMEDY}") from None
    except subprocess.TimeoutExpired:
        raise InputError(f"interpreter {path} gave no answer within {TIMEOUT_SECONDS:g} s; {_REMEDY}") from None
    try:
        return msgspec.json.decode(done.stdout.rstrip().rpartition(b"\n")[2], type=_Answer)
    except msgspec.DecodeError:
        said = plain((done.stderr or done.stdout).decode("utf-8", "replace").strip().rpartition("\n")[2])
        shown = f": {shorten(said, _LONGEST_SHOWN)}" if said else ""
        raise InputError(
            f"interpreter {path} is no Python that runs: exit code {done.returncode}{shown}; {_REMEDY}"
        ) from None
