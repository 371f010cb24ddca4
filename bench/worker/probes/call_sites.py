"""Call sites: the line of the implementation that issued each statement, for a message that a user can act on."""

from __future__ import annotations

import functools
import sys
import sysconfig
from collections import defaultdict
from collections.abc import Callable, Iterator, Sized
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import psycopg

from bench.results.fingerprint import fingerprint

_HARNESS = f"{Path(__file__).resolve().parents[2]}/"
_PACKAGES = tuple(f"{sysconfig.get_path(name)}/" for name in ("purelib", "platlib"))
_LIBRARIES = (*_PACKAGES, *(f"{sysconfig.get_path(name)}/" for name in ("stdlib", "platstdlib")))
_DRIVERS = tuple(f"{folder}{name}/" for folder in _PACKAGES for name in ("django", "psycopg", "psycopg_binary"))

_FETCH = "FETCH"
_EXECUTING: tuple[type[Any], ...] = (psycopg.Cursor, psycopg.ClientCursor, psycopg.ServerCursor)
_EXECUTING_NAMES = ("execute", "executemany", "copy", "stream")
# psycopg's own, for it alone is called exactly once a FETCH: iterating over a cursor fetches only where a page ends.
_FETCHING = (psycopg.ServerCursor, "_fetch_gen")

_OPENING = frozenset({"BEGIN", "SAVEPOINT"})
_CLOSING = frozenset({"COMMIT", "ROLLBACK", "RELEASE", "CLOSE"})
"""What connections send for themselves around the statements of the implementation."""


@dataclass(frozen=True)
class _Issue:
    """An _Issue is one call with a statement: its line, how often the server sees the statement, and who calls."""

    site: str
    times: int
    by_django: bool


class CallSites:
    """Which lines issued which statement, by fingerprint, in the order in which they did."""

    def __init__(self) -> None:
        self._issues: defaultdict[str, list[_Issue]] = defaultdict(list)
        # Now, for an implementation may change it.
        self._folder = Path.cwd()

    def note(self, statement: str, *, times: int = 1, by_django: bool = True) -> None:
        """Take note of the line that is issuing ``statement`` now; the server sees it ``times`` times."""
        self._issues[fingerprint(statement)].append(_Issue(self._current_site(), times, by_django))

    def in_django_log(self, statements: tuple[str, ...]) -> tuple[str, ...]:
        """Return ``file:line`` for each statement of Django's log, '' where none is known.

        A BEGIN belongs to the statement after it, a COMMIT to the one before it.
        """
        issued = {key: [one.site for one in issues if one.by_django] for key, issues in self._issues.items()}
        return _around(statements, _matched(statements, issued))

    def in_server_log(self, statements: tuple[str, ...], *, in_order: bool = True) -> tuple[str, ...]:
        """Return ``file:line`` for each statement that the server saw, '' where none is known.

        A BEGIN or SAVEPOINT belongs to the statement after it, a COMMIT, ROLLBACK, RELEASE or CLOSE to the one before
        it, and to none where the statements are not in the order in which they came; a FETCH to the line that iterates.
        """
        issued = {
            key: [site for one in issues for site in [one.site] * one.times] for key, issues in self._issues.items()
        }
        known = _matched(statements, issued)
        return _around(statements, known) if in_order else tuple(known)

    def _current_site(self) -> str:
        """Return ``file:line`` of the innermost frame outside libraries and the harness, or '' without one.

        An implementation may itself be installed as a library: then of the innermost one that is neither Python's,
        Django's nor psycopg's.
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


@contextmanager
def recorded_call_sites() -> Iterator[CallSites]:
    """Note the line behind everything that psycopg's cursors send in this process, Django's included."""
    sites = CallSites()

    def noting_statement(original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def method(cursor: Any, *arguments: Any, **options: Any) -> Any:
            sites.note(
                _text(cursor, arguments, options),
                times=_times(arguments, options) if original.__name__ == "executemany" else 1,
                by_django=type(cursor).__module__.startswith("django."),
            )
            return original(cursor, *arguments, **options)

        return method

    def noting_fetch(original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def method(*arguments: Any, **options: Any) -> Any:
            sites.note(_FETCH, by_django=False)
            return original(*arguments, **options)

        return method

    with ExitStack() as stack:
        for cursor in _EXECUTING:
            for name in _EXECUTING_NAMES:
                if name in vars(cursor):
                    stack.enter_context(_replaced(cursor, name, noting_statement))
        stack.enter_context(_replaced(*_FETCHING, noting_fetch))
        yield sites


@contextmanager
def _replaced(
    owner: type[Any], name: str, replacement: Callable[[Callable[..., Any]], Callable[..., Any]]
) -> Iterator[None]:
    """Replace a method, inherited or not, while the block runs."""
    own = vars(owner).get(name)
    setattr(owner, name, replacement(getattr(owner, name)))
    try:
        yield
    finally:
        if own is None:
            delattr(owner, name)
        else:
            setattr(owner, name, own)


def _matched(statements: tuple[str, ...], issued: dict[str, list[str]]) -> list[str]:
    """Hand the sites out in their order; the last one again where there are more statements than known calls."""
    rest = {key: iter(sites) for key, sites in issued.items()}
    latest: dict[str, str] = {}
    found = []
    for statement in statements:
        key = _key(statement)
        latest[key] = next(rest.get(key, iter(())), latest.get(key, ""))
        found.append(latest[key])
    return found


def _around(statements: tuple[str, ...], known: list[str]) -> tuple[str, ...]:
    """Fill in the sites of what opens and closes transactions and cursors."""
    filled = list(known)
    verbs = list(map(_verb, statements))
    for position in reversed(range(len(filled) - 1)):
        if not filled[position] and verbs[position] in _OPENING:
            filled[position] = filled[position + 1]
    for position in range(1, len(filled)):
        if not filled[position] and verbs[position] in _CLOSING:
            filled[position] = filled[position - 1]
    return tuple(filled)


def _text(cursor: Any, arguments: tuple[Any, ...], options: dict[str, Any]) -> str:
    query = arguments[0] if arguments else options.get("query", options.get("statement", ""))
    if isinstance(query, psycopg.sql.Composable):
        return query.as_string(cursor)
    return query.decode(errors="replace") if isinstance(query, bytes) else str(query)


def _times(arguments: tuple[Any, ...], options: dict[str, Any]) -> int:
    """How many sets of parameters ``executemany`` was given; 1 where only iterating tells."""
    parameters = arguments[1] if len(arguments) > 1 else options.get("params_seq")
    return len(parameters) if isinstance(parameters, Sized) else 1


def _key(statement: str) -> str:
    match _verb(statement):
        case "FETCH":
            return fingerprint(_FETCH)
        case "DECLARE":
            # psycopg was given the query alone.
            return fingerprint(statement.partition(" FOR ")[2])
        case "BEGIN" | "COMMIT":
            # Where the implementation itself sends one, it is not known which of all these it is.
            return ""
    return fingerprint(statement)


def _verb(statement: str) -> str:
    return statement.split(maxsplit=1)[0].upper() if statement.strip() else ""
