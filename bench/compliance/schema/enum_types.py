"""Production's enum types, and the model field for a column of one."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from bench.datasets.providers import PROVIDERS

ENUMS = {
    "provider": PROVIDERS,
    "scan_trigger": ("scheduled", "manual"),
    "state": ("available", "scheduled", "executing", "completed", "failed", "cancelled"),
    "finding_delta": ("new", "changed"),
    "status": ("FAIL", "PASS", "MANUAL"),
    "severity": ("critical", "high", "medium", "low", "informational"),
}
"""The enum types by name, their labels in order."""


class EnumField(models.CharField):  # type: ignore[type-arg]  # at run time it takes no arguments
    """A text whose column has the enum type called ``enum``."""

    def __init__(self, *, enum: str, **options: Any) -> None:
        self.enum = enum
        super().__init__(**{"max_length": 20, **options})

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """The name of the type."""
        return self.enum

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Add the name of the type to what migrations write down."""
        name, path, arguments, options = super().deconstruct()
        return name, path, list(arguments), {**options, "enum": self.enum}
