"""A result stream that is closed whatever happens to its reader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString, TypeVar

import psycopg

Row = TypeVar("Row")


@contextmanager
def result_stream(
    cursor: psycopg.Cursor[Row], query: LiteralString, values: Sequence[Any] | Mapping[str, Any]
) -> Iterator[Iterator[Row]]:
    """Run ``query`` and yield an iterator over its rows, which are received one by one.

    An exception in the block cancels the query. A stream that is left open keeps its connection locked, and the
    rollback that follows the exception would wait for it for ever.
    """
    rows: Any = cursor.stream(query, values)  # a generator, declared as an iterator
    try:
        yield rows
    finally:
        rows.close()
