"""Places: the database of a request, as an environment's variables name it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from psycopg import pq

from bench.database.access import DatabaseAccess
from bench.jobs.environment import WorkerEnvironment

_ALWAYS = ("PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD")
_NONE = DatabaseAccess("", "", "", "")
_PLACE = re.compile(r"\{(\w+)\}")


def variables_for(environment: WorkerEnvironment, access: DatabaseAccess | None, home: str) -> dict[str, str]:
    """Return the environment variables of a worker: libpq's own for ``access``, and the environment's, filled in.

    PGHOST, PGPORT, PGDATABASE, PGUSER and PGPASSWORD are always there, so that a project may read those alone: they
    name the application's role where it can log in, else the login of the run, whose sessions PGOPTIONS has take the
    role that owns the database. Besides the places that
    ``WorkerEnvironment`` lists, ``{conninfo}``, ``{app_role}`` and ``{admin_role}`` stand for what ``DatabaseAccess``
    has under these names. Without a database, all but the port are empty.
    """
    given = access or _NONE
    roles = {"app_role": given.app_role, "admin_role": given.admin_role}
    places = {**given.places(), **roles, "conninfo": given.conninfo, "home": home}
    return _libpq_variables(given) | {name: _filled(value, places) for name, value in environment.variables.items()}


def _filled(value: str, places: Mapping[str, str]) -> str:
    """Return ``value`` with every known place filled; other braces stay."""
    return _PLACE.sub(lambda found: places.get(found[1], found[0]), value)


def _libpq_variables(access: DatabaseAccess) -> dict[str, str]:
    """Return libpq's variables for everything that the connection string says, as a login that the project may use."""
    found = dict.fromkeys(_ALWAYS, "") | {"PGPORT": access.places()["port"]}
    defaults = pq.Conninfo.get_defaults()
    # The observer's sessions have that role; what the login itself made would be closed to them.
    takes_role = access.admin_role and not access.app_password
    conninfo = access.conninfo_as(access.admin_role) if takes_role else access.conninfo
    given = pq.Conninfo.parse(conninfo.encode())
    for options in (defaults, given):
        for option in options:
            name = option.envvar.decode() if option.envvar else ""
            if option.val is not None and name and (options is given or name in found):
                found[name] = option.val.decode()
    if access.app_password:
        found |= {"PGUSER": access.app_role, "PGPASSWORD": access.app_password}
    return found | {"PGDATABASE": access.database}
