"""psycopg2: its classes are written in C and cannot be patched, so its connections are made of subclasses.

``psycopg2.connect`` is the one way to a connection, Django's and the pools' included; what it makes after
``watch_new_connections`` reports every statement, COPY, FETCH, COMMIT and ROLLBACK that its methods send.
"""

from __future__ import annotations

import functools
import importlib
import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from .listener import Listener, OnceSent

_psycopg2: Any = importlib.import_module("psycopg2")
_extensions: Any = importlib.import_module("psycopg2.extensions")
_extras: Any = importlib.import_module("psycopg2.extras")
_sql: Any = importlib.import_module("psycopg2.sql")

_listeners: list[Listener] = []
"""The one that listens now; empty between calls."""


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Have ``listener`` hear of what the watched connections send while the block runs."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def watch_new_connections() -> None:
    """Have every connection that is opened from now on be a watched one."""
    original = _psycopg2._connect
    if getattr(original, "watches", False):
        return

    @functools.wraps(original)
    def connect(dsn: Any, connection_factory: Any = None, **options: Any) -> Any:
        return original(dsn, connection_factory=_watched(connection_factory, _WatchedConnection), **options)

    connect.watches = True  # type: ignore[attr-defined]  # functions take any attribute
    _psycopg2._connect = connect


@functools.cache
def _watched(factory: Any, base: Any) -> Any:
    """Return ``factory``, a class or None for psycopg2's own, with the methods of ``base`` below its own."""
    if factory is None or factory is base.__mro__[2]:
        return base
    # One that is only a function makes what it likes, and that is not watched.
    if not isinstance(factory, type) or issubclass(factory, base):
        return factory
    return type(factory.__name__, (factory, base), {})


@contextmanager
def _sending(text: Callable[[], str]) -> Iterator[None]:
    """Report a statement that the block sends."""
    with _wait_callback_kept():
        _call_once_sent(_report(text))
        yield


def _report(text: Callable[[], str]) -> OnceSent | None:
    return _listeners[-1].statement(text) if _listeners else None


@contextmanager
def _wait_callback_kept() -> Iterator[None]:
    before = _extensions.get_wait_callback()
    try:
        yield
    finally:
        _extensions.set_wait_callback(before)


def _call_once_sent(once_sent: OnceSent | None) -> None:
    """Have psycopg2 send the next statement, call ``once_sent``, and only then wait for the server's answer."""
    if once_sent is None:
        return
    waiting = [once_sent]

    def wait(connection: Any) -> None:
        while waiting:
            waiting.pop()()
        _extras.wait_select(connection)

    _extensions.set_wait_callback(wait)


class _ConnectionMethods:
    """The methods of a connection that send something, and the one that makes cursors."""

    def cursor(self, *arguments: Any, **options: Any) -> Any:
        own: Any = self
        factory = arguments[1] if len(arguments) > 1 else options.pop("cursor_factory", None)
        chosen = _watched(factory or own.cursor_factory or _extensions.cursor, _WatchedCursor)
        above: Any = super()
        return (
            above.cursor(*arguments[:1], chosen, *arguments[2:], **options)
            if arguments
            else above.cursor(cursor_factory=chosen, **options)
        )

    def commit(self) -> None:
        self._end("COMMIT")

    def rollback(self) -> None:
        self._end("ROLLBACK")

    def _end(self, statement: str) -> None:
        own: Any = self
        above: Any = super()
        end = above.commit if statement == "COMMIT" else above.rollback
        # Outside a transaction nothing is sent.
        if own.closed or own.get_transaction_status() == _extensions.TRANSACTION_STATUS_IDLE:
            end()
            return
        with _sending(lambda: statement):
            end()


