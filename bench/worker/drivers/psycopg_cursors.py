"""Statements of psycopg 3, noted where its cursors send them, asynchronous ones included."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sized
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg

from .listener import Listener

FETCH = "FETCH"
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


@contextmanager
def noted_statements(listener: Listener) -> Iterator[None]:
    """Have ``listener`` hear of everything that psycopg's cursors send in this process, Django's too."""

    def noting_statement(original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def method(cursor: Any, *arguments: Any, **options: Any) -> Any:
            for _ in range(_times(arguments, options) if original.__name__ == "executemany" else 1):
                listener.statement(functools.partial(_text, cursor, arguments, options))
            return original(cursor, *arguments, **options)

        return method

    def noting_fetch(original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def method(*arguments: Any, **options: Any) -> Any:
            listener.statement(lambda: FETCH)
            return original(*arguments, **options)

        return method

    with ExitStack() as stack:
        for cursor in _EXECUTING:
            for name in _EXECUTING_NAMES:
                if name in vars(cursor):
                    stack.enter_context(_replaced(cursor, name, noting_statement))
        for owner, name in _FETCHING:
            stack.enter_context(_replaced(owner, name, noting_fetch))
        yield


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


def _text(cursor: Any, arguments: tuple[Any, ...], options: dict[str, Any]) -> str:
    query = arguments[0] if arguments else options.get("query", options.get("statement", ""))
    if isinstance(query, psycopg.sql.Composable):
        return query.as_string(cursor)
    return query.decode(errors="replace") if isinstance(query, bytes) else str(query)


def _times(arguments: tuple[Any, ...], options: dict[str, Any]) -> int:
    """How many sets of parameters ``executemany`` was given; 1 where only iterating tells."""
    parameters = arguments[1] if len(arguments) > 1 else options.get("params_seq")
    return len(parameters) if isinstance(parameters, Sized) else 1
