"""Settings; every variable but the key is required."""

import importlib.util
import os
import sys

if importlib.util.find_spec("psycopg") is not None:
    raise ImportError("psycopg 3 is importable here: Django would take it in place of psycopg2")

print("weather: reading settings")


def _database(user: str, password: str) -> dict[str, str]:
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": os.environ["WEATHER_DB_HOST"],
        "PORT": os.environ["WEATHER_DB_PORT"],
        "NAME": os.environ["WEATHER_DB_NAME"],
        "USER": os.environ[user],
        "PASSWORD": os.environ[password],
    }


DATABASES = {
    # Under row-level security; migrations write the name of its user into policies.
    "default": _database("WEATHER_DB_USER", "WEATHER_DB_PASSWORD"),
    "replica": _database("WEATHER_DB_USER", "WEATHER_DB_PASSWORD"),
    # Owns the tables.
    "admin": _database("WEATHER_DB_ADMIN_USER", "WEATHER_DB_ADMIN_PASSWORD"),
    # Of another kind, which Django cannot open: some projects keep all their addresses here.
    "graph": {"HOST": "graph.invalid", "PORT": "7687"},
}
INSTALLED_APPS = ["django.contrib.postgres", "weather"]
SECRET_KEY = os.environ["WEATHER_SECRET"]
SIGNING_KEY = os.environ.get("WEATHER_SIGNING_KEY", "")
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stdout": {"class": "logging.StreamHandler", "stream": sys.stdout}},
    "loggers": {"weather": {"handlers": ["stdout"], "level": "INFO"}},
}
