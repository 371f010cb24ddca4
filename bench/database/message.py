"""The message of a PostgreSQL error, fit for one line."""

from __future__ import annotations

import psycopg


def one_line(error: psycopg.Error) -> str:
    """Return the server's own sentence without detail and hint; for an error of the connection, its whole text."""
    return error.diag.message_primary or " ".join(str(error).split())
