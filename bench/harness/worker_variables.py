"""A worker's environment variables: the caller's that change no figure, the database's, and the project's."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from bench.database.access import DatabaseAccess
from bench.jobs.environment import WorkerEnvironment
from bench.messages.places import variables_for

_KEPT_PYTHON_VARIABLES = frozenset(
    {
        "PYTHONCOERCECLOCALE",
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONHASHSEED",
        "PYTHONHOME",
        "PYTHONNOUSERSITE",
        "PYTHONPATH",
        "PYTHONPLATLIBDIR",
        "PYTHONPYCACHEPREFIX",
        "PYTHONUSERBASE",
        "PYTHONUTF8",
    }
)
"""Where Python finds code, and how it reads text. Others, such as PYTHONMALLOC or PYTHONWARNINGS, change figures."""
_OF_THIS_INTERPRETER = frozenset({"PYTHONHOME", "PYTHONPATH", "PYTHONPLATLIBDIR", "PYTHONUSERBASE", "VIRTUAL_ENV"})
"""Where this interpreter finds its packages, which another one must not import."""
_DROPPED_PREFIXES = ("PYTHON", "PYTEST_", "COVERAGE_", "COV_CORE_")
_DROPPED = frozenset({"DJANGO_SETTINGS_MODULE", "DJANGO_CONFIGURATION"})


def worker_variables(
    environment: WorkerEnvironment, access: DatabaseAccess | None, folder: Path, scratch: Path
) -> dict[str, str]:
    """Return the variables of a worker whose own temporary ``folder`` is in ``scratch``.

    Compiled files of another interpreter's environment, and of code that the environment's path names, go to
    ``scratch``: nothing is written beside the code.
    """
    foreign = is_foreign(environment)
    kept = {name: value for name, value in os.environ.items() if _is_kept(name, foreign=foreign)}
    if (foreign or environment.path) and "PYTHONPYCACHEPREFIX" not in kept:
        kept["PYTHONPYCACHEPREFIX"] = str(scratch / "compiled")
        # It keeps Python from writing beside the code, which nobody does there; each worker would compile all of it.
        kept.pop("PYTHONDONTWRITEBYTECODE", None)
    home = folder / "home"
    if any("{home}" in value for value in environment.variables.values()):
        home.mkdir()
    return {**kept, **variables_for(environment, access, str(home)), "TMPDIR": str(folder)}


def is_foreign(environment: WorkerEnvironment) -> bool:
    """Whether the environment is another one than this process runs in."""
    return environment.interpreter != sys.executable


def _is_kept(name: str, *, foreign: bool) -> bool:
    if foreign and name in _OF_THIS_INTERPRETER:
        return False
    return name in _KEPT_PYTHON_VARIABLES or not (name.startswith(_DROPPED_PREFIXES) or name in _DROPPED)
