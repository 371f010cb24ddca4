"""Points Django, in this process, at one database of a run: for those who need it outside a worker."""

from __future__ import annotations

import os

import django
from django.db import connections

from bench.compliance.schema.aliases import database_settings
from bench.database.access import DatabaseAccess


def set_up_django(access: DatabaseAccess, application_name: str = "bench-worker") -> None:
    """Load Django's apps, and let its three aliases connect to ``access`` with production's roles.

    May be called again with another database: open connections are closed first.
    """
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.compliance.schema.settings"
    django.setup()
    for alias, settings in database_settings(access, application_name).items():
        connection = connections[alias]
        connection.close()
        connection.settings_dict.update(settings)


def close_connections() -> None:
    """Close Django's connections, so that the database can be dropped."""
    connections.close_all()
