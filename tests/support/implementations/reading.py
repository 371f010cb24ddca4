"""An implementation whose module reads the database when it is imported, and closes its session."""

from __future__ import annotations

from django.db import connections

from tests.support.implementations.copied import says_where

__all__ = ["says_where"]

with connections["default"].cursor() as _cursor:
    _cursor.execute("SELECT 1")
connections["default"].close()
