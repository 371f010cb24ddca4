"""The two ways in which an implementation reaches the database, as in production. Shared by all implementations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connections, transaction

from bench.database.access import ADMIN, DEFAULT

SET_TENANT = "SELECT set_config('api.tenant_id', %s, true)"


@contextmanager
def rls_transaction(tenant_id: str, using: str = DEFAULT) -> Iterator[None]:
    """A transaction of the application role in which only the rows of ``tenant_id`` are visible."""
    with transaction.atomic(using=using):
        with connections[using].cursor() as cursor:
            cursor.execute(SET_TENANT, [tenant_id])
        yield


@contextmanager
def admin_connection() -> Iterator[psycopg.Connection]:
    """Open a separate psycopg connection that bypasses row-level security; Django does not log its statements.

    PostgreSQL refuses COPY FROM to a role under row-level security. The block is one transaction: committed at its end,
    rolled back by an exception; the connection is closed in both cases.
    """
    settings = connections[ADMIN].settings_dict
    with psycopg.connect(dbname=settings["NAME"], **settings["OPTIONS"]) as connection:
        yield connection
