"""The call sites of the statements that the server saw, noted where psycopg sends them."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Iterator, Sized
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg

from bench.results.fingerprint import fingerprint
from bench.worker.probes.call_site import CallSiteFinder, verb, with_transactions

_FETCH = "FETCH"
_EXECUTING: tuple[type[Any], ...] = (
    psycopg.Cursor,
    psycopg.ClientCursor,
    psycopg.ServerCursor,
    psycopg.AsyncCursor,
    psycopg.AsyncClientCursor,
    psycopg.AsyncServerCursor,
)
_EXECUTING_NAMES = ("execute", "executemany", "copy", "stream")
# This private method alone is called exactly once a FETCH: iterating over a cursor fetches only where a page ends.
_FETCHING: tuple[tuple[type[Any], str], ...] = (
    (psycopg.ServerCursor, "_fetch_gen"),
    (psycopg.AsyncServerCursor, "_fetch_gen"),
)


class CallSites:
    """Which lines issued which statement, by fingerprint, in the order in which they did."""

    def __init__(self) -> None:
        self._issued: defaultdict[str, list[str]] = defaultdict(list)
        self._finder = CallSiteFinder()

    def note(self, statement: str, *, times: int = 1) -> None:
        """Note the line that is issuing ``statement`` now; the server sees it ``times`` times."""
        self._issued[fingerprint(statement)] += [self._finder.current()] * times

    def in_server_log(self, statements: tuple[str, ...], *, in_order: bool = True) -> tuple[str, ...]:
        """Return ``file:line`` for each statement that the server saw, '' if none is known.

        A FETCH has the line that iterates. Statements that open and close transactions have the line of their
        neighbour, and none where the statements are not in the order in which the server saw them.
        """
        known = _matched(statements, self._issued)
        return with_transactions(statements, known) if in_order else tuple(known)


@contextmanager
def recorded_call_sites() -> Iterator[CallSites]:
    """Note the line behind everything that psycopg's cursors send in this process, Django's and async ones included."""
    sites = CallSites()

    def noting_statement(original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def method(cursor: Any, *arguments: Any, **options: Any) -> Any:
            sites.note(
                _text(cursor, arguments, options),
                times=_times(arguments, options) if original.__name__ == "executemany" else 1,
            )
            return original(cursor, *arguments, **options)

        return method

    def noting_fetch(original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def method(*arguments: Any, **options: Any) -> Any:
            sites.note(_FETCH)
            return original(*arguments, **options)

        return method

    with ExitStack() as stack:
        for cursor in _EXECUTING:
            for name in _EXECUTING_NAMES:
                if name in vars(cursor):
                    stack.enter_context(_replaced(cursor, name, noting_statement))
        for owner, name in _FETCHING:
            stack.enter_context(_replaced(owner, name, noting_fetch))
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
    """Return the sites in their order; the last one repeats if there are more statements than known calls."""
    rest = {key: iter(sites) for key, sites in issued.items()}
    latest: dict[str, str] = {}
    found = []
    for statement in statements:
        key = _key(statement)
        latest[key] = next(rest.get(key, iter(())), latest.get(key, ""))
        found.append(latest[key])
    return found


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
    match verb(statement):
        case "FETCH":
            return fingerprint(_FETCH)
        case "DECLARE":
            # psycopg was given the query alone.
            return fingerprint(statement.partition(" FOR ")[2])
        case "BEGIN" | "COMMIT":
            # Where the implementation itself sends one, it is not known which of all these it is.
            return ""
    return fingerprint(statement)
