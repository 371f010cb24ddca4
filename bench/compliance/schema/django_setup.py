"""Points Django, in this process, at one database of a run."""

from __future__ import annotations

import os
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg.conninfo import conninfo_to_dict

from bench.database.access import ADMIN, DEFAULT, REPLICA, DatabaseAccess


def set_up_apps() -> None:
    """Load Django's apps without a database, so that modules with models can be imported."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.compliance.schema.settings"
    django.setup()


def set_up_django(access: DatabaseAccess, application_name: str = "bench-worker") -> None:
    """Load Django's apps, and let its three aliases connect to ``access`` with production's roles.

    May be called again with another database: open connections are closed first.
    """
    set_up_apps()
    roles = {DEFAULT: access.app_role, REPLICA: access.app_role, ADMIN: access.admin_role}
    for alias, role in roles.items():
        connection = connections[alias]
        connection.close()
        options: dict[str, Any] = conninfo_to_dict(access.conninfo_as(role, application_name=application_name))
        name = options.pop("dbname")
        connection.settings_dict.update(NAME=name, HOST="", OPTIONS=options)


def migrate(access: DatabaseAccess) -> None:
    """Create every table in an empty database, with policies and grants for the application role."""
    set_up_django(access)
    settings.APP_ROLE = access.app_role
    call_command("migrate", database=ADMIN, verbosity=0)
    close_connections()


def close_connections() -> None:
    """Close Django's connections, so that the database can be dropped."""
    connections.close_all()
