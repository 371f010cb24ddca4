"""The versions of PostgreSQL that can be embedded."""

from __future__ import annotations

MAJORS = (16, 18)
