"""A Project: what its TOML file says, and the environments of workers that follow from it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.database.roles import LoginRoles
from bench.declare.laws import Law
from bench.declare.promise import Promise
from bench.errors import InputError
from bench.jobs.environment import WorkerEnvironment
from bench.jobs.job import Target
from bench.project.table_copy import TableCopy

CHECKOUT = "{checkout}"
INTERPRETER_VARIABLE = "BENCH_INTERPRETER"
CHECKOUT_VARIABLE = "BENCH_CHECKOUT"


@dataclass(frozen=True, kw_only=True)
class Project:
    """A Project is a description that has been read: complete in itself, but nothing of it has been tried."""

    file: Path
    name: str
    job: str
    """A registered name, ``package.module:NAME`` or ``FILE.py[:NAME]`` with an absolute path."""
    functions: Mapping[str, str]
    """Short name → ``module:function``; the first one is what the others are compared with."""
    interpreter: str = ""
    """'' where none is given; ``environment`` then needs one."""
    checkout: Path | None = None
    """The user's clone, which is read and never written."""
    path: tuple[str, ...] = ()
    """Folders, absolute or below ``{checkout}``."""
    code: tuple[str, ...] = ()
    """The folders and files of a commit, relative to the checkout, that its code needs; empty: those of ``path``."""
    settings: str = ""
    set_up: str = ""
    warm_up: bool = True
    """Whether a worker makes an unmeasured call first; without one, the measured call pays for all that is loaded."""
    after_copy: tuple[str, ...] = ()
    """SQL statements that fill further tables of the project from those that were copied."""
    migrate: tuple[str, ...] = ("migrate",)
    skipped_statements: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    """The server must be able to create them."""
    variables: Mapping[str, str] = field(default_factory=dict)
    roles: LoginRoles = field(default_factory=LoginRoles)
    targets: tuple[Target, ...] = ()
    """Empty: those of the job."""
    copies: Mapping[str, TableCopy] = field(default_factory=dict)
    """By the job's table; one that is not named here is copied to the project's table of its name."""
    laws: Mapping[str, tuple[Law, ...]] = field(default_factory=dict)
    """What a function promises of its statements, by its short name."""
    promises: Mapping[str, tuple[Promise, ...]] = field(default_factory=dict)
    lock: str = ""
    """The file, relative to a checkout, whose content decides which interpreter a revision needs."""
    interpreters: Mapping[str, str] = field(default_factory=dict)
    """The beginning of the SHA-256 of a lock file → the interpreter of the environment installed from it."""

    def environment(self, *, checkout: Path | None = None, interpreter: str = "") -> WorkerEnvironment:
        """Return the environment in which the code of ``checkout`` runs, by default the user's clone.

        Raises InputError where the description leaves out the interpreter or the checkout.
        """
        python = interpreter or self.interpreter
        if not python:
            raise InputError(
                f"{self.file}: project.interpreter is missing; write the Python of the project's environment there, "
                f"or give it by --interpreter or {INTERPRETER_VARIABLE}"
            )
        folder = checkout or self.checkout
        return WorkerEnvironment(
            interpreter=python,
            path=tuple(self._in_checkout(one, folder, "project.path") for one in self.path),
            variables={
                name: self._in_checkout(value, folder, f"variables.{name}") for name, value in self.variables.items()
            },
            settings=self.settings,
            set_up=self.set_up,
            migrate=self.migrate,
            skipped_statements=self.skipped_statements,
        )

    def interpreter_for(self, lock_sha256: str) -> str:
        """Return the interpreter named for a lock file's SHA-256, in hexadecimal; '' where none is."""
        return next((python for start, python in self.interpreters.items() if lock_sha256.startswith(start)), "")

    def _in_checkout(self, text: str, checkout: Path | None, key: str) -> str:
        if CHECKOUT not in text:
            return text
        if checkout is None:
            raise InputError(
                f"{self.file}: {key} names {CHECKOUT}, and project.checkout is missing; write the folder of your clone "
                f"there, or give it by --checkout or {CHECKOUT_VARIABLE}"
            )
        return text.replace(CHECKOUT, str(checkout))


PLACE = re.compile(r"\{([a-z_]+)\}")
"""A place in a variable; other braces are text."""
