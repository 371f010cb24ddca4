"""The daily reports of a network, written anew."""

import csv
import io
import logging
import uuid
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from weather.calibration import STEP, corrected
from weather.models import DailyReport, IssueTotal, Reading, Station
from weather.sessions import copy_session, network

COLUMNS = "id, network_id, issue_id, station_id, day, quantity, readings, low, high, mean, inserted_at"

logger = logging.getLogger(__name__)


def write_daily_reports(network_id: str, issue_id: str) -> dict[str, Any]:
    """Replace the reports of ``issue_id``: one row per station, day and quantity with a reading that is not suspect.

    Returns how many reports were written, and of how many stations.
    """
    print(f"weather: reports of network {network_id}")
    with network(network_id, "replica"):
        stations = {station.id: station for station in Station.objects.using("replica").filter(network_id=network_id)}
        readings = list(
            Reading.objects.using("replica").filter(network_id=network_id, quality="ok").order_by("taken_at", "id")
        )
    values: dict[tuple[Any, ...], list[Decimal]] = {}
    for reading in readings:
        value = corrected(stations[reading.station_id].kind, reading.quantity, reading.value)
        values.setdefault((reading.station_id, reading.taken_at.date(), reading.quantity), []).append(value)
    now = datetime.now(tz=UTC)
    rows = [
        (uuid.uuid4(), network_id, issue_id, *key, len(of_day), min(of_day), max(of_day), mean(of_day), now)
        for key, of_day in values.items()
    ]
    with network(network_id, "default"):
        DailyReport.objects.filter(network_id=network_id, issue_id=issue_id).delete()
    copy(rows)
    write_totals(network_id, issue_id, rows)
    logger.info("weather: %s reports written", len(rows))
    return {"reports": len(rows), "stations": len({row[3] for row in rows})}


def mean(values: list[Decimal]) -> Decimal:
    """Return the mean, rounded to hundredths."""
    return (sum(values, start=Decimal()) / len(values)).quantize(STEP, ROUND_HALF_UP)


def copy(rows: Iterable[tuple[Any, ...]]) -> None:
    """Send reports to the server by COPY."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    text.seek(0)
    with copy_session() as session, session.cursor() as cursor:
        cursor.copy_expert(f"COPY daily_reports ({COLUMNS}) FROM STDIN WITH (FORMAT csv)", text)


def write_totals(network_id: str, issue_id: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Replace the totals of the issue."""
    reports: Counter[str] = Counter()
    readings: Counter[str] = Counter()
    for row in rows:
        reports[row[5]] += 1
        readings[row[5]] += row[6]
    with network(network_id, "default"):
        IssueTotal.objects.filter(network_id=network_id, issue_id=issue_id).delete()
        IssueTotal.objects.bulk_create(
            IssueTotal(
                network_id=network_id,
                issue_id=issue_id,
                quantity=quantity,
                reports=count,
                readings=readings[quantity],
            )
            for quantity, count in sorted(reports.items())
        )
