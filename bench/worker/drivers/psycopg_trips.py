"""Round trips of psycopg 3: every statement and every piece of a COPY passes through ``Connection.wait``.

Django's do, too; connecting does not. What reaches the server by other means is not counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import psycopg
from psycopg import pq

from .listener import Listener

_LOCAL = "_set_"
"""The prefix of psycopg's generators that change the connection object, such as autocommit, and send nothing."""


@contextmanager
def counted_trips(listener: Listener) -> Iterator[None]:
    """Have ``listener`` hear of every round trip until the block ends; the text of a statement is not known."""
    original = psycopg.Connection.wait

    def wait(connection: psycopg.Connection, steps: Any, *arguments: Any, **options: Any) -> Any:
        if not getattr(steps, "__name__", "").startswith(_LOCAL):
            active = connection.pgconn.transaction_status == pq.TransactionStatus.ACTIVE
            once_sent = listener.piece() if active else listener.statement(str)
            if once_sent:
                steps = _sent(steps, once_sent)
        return original(connection, steps, *arguments, **options)

    with patch.object(psycopg.Connection, "wait", wait):
        yield


def _sent(steps: Any, then: Callable[[], None]) -> Any:
    """Go through psycopg's ``steps`` of one round trip, and call ``then`` at the first wait for the server.

    A step that needs no wait has been sent nevertheless, or was too small to leave the client's buffer.
    """
    try:
        state = next(steps)
    except StopIteration as end:
        then()
        return end.value
    then()
    while True:
        ready = yield state
        try:
            state = steps.send(ready)
        except StopIteration as end:
            return end.value
