"""The database of a worker, as the variables of its environment name it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.database.access import DatabaseAccess

VARIABLES: Mapping[str, str] = {
    "BENCH_CONNINFO": "{conninfo}",
    "BENCH_DATABASE": "{database}",
    "BENCH_APP_ROLE": "{app_role}",
    "BENCH_ADMIN_ROLE": "{admin_role}",
}
"""Variables of a ``WorkerEnvironment``, with their places."""


def access_of_variables() -> DatabaseAccess | None:
    """Return the database that the variables name; None where they name none."""
    # Here, because the job names the variables, and every command's help reads the job.
    from bench.database.access import DatabaseAccess

    conninfo, database, app_role, admin_role = (os.environ.get(name, "") for name in VARIABLES)
    return DatabaseAccess(conninfo, database, app_role, admin_role) if conninfo else None
