"""The interpreter of an environment: whether it can run a worker, and what it has."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from bench.errors import InputError

OLDEST = (3, 11)
_SECONDS = 60.0
# The working folder may hold modules that shadow the standard library's.
_PROBE = """
import sys
sys.path.remove("")
import importlib.util, json, sysconfig
found = {
    "version": list(sys.version_info[:3]), "implementation": sys.implementation.name, "packages": {},
    "has_memray": importlib.util.find_spec("memray") is not None, "platform": sysconfig.get_platform(),
}
if found["version"] >= [3, 8]:
    from importlib import metadata
    for name in ("django", "psycopg", "psycopg2", "psycopg2-binary", "memray"):
        try:
            found["packages"][name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            pass
print(json.dumps(found))
"""


@dataclass(frozen=True, kw_only=True)
class Interpreter:
    """An Interpreter is one that can run a worker."""

    version: tuple[int, int, int]
    implementation: str
    """``cpython``, mostly."""
    platform: str
    has_memray: bool
    """Whether its environment has memray."""
    packages: Mapping[str, str]
    """Versions of Django, of database drivers and of memray, where they are installed."""


def refuse_unusable(path: str) -> None:
    """Raise InputError for a path that is no interpreter on which a worker runs."""
    if path != sys.executable:
        inspect(path)


@cache
def inspect(path: str) -> Interpreter:
    """Return what the interpreter at ``path`` is. Raises InputError, in one line with the remedy."""
    remedy = "name the python of the environment in which the project is installed"
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    try:
        finished = subprocess.run(
            [path, "-c", _PROBE],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env={**variables, "PYTHONDONTWRITEBYTECODE": "1"},
            timeout=_SECONDS,
            check=False,
        )
    except OSError as error:
        raise InputError(f"interpreter {path!r} cannot be started: {error.strerror}; {remedy}") from error
    except subprocess.TimeoutExpired:
        raise InputError(f"interpreter {path!r} does not say its version within {_SECONDS:g} s; {remedy}") from None
    try:
        # What the environment prints at every start comes before.
        found = json.loads(finished.stdout.strip().rpartition(b"\n")[2])
        version = tuple(found["version"])
        interpreter = Interpreter(
            version=version,
            implementation=found["implementation"],
            platform=found["platform"],
            has_memray=found["has_memray"],
            packages=found["packages"],
        )
    except (ValueError, TypeError, KeyError) as error:
        said = finished.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise InputError(f"{path!r} is no Python interpreter ({said or finished.returncode}); {remedy}") from error
    if version < OLDEST:
        needed, has = (".".join(map(str, one)) for one in (OLDEST, version))
        raise InputError(f"interpreter {path!r} is Python {has}; the worker needs {needed} or newer")
    return interpreter
