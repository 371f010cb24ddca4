"""Workers in the foreign project's environment, and a database of one network for them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.database.access import DatabaseAccess
from bench.database.roles import LoginRoles
from bench.database.server import open_server
from bench.harness.executor import SETUP_SECONDS, ProcessExecutor
from bench.jobs.environment import WorkerEnvironment
from bench.messages.answer import MigrateAnswer
from bench.messages.reading import Reading
from bench.messages.request import MigrateRequest, ProbeName, SampleRequest
from tests.support.weather import PROJECT, foreign_python

NETWORK = "00000000-0000-4000-8000-000000000001"
ISSUE = "00000000-0000-4000-8000-000000000002"
WARM_UP = "00000000-0000-4000-8000-000000000003"
STATIONS, DAYS = 3, 4
REPORTS = 3 * STATIONS * DAYS
TIMEOUT_SECONDS = 60.0

FUNCTION = "weather.reports:write_daily_reports"
ARGUMENTS = {"network_id": NETWORK, "issue_id": ISSUE}

_DATA = """
INSERT INTO stations
SELECT gen_random_uuid(), %(network)s, 'station ' || i, 'land' FROM generate_series(1, %(stations)s) AS i;
INSERT INTO readings (network_id, station_id, taken_at, quantity, value, quality, recorded_by)
SELECT %(network)s, id, timestamptz '2024-03-01 12:00+00' + day * interval '1 day', quantity, day + 0.5, 'ok', 'nobody'
FROM stations, generate_series(1, %(days)s) AS day,
    unnest(ARRAY['temperature', 'wind', 'rain']::measured_quantity[]) AS quantity
"""


@dataclass(frozen=True)
class Prepared:
    """The project's environment, its database, and what the migration answered."""

    environment: WorkerEnvironment
    access: DatabaseAccess
    executor: ProcessExecutor
    migrated: MigrateAnswer


def weather_environment(clone: Path = PROJECT) -> WorkerEnvironment:
    return WorkerEnvironment(
        interpreter=str(foreign_python()),
        path=(str(clone),),
        variables={
            "WEATHER_DB_HOST": "{host}",
            "WEATHER_DB_PORT": "{port}",
            "WEATHER_DB_NAME": "{database}",
            "WEATHER_DB_USER": "{user}",
            "WEATHER_DB_PASSWORD": "{password}",
            "WEATHER_DB_ADMIN_USER": "{admin_user}",
            "WEATHER_DB_ADMIN_PASSWORD": "{admin_password}",
            "WEATHER_SECRET": "secret",
            "HOME": "{home}",
        },
        settings="config.settings",
        migrate=("migrate", "--database=admin", "--verbosity=0"),
        skipped_statements=("create extension", "gin_trgm_ops"),
    )


@contextmanager
def prepared(executor: ProcessExecutor) -> Iterator[Prepared]:
    """Migrate a database in the project's environment, and fill it."""
    environment = weather_environment()
    with open_server(None, 16, LoginRoles()) as server:
        access = server.create_database()
        migrated = executor.run(MigrateRequest(environment=environment, access=access), SETUP_SECONDS)
        with psycopg.connect(access.conninfo, cursor_factory=psycopg.ClientCursor) as connection:
            connection.execute(_DATA, {"network": NETWORK, "stations": STATIONS, "days": DAYS})
        yield Prepared(environment, access, executor, migrated)


def request(weather: Prepared, probe: ProbeName, function: str = FUNCTION) -> SampleRequest:
    return SampleRequest(
        environment=weather.environment,
        access=weather.access,
        probe=probe,
        implementation="weather",
        function=function,
        arguments=ARGUMENTS,
        warm_up={"network_id": NETWORK, "issue_id": WARM_UP},
        label="weather",
        group="reports",
    )


def sampled(weather: Prepared) -> Callable[[ProbeName], Reading]:
    @functools.cache
    def sample(probe: ProbeName) -> Reading:
        return weather.executor.run(request(weather, probe), TIMEOUT_SECONDS).reading

    return sample
