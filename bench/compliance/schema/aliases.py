"""Django's three aliases, with production's roles."""

from __future__ import annotations

from typing import Any

from psycopg.conninfo import conninfo_to_dict

from bench.database.access import ADMIN, DEFAULT, REPLICA, DatabaseAccess

_ENGINE = "django.db.backends.postgresql"
# Reached by no connection: a process that forgets to point Django at its database fails at once.
_UNSET = {"ENGINE": _ENGINE, "NAME": "bench_unset", "HOST": "/nonexistent"}


def database_settings(
    access: DatabaseAccess | None, application_name: str = "bench-worker"
) -> dict[str, dict[str, Any]]:
    """Return Django's DATABASES for ``access``; None: for a process that has none yet."""
    if access is None:
        return {alias: dict(_UNSET) for alias in (DEFAULT, REPLICA, ADMIN)}
    roles = {DEFAULT: access.app_role, REPLICA: access.app_role, ADMIN: access.admin_role}
    found = {}
    for alias, role in roles.items():
        options: dict[str, Any] = conninfo_to_dict(access.conninfo_as(role, application_name=application_name))
        found[alias] = {"ENGINE": _ENGINE, "NAME": options.pop("dbname"), "HOST": "", "OPTIONS": options}
    return found
