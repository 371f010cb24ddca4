"""The daily reports of a network, written anew from a stream of readings."""

import csv
import io
import logging
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any

from weather.calibration import STEP, corrected
from weather.models import DailyReport, IssueTotal, Reading
from weather.sessions import copy_session, network

COLUMNS = "id, network_id, issue_id, station_id, day, quantity, readings, low, high, mean, inserted_at"
CHUNK = 1_000
"""Readings that are fetched at a time."""

logger = logging.getLogger(__name__)


def write_daily_reports(network_id: str, issue_id: str) -> dict[str, Any]:
    """Replace the reports of ``issue_id``: one row per station, day and quantity with a reading that is not suspect.

    Returns how many reports were written, and of how many stations.
    """
    print(f"weather: reports of network {network_id}")
    totals = Totals()
    with network(network_id, "default"):
        DailyReport.objects.filter(network_id=network_id, issue_id=issue_id).delete()
    with network(network_id, "replica"):
        readings = (
            Reading.objects.using("replica")
            .filter(network_id=network_id, quality="ok")
            .order_by("station_id", "taken_at__date", "quantity")
            .values_list("station_id", "taken_at__date", "quantity", "value", "station__kind")
        )
        copy(totals.counted(reports(network_id, issue_id, readings.iterator(CHUNK))))
    write_totals(network_id, issue_id, totals)
    logger.info("weather: %s reports written", totals.reports.total())
    return {"reports": totals.reports.total(), "stations": totals.stations}


class Totals:
    """Totals counts rows on their way to the server."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.reports: Counter[str] = Counter()
        self.readings: Counter[str] = Counter()
        self.stations = 0

    def counted(self, rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
        """Yield ``rows``, which come station by station."""
        last = None
        for row in rows:
            self.reports[row[5]] += 1
            self.readings[row[5]] += row[6]
            self.stations += row[3] != last
            last = row[3]
            yield row


def reports(network_id: str, issue_id: str, readings: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of the issue; ``readings`` come by station, day and quantity."""
    now = datetime.now(tz=UTC)
    for key, of_day in groupby(readings, itemgetter(0, 1, 2)):
        values = [corrected(kind, quantity, value) for _, _, quantity, value, kind in of_day]
        yield uuid.uuid4(), network_id, issue_id, *key, len(values), min(values), max(values), mean(values), now


def mean(values: list[Decimal]) -> Decimal:
    """Return the mean, rounded to hundredths."""
    return (sum(values, start=Decimal()) / len(values)).quantize(STEP, ROUND_HALF_UP)


class Lines:
    """Lines is a file of CSV that is written while it is read."""

    def __init__(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Take the rows to write."""
        self._rows = iter(rows)

    def read(self, size: int) -> str:
        """Return at least ``size`` characters, in whole lines; fewer at the end, '' after it."""
        text = io.StringIO()
        writer = csv.writer(text)
        for row in self._rows:
            writer.writerow(row)
            if text.tell() >= size:
                break
        return text.getvalue()


def copy(rows: Iterable[tuple[Any, ...]]) -> None:
    """Send reports to the server by COPY."""
    with copy_session() as session, session.cursor() as cursor:
        cursor.copy_expert(f"COPY daily_reports ({COLUMNS}) FROM STDIN WITH (FORMAT csv)", Lines(rows))


def write_totals(network_id: str, issue_id: str, totals: Totals) -> None:
    """Replace the totals of the issue."""
    with network(network_id, "default"):
        IssueTotal.objects.filter(network_id=network_id, issue_id=issue_id).delete()
        IssueTotal.objects.bulk_create(
            IssueTotal(
                network_id=network_id,
                issue_id=issue_id,
                quantity=quantity,
                reports=count,
                readings=totals.readings[quantity],
            )
            for quantity, count in sorted(totals.reports.items())
        )
