"""Code of this suite's environment beside the project's own, on the project's database."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from bench.jobs.environment import WorkerEnvironment
from tests.support.weather import FOLDER
from tests.support.weather_worker import REPORTS, TIMEOUT_SECONDS, Prepared, request
from tests.worker.conftest import Take

pytestmark = [pytest.mark.slow, pytest.mark.server]

CONNINFO = "host='{host}' port={port} dbname={database} user={admin_user} password='{admin_password}'"


def test_statements_of_a_process_without_django_are_counted_on_the_server_and_django_logs_none(
    weather: Prepared, take: Take
) -> None:
    """So that both have a figure in the table, and the difference is what Django logs no more."""
    environment = WorkerEnvironment(path=(str(FOLDER),), variables={"WEATHER_CONNINFO": CONNINFO})
    in_sql = replace(request(weather, "statements", "in_sql:write_daily_reports"), environment=environment)
    assert environment.interpreter == sys.executable
    reading = weather.executor.run(in_sql, TIMEOUT_SECONDS).reading
    assert reading.outcome == {"reports": REPORTS}
    assert reading.values["statements_django"] == 0
    assert 0 < reading.values["statements_server"] < take("statements").values["statements_server"]
