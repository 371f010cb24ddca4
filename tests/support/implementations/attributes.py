"""A module whose attributes are no functions."""

from __future__ import annotations

NUMBER = 42
