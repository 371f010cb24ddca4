"""Statements as Django logs them and as the server sees them, with the lines that issued them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from bench.database.access import DatabaseAccess
from bench.database.observer import Executions
from bench.database.statement_log import capture
from bench.database.wire.watch import StatementWatch, Watched
from bench.errors import MeasurementError
from bench.harness.measure.server_work import completed, statement_works, works_of
from bench.messages.reading import Reading
from bench.messages.worker_line import Called
from bench.results.fingerprint import fingerprint
from bench.worker.probes.call_site import verb, with_transactions

_FETCH = "FETCH"


def read_statements(
    call: Callable[[], Called], access: DatabaseAccess, watch: StatementWatch | None, unwatched: str
) -> tuple[Called, Reading]:
    """Count both views of one call, and what each kind of statement has the server do.

    Where the server's view cannot be had, ``statements_server`` is absent and a warning says why. ``unwatched`` says
    why there is no ``watch``.
    """
    with capture(access) as server:
        if watch is not None:
            watch.begin()
        called = call()
        watched = None if watch is None else watch.end()
    values = dict(called.values)
    if server.source != "unavailable":
        values["statements_server"] = float(len(server.statements))
    return called, Reading(
        values=values,
        outcome=called.outcome,
        django_statements=called.django_statements,
        server_statements=server.statements,
        server_source=server.source,
        **_server_work(watched, unwatched, server.executions),
        django_sites=called.django_sites,
        server_sites=sites_in_server_log(server.statements, called.issued, in_order=server.source == "log"),
        warnings=(*server.warnings, *called.warnings),
    )


def read_plans(call: Callable[[], Called], watch: StatementWatch | None, unwatched: str) -> tuple[Called, Reading]:
    """Have the first statement of each kind executed once more by EXPLAIN, in one call."""
    if watch is None:
        raise MeasurementError(f"no plans: the statements cannot be watched: {unwatched}; leave out --plans")
    watch.begin()
    called = call()
    return called, Reading(values={}, outcome=called.outcome, **_server_work(watch.end(), "", ()))


def _server_work(watched: Watched | None, unwatched: str, executions: tuple[Executions, ...]) -> dict[str, Any]:
    """Return the fields of a Reading about the server's work: as noted, and as pg_stat_statements counted it."""
    if watched is None:
        source = "pg_stat_statements" if executions else ""
        what = "tuples and plans of single statements are" if source else "the work of single statements is"
        return {
            "server_work": works_of(executions),
            "server_work_source": source,
            "server_work_warnings": (f"{what} not known: {unwatched}",),
        }
    return {
        "server_work": completed(statement_works(watched), executions),
        "server_work_source": "wire",
        "server_work_warnings": watched.warnings,
    }


def sites_in_server_log(
    statements: tuple[str, ...], issued: Iterable[tuple[str, str]], *, in_order: bool
) -> tuple[str, ...]:
    """Return ``file:line`` for each statement that the server saw, '' if none is known.

    ``issued`` are statements with their lines, as the driver was given them. A FETCH has the line that iterates.
    Statements that open and close transactions have the line of their neighbour, and none where the statements are not
    in the order in which the server saw them.
    """
    known = _matched(statements, issued)
    return with_transactions(statements, known) if in_order else tuple(known)


def _matched(statements: tuple[str, ...], issued: Iterable[tuple[str, str]]) -> list[str]:
    """Return the sites in their order; the last one repeats if there are more statements than known calls."""
    sites: defaultdict[str, list[str]] = defaultdict(list)
    for text, site in issued:
        sites[fingerprint(text)].append(site)
    rest = {key: iter(found) for key, found in sites.items()}
    latest: dict[str, str] = {}
    found = []
    for statement in statements:
        key = _key(statement)
        latest[key] = next(rest.get(key, iter(())), latest.get(key, ""))
        found.append(latest[key])
    return found


def _key(statement: str) -> str:
    match verb(statement):
        case "FETCH":
            return fingerprint(_FETCH)
        case "DECLARE":
            # The driver was given the query alone.
            return fingerprint(statement.partition(" FOR ")[2])
        case "BEGIN" | "COMMIT":
            # Where the implementation itself sends one, it is not known which of all these it is.
            return ""
    return fingerprint(statement)
