"""The call site of a statement: the line of the implementation that is issuing it, as ``file:line``.

This module needs the standard library alone, so that the pytest plugin can use it with any database driver.
"""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path
from types import FrameType

_HARNESS = f"{Path(__file__).resolve().parents[2]}/"
_PACKAGES = tuple(f"{sysconfig.get_path(name)}/" for name in ("purelib", "platlib"))
_LIBRARIES = (*_PACKAGES, *(f"{sysconfig.get_path(name)}/" for name in ("stdlib", "platstdlib")))
_DRIVER_NAMES = ("asgiref", "django", "psycopg", "psycopg_binary", "psycopg2")
_DRIVERS = tuple(f"{folder}{name}/" for folder in _PACKAGES for name in _DRIVER_NAMES)

_OPENING = frozenset({"BEGIN", "SAVEPOINT"})
_CLOSING = frozenset({"COMMIT", "ROLLBACK", "RELEASE", "CLOSE"})
"""Statements that connections send on their own around the implementation's."""


class CallSiteFinder:
    """Finds the line that is executing; paths are relative to the working folder at the time of construction."""

    def __init__(self) -> None:
        # Read now because an implementation may change it.
        self._folder = Path.cwd()

    def current(self) -> str:
        """Return ``file:line`` of the innermost frame outside libraries and the harness, or '' without one.

        For an implementation that is itself installed as a package, that is the innermost frame outside the standard
        library, Django and the database drivers. A thread that only runs library code, as Django's async interface
        uses, has none.
        """
        installed = ""
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            file = frame.f_code.co_filename
            if not file.startswith((_HARNESS, *_DRIVERS, "<")):
                if not file.startswith(_LIBRARIES):
                    return self._site(file, frame.f_lineno)
                if file.startswith(_PACKAGES) and not installed:
                    installed = self._site(file, frame.f_lineno)
            frame = frame.f_back
        return installed

    def _site(self, file: str, line: int) -> str:
        path = Path(file)
        if path.is_relative_to(self._folder) and not file.startswith(_PACKAGES):
            return f"{path.relative_to(self._folder)}:{line}"
        return f"{'/'.join(path.parts[-2:])}:{line}"


def with_transactions(statements: tuple[str, ...], known: Iterable[str]) -> tuple[str, ...]:
    """Return ``known``, the site of each statement, with the missing ones of transactions and cursors filled in.

    A BEGIN or SAVEPOINT takes the site of the statement after it; a COMMIT, ROLLBACK, RELEASE or CLOSE takes that of
    the statement before it.
    """
    filled = list(known)
    verbs = list(map(verb, statements))
    for position in reversed(range(len(filled) - 1)):
        if not filled[position] and verbs[position] in _OPENING:
            filled[position] = filled[position + 1]
    for position in range(1, len(filled)):
        if not filled[position] and verbs[position] in _CLOSING:
            filled[position] = filled[position - 1]
    return tuple(filled)


def verb(statement: str) -> str:
    """Return the first word of ``statement`` in upper case; '' for a blank one."""
    return statement.split(maxsplit=1)[0].upper() if statement.strip() else ""
