"""Statements as Django logs them, counted beside Django's own log, whatever thread or connection issues them.

This module needs Django alone, so that the pytest plugin can use it with any database driver.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from django.db.backends import utils
from django.db.backends.utils import CursorWrapper

from .call_site import CallSiteFinder, with_transactions


class DjangoStatements:
    """The statements that Django issued while a block ran, in the order in which they ended."""

    def __init__(self) -> None:
        self._finder = CallSiteFinder()
        self._entries: list[tuple[str, str]] = []
        """(text, call site); appended to by any thread."""

    @property
    def texts(self) -> tuple[str, ...]:
        """Each statement with its parameters, as Django's log has it; ``executemany`` is one statement."""
        return tuple(text for text, _ in self._entries)

    @property
    def sites(self) -> tuple[str, ...]:
        """For each of ``texts`` the line that issued it, ``file:line``, or '' if it is not known."""
        return with_transactions(self.texts, (site for _, site in self._entries))

    def add(self, text: str) -> None:
        """Add a statement that the current line is issuing."""
        self._entries.append((text, self._finder.current()))

    def add_transaction(self, text: str) -> None:
        """Add a BEGIN, COMMIT or ROLLBACK, whose call site is that of the statement next to it."""
        self._entries.append((text, ""))


@contextmanager
def counted_statements() -> Iterator[DjangoStatements]:
    """Count what any thread of this process sends through Django while the block runs.

    Connections that are opened during the block count too. ``connection.queries_log`` stays Django's own, so that
    ``assertNumQueries`` and its like work inside the block.
    """
    found = DjangoStatements()
    with ExitStack() as stack:
        for name, text_of in (("execute", _executed), ("executemany", _executed_many)):
            method = _counting(getattr(CursorWrapper, name), text_of, found)
            stack.enter_context(patch.object(CursorWrapper, name, method))
        original = utils.debug_transaction
        for name, module in list(sys.modules.items()):
            # The backends import it by name.
            if name.startswith("django.db.backends.") and vars(module).get("debug_transaction") is original:
                stack.enter_context(patch.object(module, "debug_transaction", _counting_transaction(original, found)))
        yield found


def _counting(
    original: Callable[..., Any], text_of: Callable[[Any, Any, Any], str], found: DjangoStatements
) -> Callable[..., Any]:
    @functools.wraps(original)
    def method(cursor: Any, sql: Any, parameters: Any = None) -> Any:
        try:
            return original(cursor, sql, parameters)
        finally:
            found.add(text_of(cursor, sql, parameters))

    return method


def _counting_transaction(
    original: Callable[[Any, str], AbstractContextManager[None]], found: DjangoStatements
) -> Callable[[Any, str], AbstractContextManager[None]]:
    @contextmanager
    def transaction(connection: Any, sql: str) -> Iterator[None]:
        try:
            with original(connection, sql):
                yield
        finally:
            found.add_transaction(str(sql))

    return transaction


def _executed(cursor: Any, sql: Any, parameters: Any) -> str:
    try:
        text = cursor.db.ops.last_executed_query(cursor.cursor, sql, parameters)
    except Exception:  # noqa: BLE001 - whatever a driver raises, the statement was sent, and its own error matters
        text = None
    return str(sql if text is None else text)


def _executed_many(_cursor: Any, sql: Any, parameters: Any) -> str:
    try:
        times = str(len(parameters))
    except TypeError:
        times = "?"
    return f"{times} times: {sql}"
