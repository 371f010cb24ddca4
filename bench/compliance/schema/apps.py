"""The Django app that owns the tables."""

from __future__ import annotations

from django.apps import AppConfig


class SchemaConfig(AppConfig):
    """The app ``schema``; its tables carry production's names, without a prefix."""

    name = "bench.compliance.schema"
    label = "schema"
    default_auto_field = "django.db.models.BigAutoField"
