"""Extensions: whether the server has those that a project needs, and what to do where a migration needs another."""

from __future__ import annotations

import re

import psycopg

from bench.database.access import OBSERVER, DatabaseAccess, one_line
from bench.errors import DatabaseError

_OWN_SERVER = "use a server that has it by BENCH_DATABASE_URL"
_NO_EXTENSION = re.compile(
    r'extension "(?P<name>[^"]+)" is not available|extension control file "[^"]*/(?P<file>[^/"]+)\.control"'
)
_NO_OBJECT = re.compile(r'(?:operator class|type|access method) "(?P<name>[^"]+)" does not exist')


def require_extensions(access: DatabaseAccess, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return ``names``, which the server can all create. Raises DatabaseError naming those that it has not."""
    try:
        with psycopg.connect(access.conninfo, application_name=OBSERVER, autocommit=True) as connection:
            found = connection.execute("SELECT name FROM pg_available_extensions WHERE name = ANY(%s)", [list(names)])
            available = {name for (name,) in found}
    except psycopg.Error as error:
        raise DatabaseError(f"the server's extensions cannot be read: {one_line(error)}; see its log") from error
    if missing := [name for name in names if name not in available]:
        which = "the embedded server" if access.log_directory else "the server of BENCH_DATABASE_URL"
        patterns = ", ".join(f'"CREATE EXTENSION .*{name}"' for name in missing)
        raise DatabaseError(
            f"{which} has no extension {', '.join(missing)}; {_OWN_SERVER}, or take it out of project.extensions and "
            f"leave out what needs it by project.skipped_statements = [{patterns}]"
        )
    return names


def missing_extension_remedy(message: str) -> str:
    """Return what to do about an error of a migration that comes from a missing extension; '' for any other error."""
    if found := _NO_EXTENSION.search(message):
        name = found["name"] or found["file"]
        return f'{_OWN_SERVER}, or leave it out by project.skipped_statements = ["CREATE EXTENSION .*{name}"]'
    if found := _NO_OBJECT.search(message):
        return f'if {found["name"]} belongs to a missing extension, add to project.skipped_statements "{found["name"]}"'
    return ""
