"""Faults in the run of a foreign project: psycopg2's round trips are counted, and each can be the last one."""

from __future__ import annotations

import psycopg
import pytest

from bench.harness.executor import SampleError
from bench.messages.answer import TrialAnswer
from bench.messages.fault import Fault, Moment, Trips
from bench.messages.request import TrialRequest
from tests.support.weather_worker import (
    ARGUMENTS,
    FUNCTION,
    ISSUE,
    NETWORK,
    REPORTS,
    TIMEOUT_SECONDS,
    WARM_UP,
    Prepared,
)

MOMENTS: tuple[Moment, Moment] = ("before", "during")
OF_THE_TOTALS = 4
"""Round trips after the COPY's COMMIT: the network, DELETE, INSERT and COMMIT."""

pytestmark = [pytest.mark.slow, pytest.mark.server]


def attempt(weather: Prepared, fault: Fault | None) -> TrialAnswer:
    request = TrialRequest(
        environment=weather.environment,
        access=weather.access,
        implementation="weather",
        function=FUNCTION,
        arguments=ARGUMENTS,
        warm_up={"network_id": NETWORK, "issue_id": WARM_UP},
        fault=fault,
    )
    with weather.executor.start(request) as worker:
        worker.wait_until_ready(TIMEOUT_SECONDS)
        worker.send()
        return worker.answer(TIMEOUT_SECONDS)


def reports(weather: Prepared) -> int:
    with psycopg.connect(weather.access.conninfo) as connection:
        found = connection.execute("SELECT count(*) FROM daily_reports WHERE issue_id = %s", [ISSUE]).fetchone()
    assert found is not None
    count: int = found[0]
    return count


def clear(weather: Prepared) -> None:
    with psycopg.connect(weather.access.conninfo) as connection:
        connection.execute("DELETE FROM daily_reports WHERE issue_id = %s", [ISSUE])


@pytest.fixture(scope="module")
def undisturbed(weather: Prepared) -> TrialAnswer:
    return attempt(weather, None)


def test_an_undisturbed_run_has_round_trips_of_both_kinds(weather: Prepared, undisturbed: TrialAnswer) -> None:
    # Three transactions of the application's, each with its own SELECT, and the COPY with its COMMIT.
    assert undisturbed.statements >= 12
    assert undisturbed.pieces == 2, "one block, and the end of the file"
    assert not undisturbed.fault_reached
    assert undisturbed.outcome == {"reports": REPORTS, "stations": 3}


@pytest.mark.parametrize("moment", ["before", "during"])
@pytest.mark.parametrize("trips", ["statements", "pieces"])
def test_a_kill_ends_the_worker_at_the_trip_that_is_named(
    weather: Prepared, undisturbed: TrialAnswer, trips: Trips, moment: Moment
) -> None:
    clear(weather)
    with pytest.raises(SampleError) as caught:
        attempt(weather, Fault(action="kill", trips=trips, number=1, moment=moment))
    assert caught.value.kind == "killed"
    assert reports(weather) == 0


def test_a_commit_that_was_sent_is_carried_out_though_nobody_waits_for_the_answer(
    weather: Prepared, undisturbed: TrialAnswer
) -> None:
    kept = {}
    for moment in MOMENTS:
        clear(weather)
        number = undisturbed.statements - OF_THE_TOTALS
        with pytest.raises(SampleError):
            attempt(weather, Fault(action="kill", trips="statements", number=number, moment=moment))
        weather_idle(weather)
        kept[moment] = reports(weather)
    assert kept == {"before": 0, "during": REPORTS}


def weather_idle(weather: Prepared) -> None:
    """Wait until the killed worker's sessions are gone."""
    with psycopg.connect(weather.access.conninfo, autocommit=True) as connection:
        for _ in range(1_000):
            found = connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND backend_type = 'client backend'"
            ).fetchone()
            if found == (0,):
                return
            connection.execute("SELECT pg_sleep(0.01)")
    raise AssertionError("a session is left")


@pytest.mark.parametrize("moment", ["before", "during"])
def test_sessions_are_ended_by_the_parent_and_the_call_fails(
    weather: Prepared, undisturbed: TrialAnswer, moment: Moment
) -> None:
    with pytest.raises(SampleError, match=r"terminat|closed") as caught:
        attempt(weather, Fault(action="terminate", trips="statements", number=3, moment=moment))
    assert caught.value.kind == "error"
