"""Django settings of every process that runs an implementation: the database is the one that its variables name."""

from __future__ import annotations

from bench.compliance.schema.access_variables import access_of_variables
from bench.compliance.schema.aliases import database_settings

_ACCESS = access_of_variables()

DATABASES = database_settings(_ACCESS)
INSTALLED_APPS = ["django.contrib.postgres", "bench.compliance.schema"]
USE_TZ = True
TIME_ZONE = "UTC"
SECRET_KEY = "bench"  # noqa: S105 - nothing is signed; Django requires a value
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APP_ROLE = _ACCESS.app_role if _ACCESS else ""
"""The application role, to which migrations give policies and grants."""
