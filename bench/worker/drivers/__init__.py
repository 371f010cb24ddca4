"""The database drivers of the project, as far as it has loaded them: what they send, and when."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from .listener import Listener


def watch_new_connections() -> None:
    """Have psycopg2's connections report from now on: those that are open already cannot be made to."""
    if "psycopg2" in sys.modules:
        from .psycopg2_connections import watch_new_connections

        watch_new_connections()


@contextmanager
def noted_statements(listener: Listener) -> Iterator[None]:
    """Have ``listener`` hear of every statement that a cursor is given while the block runs."""
    with ExitStack() as stack:
        if "psycopg" in sys.modules:
            from .psycopg_cursors import noted_statements

            stack.enter_context(noted_statements(listener))
        stack.enter_context(_listening(listener))
        yield


@contextmanager
def counted_trips(listener: Listener) -> Iterator[None]:
    """Have ``listener`` hear of every round trip to the server while the block runs."""
    with ExitStack() as stack:
        if "psycopg" in sys.modules:
            from .psycopg_trips import counted_trips

            stack.enter_context(counted_trips(listener))
        stack.enter_context(_listening(listener))
        yield


@contextmanager
def _listening(listener: Listener) -> Iterator[None]:
    if "psycopg2" not in sys.modules:
        yield
        return
    from .psycopg2_connections import listening

    with listening(listener):
        yield
