"""Columns of PostgreSQL's enum types."""

from typing import Any

from django.db import models


class EnumField(models.CharField):
    """A column of the enum type ``type_name``."""

    def __init__(self, *, type_name: str, **options: Any) -> None:
        """Take the name of a type that a migration has created."""
        self.type_name = type_name
        super().__init__(**options)

    def db_type(self, connection: Any) -> str:
        """Return the type's name."""
        return self.type_name

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Return what a migration writes."""
        name, path, arguments, options = super().deconstruct()
        return name, path, arguments, {**options, "type_name": self.type_name}
