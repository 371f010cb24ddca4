"""Statements as Django logs them and as the server sees them, in a pass of its own: keeping SQL text costs memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.db import connections

from bench.database.access import DatabaseAccess
from bench.database.statement_log import capture
from bench.messages.reading import Call, Reading
from bench.worker.probes.call_sites import CallSites, recorded_call_sites


def read_statements(call: Call, access: DatabaseAccess) -> Reading:
    """Count both views of one call.

    Where the server's view cannot be had, ``statements_server`` is absent and a warning says why.
    """
    with capture(access) as server, _django_log() as log, recorded_call_sites() as calls:
        outcome = call()
    values = {"statements_django": float(len(log))}
    if server.source != "unavailable":
        values["statements_server"] = float(len(server.statements))
    return Reading(
        values=values,
        outcome=outcome,
        django_statements=tuple(log),
        server_statements=server.statements,
        server_source=server.source,
        django_sites=calls.in_django_log(tuple(log)),
        server_sites=calls.in_server_log(server.statements, in_order=server.source == "log"),
        warnings=server.warnings,
    )


def read_django_statements(call: Call) -> Reading:
    """Count the statements of one call as Django logs them, on whatever database its aliases are."""
    sites = CallSites()

    def noting(execute: Callable[..., Any], statement: str, *rest: Any) -> Any:
        sites.note(statement)
        return execute(statement, *rest)

    with ExitStack() as stack:
        log = stack.enter_context(_django_log())
        for connection in connections.all():
            stack.enter_context(connection.execute_wrapper(noting))
        outcome = call()
    return Reading(
        values={"statements_django": float(len(log))},
        outcome=outcome,
        django_statements=tuple(log),
        django_sites=sites.in_django_log(tuple(log)),
    )


@contextmanager
def _django_log() -> Iterator[list[str]]:
    """Collect the SQL of every alias, in the order in which statements end.

    Django's own log is a deque that forgets after 9,000 entries; a list of our own takes its place meanwhile.
    """
    log: list[str] = []

    class Recorder(deque[dict[str, Any]]):
        def append(self, entry: dict[str, Any]) -> None:
            log.append(entry["sql"])

    kept = {}
    for connection in connections.all():
        kept[connection] = (connection.queries_log, connection.force_debug_cursor)
        connection.queries_log = Recorder()
        connection.force_debug_cursor = True
    try:
        yield log
    finally:
        for connection, (queries, forced) in kept.items():
            connection.queries_log = queries
            connection.force_debug_cursor = forced
