"""The reports in SQL: nothing comes to the client. Runs in this suite's environment, with psycopg 3."""

from __future__ import annotations

import os

import psycopg

# What the project's weather.calibration does: a correction for each tenth, kind of station and quantity.
_REPORTS = """
INSERT INTO daily_reports
    (id, network_id, issue_id, station_id, day, quantity, readings, low, high, mean, inserted_at)
SELECT gen_random_uuid(), %(network_id)s, %(issue_id)s, station_id, day, quantity, count(*), min(value), max(value),
    round(avg(value), 2), now()
FROM (
    SELECT station_id, (taken_at AT TIME ZONE 'UTC')::date AS day, quantity,
        value + 0.01 * (mod(mod(trunc(value * 10)::int * factor, 17) + 17, 17) - 8) AS value
    FROM readings JOIN stations ON stations.id = station_id
    CROSS JOIN LATERAL (
        SELECT 3 * (array_position(enum_range(NULL::station_kind), kind) - 1)
            + array_position(enum_range(NULL::measured_quantity), quantity) + 2 AS factor
    ) AS calibration
    WHERE readings.network_id = %(network_id)s AND quality = 'ok'
) AS corrected
GROUP BY station_id, day, quantity
"""
_TOTALS = """
INSERT INTO issue_totals (network_id, issue_id, quantity, reports, readings, inserted_at)
SELECT network_id, issue_id, quantity, count(*), sum(readings), now() FROM daily_reports
WHERE network_id = %(network_id)s AND issue_id = %(issue_id)s GROUP BY 1, 2, 3
"""


def write_daily_reports(network_id: str, issue_id: str) -> dict[str, int]:
    """Replace the reports of ``issue_id`` in one transaction; return how many were written."""
    arguments = {"network_id": network_id, "issue_id": issue_id}
    own = "network_id = %(network_id)s AND issue_id = %(issue_id)s"
    with psycopg.connect(os.environ["WEATHER_CONNINFO"]) as connection:
        connection.execute(f"DELETE FROM daily_reports WHERE {own}", arguments)
        connection.execute(f"DELETE FROM issue_totals WHERE {own}", arguments)
        written = connection.execute(_REPORTS, arguments).rowcount
        connection.execute(_TOTALS, arguments)
    return {"reports": written}
