"""The environment of a worker: which interpreter runs the code under test, and how it finds the code and a database."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class WorkerEnvironment:
    """A WorkerEnvironment is everything that a worker process needs besides its request; all of it travels as JSON.

    Raises nothing: ``bench project check`` and the worker itself say what is wrong with it.
    """

    interpreter: str = sys.executable
    """Python of an environment in which the project is installed; nothing is installed into it."""
    path: tuple[str, ...] = ()
    """Folders that are searched for modules before all others."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Environment variables, set before anything is imported. ``{host}``, ``{port}``, ``{database}``, ``{user}``,
    ``{password}``, ``{admin_user}`` and ``{admin_password}`` stand for the database of the sample, ``{home}`` for an
    empty folder that is removed with the worker; ``{conninfo}``, ``{app_role}`` and ``{admin_role}`` for what
    ``DatabaseAccess`` calls so. libpq's own (PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD) are always there."""
    settings: str = ""
    """Django's settings module; '' for a project without Django."""
    set_up: str = ""
    """``module:function`` or ``FILE.py:function``, called with the sample's context once Django is set up and before
    the warm-up; '' for none."""
    migrate: tuple[str, ...] = ("migrate",)
    """The management command that creates the tables, with its arguments."""
    skipped_statements: tuple[str, ...] = ()
    """Regular expressions of migration statements that the server cannot execute; each skipped one is reported."""
