"""Sessions of the database: one network at a time, and COPY beside Django."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from django.db import connections, transaction


@contextmanager
def network(network_id: str, alias: str) -> Iterator[None]:
    """A transaction that sees the rows of one network."""
    with transaction.atomic(using=alias):
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT set_config('weather.network', %s, true)", [network_id])
        yield


@contextmanager
def copy_session() -> Iterator[Any]:
    """A session of the tables' owner that Django knows nothing of; it commits at its end."""
    settings = connections["admin"].settings_dict
    session = psycopg2.connect(
        host=settings["HOST"],
        port=settings["PORT"],
        dbname=settings["NAME"],
        user=settings["USER"],
        password=settings["PASSWORD"],
    )
    try:
        with session:
            yield session
    finally:
        session.close()
