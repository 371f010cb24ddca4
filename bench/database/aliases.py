"""The three connections of production, by their Django aliases."""

from __future__ import annotations

DEFAULT = "default"
"""Writes, as the application role under row-level security."""
REPLICA = "replica"
"""Reads, as the application role; production may point it at a read replica."""
ADMIN = "admin"
"""Migrations, and COPY on connections of its own, as the role that bypasses row-level security."""
