"""A worker runs in another project's environment: its Django and psycopg2, and nothing of this suite's."""

from __future__ import annotations

import pytest

from bench.messages.request import ProbeName
from tests.support.weather_worker import REPORTS, TIMEOUT_SECONDS, Prepared, request
from tests.worker.conftest import Take

pytestmark = [pytest.mark.slow, pytest.mark.server]

OUTCOME = {"reports": REPORTS, "stations": 3}


@pytest.mark.parametrize(
    "probe", ["memory", "memory-untraced", "rss", "statements", "database", "work", "time", "rows"]
)
def test_every_probe_gives_its_figures(take: Take, probe: ProbeName) -> None:
    reading = take(probe)
    assert reading.outcome == OUTCOME
    assert reading.incomplete == {}
    assert all(value >= 0 for value in reading.values.values())
    assert bool(reading.values) == (probe != "rows")


def test_statements_that_the_server_cannot_execute_are_left_out_and_reported(weather: Prepared) -> None:
    extension, index = weather.migrated.skipped
    assert extension.startswith("CREATE EXTENSION")
    assert index.startswith("CREATE INDEX")


def test_the_worker_says_which_versions_it_found_there(weather: Prepared) -> None:
    answer = weather.executor.run(request(weather, "rows"), TIMEOUT_SECONDS)
    assert answer.versions["django"].startswith("5.1.")
    assert answer.versions["psycopg2-binary"].startswith("2.9.")
    assert "psycopg" not in answer.versions


def test_statements_of_psycopg2_are_traced_to_the_lines_that_issued_them(take: Take) -> None:
    reading = take("statements")
    assert reading.values["statements_django"] == len(reading.django_statements)
    assert reading.values["statements_server"] == len(reading.server_statements)
    sites = dict(zip(reading.server_statements, reading.server_sites, strict=True))
    (copy,) = (text for text in sites if text.startswith("COPY"))
    assert "/reports.py:" in sites[copy]
    assert all(sites.values()), "each statement has a line"


def test_calls_are_counted_there_by_function(take: Take) -> None:
    calls = take("work").calls
    assert calls is not None
    named = {one.function: one for one in calls.functions}
    ours = [one for one in named.values() if one.function.startswith("weather.reports:")]
    assert ours
    assert all(one.file.endswith("weather/reports.py") and one.line for one in ours)
    assert any(one.function.startswith("django.db.") for one in named.values())
    assert not [name for name in named if name.startswith(("bench", "_lsprof"))]
