"""Statements as Django logs them and as the server sees them, in a separate pass: keeping SQL text costs memory."""

from __future__ import annotations

from bench.database.access import DatabaseAccess
from bench.database.statement_log import capture
from bench.messages.reading import Call, Reading
from bench.worker.probes.call_sites import recorded_call_sites
from bench.worker.probes.django_statements import counted_statements


def read_statements(call: Call, access: DatabaseAccess) -> Reading:
    """Count both views of one call.

    Where the server's view cannot be had, ``statements_server`` is absent and a warning says why.
    """
    with capture(access) as server, counted_statements() as django, recorded_call_sites() as calls:
        outcome = call()
    values = {"statements_django": float(len(django.texts))}
    if server.source != "unavailable":
        values["statements_server"] = float(len(server.statements))
    return Reading(
        values=values,
        outcome=outcome,
        django_statements=django.texts,
        server_statements=server.statements,
        server_source=server.source,
        django_sites=django.sites,
        server_sites=calls.in_server_log(server.statements, in_order=server.source == "log"),
        warnings=server.warnings,
    )