class _CursorMethods:
    """The methods of a cursor that send something."""

    def execute(self, query: Any, vars: Any = None) -> Any:  # noqa: A002 - psycopg2's own name
        above: Any = super()
        with _sending(lambda: _text(self, query)):
            return above.execute(query, vars)

    def executemany(self, query: Any, vars_list: Iterable[Any]) -> Any:
        above: Any = super()

        def reported() -> Iterator[Any]:
            for one in vars_list:
                _call_once_sent(_report(lambda: _text(self, query)))
                yield one

        with _wait_callback_kept():
            return above.executemany(query, reported())

    def callproc(self, name: Any, *arguments: Any) -> Any:
        above: Any = super()
        with _sending(lambda: f"SELECT * FROM {name}()"):  # noqa: S608 - for comparison, never sent
            return above.callproc(name, *arguments)

    def copy_expert(self, sql: Any, file: Any, *arguments: Any) -> Any:
        above: Any = super()
        return self._copied(lambda: _text(self, sql), file, lambda proxy: above.copy_expert(sql, proxy, *arguments))

    def copy_from(self, file: Any, table: str, *arguments: Any, **options: Any) -> Any:
        above: Any = super()
        columns = options.get("columns", arguments[3] if len(arguments) > 3 else None)
        return self._copied(
            lambda: _copy_text(self, table, columns, "FROM stdin"),
            file,
            lambda proxy: above.copy_from(proxy, table, *arguments, **options),
        )

    def copy_to(self, file: Any, table: str, *arguments: Any, **options: Any) -> Any:
        above: Any = super()
        columns = options.get("columns", arguments[2] if len(arguments) > 2 else None)
        return self._copied(
            lambda: _copy_text(self, table, columns, "TO stdout"),
            file,
            lambda proxy: above.copy_to(proxy, table, *arguments, **options),
        )

    def fetchone(self) -> Any:
        return self._fetched("fetchone")

    def fetchmany(self, *arguments: Any, **options: Any) -> Any:
        return self._fetched("fetchmany", *arguments, **options)

    def fetchall(self) -> Any:
        return self._fetched("fetchall")

    def __next__(self) -> Any:
        own: Any = self
        above: Any = super()
        if own.name is None or own.rownumber < own.rowcount:
            return above.__next__()
        with _sending(lambda: "FETCH"):
            return above.__next__()

    def close(self) -> None:
        own: Any = self
        above: Any = super()
        if own.name is None or own.closed or own.connection.closed:
            above.close()
            return
        with _sending(lambda: "CLOSE"):
            above.close()

    def _fetched(self, method: str, *arguments: Any, **options: Any) -> Any:
        own: Any = self
        fetch = getattr(super(), method)
        if own.name is None:
            return fetch(*arguments, **options)
        with _sending(lambda: "FETCH"):
            return fetch(*arguments, **options)

    def _copied(self, text: Callable[[], str], file: Any, copy: Callable[[Any], Any]) -> Any:
        once_sent = _report(text)
        if not _listeners:
            return copy(file)
        # psycopg2 asks a file's class whether to give it text or bytes.
        proxy = _TextPieces(file, once_sent) if isinstance(file, io.TextIOBase) else _Pieces(file, once_sent)
        return copy(proxy)


class _Pieces:
    """A file whose blocks are reported as pieces of a COPY; psycopg2 takes no wait callback there.

    What is to happen once a block is sent happens when psycopg2 asks for the next one.
    """

    def __init__(self, file: Any, once_sent: OnceSent | None) -> None:
        self._file = file
        self._once_sent = once_sent

    def read(self, size: int = -1) -> Any:
        self._next()
        block = self._file.read(size)
        if not block:
            self._call()
        return block

    def readline(self, size: int = -1) -> Any:
        return self._file.readline(size)

    def write(self, block: Any) -> Any:
        self._next()
        return self._file.write(block)

    def _next(self) -> None:
        self._call()
        self._once_sent = _listeners[-1].piece() if _listeners else None

    def _call(self) -> None:
        once_sent, self._once_sent = self._once_sent, None
        if once_sent:
            once_sent()


class _TextPieces(_Pieces, io.TextIOBase):  # type: ignore[misc]  # the same methods, for any kind of block
    """The same for a file of text."""


def _text(cursor: Any, query: Any) -> str:
    if isinstance(query, _sql.Composable):
        return str(query.as_string(cursor))
    return query.decode(errors="replace") if isinstance(query, bytes) else str(query)


def _copy_text(cursor: Any, table: str, columns: Iterable[str] | None, direction: str) -> str:
    """Return the COPY that psycopg2 writes itself, but for its two literals."""
    quoted = ",".join(_extensions.quote_ident(column, cursor) for column in columns or ())
    listed = f"({quoted})" if quoted else ""
    return f"COPY {_extensions.quote_ident(table, cursor)}{listed} {direction} WITH DELIMITER AS 'd' NULL AS 'n'"


_WatchedConnection = type("WatchedConnection", (_ConnectionMethods, _extensions.connection), {})
_WatchedCursor = type("WatchedCursor", (_CursorMethods, _extensions.cursor), {})
