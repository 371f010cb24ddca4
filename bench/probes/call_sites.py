"""Call sites: the line of the implementation that issued each statement, for a message that a user can act on."""

from __future__ import annotations

import functools
import sys
import sysconfig
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any
from unittest.mock import patch

import psycopg

from bench.results.fingerprint import fingerprint

_HARNESS = Path(__file__).resolve().parent.parent
_LIBRARIES = tuple(
    f"{root}/" for root in {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
)
_CURSORS: tuple[type[Any], ...] = (psycopg.Cursor, psycopg.ClientCursor, psycopg.ServerCursor)
_EXECUTING = ("execute", "executemany", "copy", "stream")
_FETCHING = ("fetchone", "fetchmany", "fetchall")
_FETCH = "FETCH"


class CallSites:
    """Which lines issued which statement, by fingerprint, in the order in which they did."""

    def __init__(self) -> None:
        self._by_fingerprint: defaultdict[str, list[str]] = defaultdict(list)

    def note(self, statement: str) -> None:
        """Take note of the line that is issuing ``statement`` now."""
        self._by_fingerprint[fingerprint(statement)].append(current_site())

    def sites(self, statements: tuple[str, ...]) -> tuple[str, ...]:
        """Return ``file:line`` for each statement, '' where none is known.

        A BEGIN belongs to the statement after it, a COMMIT, ROLLBACK or CLOSE to the one before it; a FETCH to the line
        that iterates.
        """
        rest = {key: deque(sites) for key, sites in self._by_fingerprint.items()}
        known = [self._next(rest.get(_key(statement))) for statement in statements]
        for position in reversed(range(len(known) - 1)):
            if not known[position] and _verb(statements[position]) == "BEGIN":
                known[position] = known[position + 1]
        for position in range(1, len(known)):
            if not known[position]:
                known[position] = known[position - 1]
        return tuple(known)

    @staticmethod
    def _next(sites: deque[str] | None) -> str:
        """The next site; the last one again where the server saw the statement more often than it was called for."""
        if not sites:
            return ""
        return sites.popleft() if len(sites) > 1 else sites[0]


@contextmanager
def recorded_call_sites() -> Iterator[CallSites]:
    """Note the line behind everything that psycopg sends in this process, on any connection, Django's included."""
    sites = CallSites()

    def noting(original: Callable[..., Any], fixed: str | None) -> Callable[..., Any]:
        @functools.wraps(original)
        def method(cursor: Any, *arguments: Any, **options: Any) -> Any:
            sites.note(fixed or _text(cursor, arguments, options))
            return original(cursor, *arguments, **options)

        return method

    with ExitStack() as stack:
        for cursor in _CURSORS:
            fetching = _FETCHING if cursor is psycopg.ServerCursor else ()
            for names, fixed in ((_EXECUTING, None), (fetching, _FETCH)):
                for name in names:
                    if name in vars(cursor):
                        stack.enter_context(patch.object(cursor, name, noting(vars(cursor)[name], fixed)))
        yield sites


def current_site() -> str:
    """Return ``file:line`` of the innermost frame outside libraries and the harness; '' without one."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if not file.startswith((*_LIBRARIES, f"{_HARNESS}/", "<")):
            return f"{_short(file)}:{frame.f_lineno}"
        frame = frame.f_back
    return ""


def _text(cursor: Any, arguments: tuple[Any, ...], options: dict[str, Any]) -> str:
    query = arguments[0] if arguments else options.get("query", options.get("statement", ""))
    if isinstance(query, psycopg.sql.Composable):
        return query.as_string(cursor)
    return query.decode() if isinstance(query, bytes) else str(query)


def _key(statement: str) -> str:
    match _verb(statement):
        case "FETCH":
            return fingerprint(_FETCH)
        case "DECLARE":
            # psycopg was given the query alone.
            return fingerprint(statement.partition(" FOR ")[2])
    return fingerprint(statement)


def _verb(statement: str) -> str:
    return statement.split(maxsplit=1)[0].upper() if statement.strip() else ""


def _short(file: str) -> str:
    path = Path(file)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else "/".join(path.parts[-2:])
