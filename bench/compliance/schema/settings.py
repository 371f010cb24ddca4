"""Django settings of every process that runs an implementation; ``django_setup`` points them at a database."""

from __future__ import annotations

from bench.database.access import ADMIN, DEFAULT, REPLICA

# Reached by no connection: a process that forgets to point Django at its database fails at once.
_UNSET = {"ENGINE": "django.db.backends.postgresql", "NAME": "bench_unset", "HOST": "/nonexistent"}

DATABASES = {alias: dict(_UNSET) for alias in (DEFAULT, REPLICA, ADMIN)}
INSTALLED_APPS = ["django.contrib.postgres", "bench.compliance.schema"]
USE_TZ = True
TIME_ZONE = "UTC"
SECRET_KEY = "bench"  # noqa: S105 - nothing is signed; Django requires a value
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APP_ROLE = ""
"""The application role, to which migrations give policies and grants."""
