"""The job of the weather project: readings of stations, made from a seed, and reports that somebody else has already.

Its tables are not the project's: other names, other types, and less in them. ``weather.toml`` says how they fit.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from bench.database.access import DatabaseAccess
from bench.jobs.environment import WorkerEnvironment
from bench.jobs.job import DataSource, Job, Loaded, Progress, Target

KINDS = ("land", "sea", "air")
QUANTITIES = ("temperature", "wind", "rain")
CORRECTIONS = len(KINDS) * len(QUANTITIES) * 2_000
"""How many the project has to have loaded before a warm call."""
FIRST_DAY = datetime(2024, 1, 25, tzinfo=UTC)
"""Six days before the end of a month: the rows of larger sizes fall into several partitions."""

NETWORK, WARM_UP, STRANGER = (str(UUID(int=number)) for number in (1, 2, 3))
ISSUE, OLDER_ISSUE = (str(UUID(int=number)) for number in (10, 11))

_TABLES = """
CREATE TABLE stations (id uuid PRIMARY KEY, network_id uuid, name text, kind text);
CREATE TABLE readings (station uuid, taken_at timestamptz, quantity text, value numeric, good boolean);
CREATE TABLE reports (network_id uuid, issue_id uuid, station uuid, day date, what text, readings int, mean numeric);
CREATE TABLE totals (network_id uuid, issue_id uuid, quantity text, reports int, readings int);
"""


def load(access: DatabaseAccess, source: DataSource, folder: Path, progress: Progress | None) -> Loaded:
    """Create and fill the tables: the network to measure, a small one for the warm-up, and a stranger with reports."""
    assert source.size is not None  # the job reads no file
    stations, days = source.size.numbers["stations"], source.size.numbers["days"]
    lottery = random.Random(f"{source.seed} {stations}/{days}")
    digest = sha256()
    with psycopg.connect(access.conninfo_as(access.admin_role)) as connection:
        connection.execute(_TABLES)
        networks = {NETWORK: _stations(NETWORK, stations), WARM_UP: _stations(WARM_UP, 2)}
        networks[STRANGER] = _stations(STRANGER, 2)
        _copy(connection, digest, "stations", (row for rows in networks.values() for row in rows))
        good: dict[tuple[Any, ...], int] = {}
        readings = _readings(networks[NETWORK], days, lottery, good)
        count = _copy(connection, digest, "readings", readings, progress)
        for network in (WARM_UP, STRANGER):
            _copy(connection, digest, "readings", _readings(networks[network], 1, lottery, {}))
        _copy(connection, digest, "reports", _bystanders(networks))
        _copy(connection, digest, "totals", [(STRANGER, ISSUE, "wind", 2, 48), (NETWORK, OLDER_ISSUE, "wind", 1, 24)])
    return Loaded(
        arguments={"network_id": NETWORK, "issue_id": ISSUE},
        warm_up={"network_id": WARM_UP, "issue_id": ISSUE},
        fingerprint=digest.hexdigest(),
        quantities={"readings": count},
        rows=len(good),
        context={"corrections": CORRECTIONS},
    )


def vary(connection: psycopg.Connection, loaded: Loaded) -> None:
    """Turn sign and quality of every other hour's readings, in the project's tables."""
    connection.execute(
        "UPDATE readings SET value = -value,"
        " quality = (CASE quality WHEN 'ok' THEN 'suspect' ELSE 'ok' END)::reading_quality"
        " WHERE network_id = %s AND extract(hour FROM taken_at)::int %% 2 = 0",
        [loaded.arguments["network_id"]],
    )


def outcome_fault(outcome: Any, loaded: Loaded, rows: int) -> str:
    """Say where the function's own count is wrong."""
    counted = outcome.get("reports") if isinstance(outcome, dict) else outcome
    return "" if counted == rows else f"it counted {counted!r} reports of {rows}"


def _stations(network: str, count: int) -> list[tuple[str, str, str, str]]:
    first = UUID(network).int * 1_000_000
    return [
        (str(UUID(int=first + number)), network, f'“{number}”, "north"', KINDS[number % 3]) for number in range(count)
    ]


def _readings(
    stations: Iterable[tuple[str, ...]], days: int, lottery: random.Random, good: dict[tuple[Any, ...], int]
) -> Iterator[tuple[Any, ...]]:
    """Yield a reading an hour; count those that are good by station, day and quantity in ``good``."""
    for (station, *_), day, quantity in product(stations, range(days), QUANTITIES):
        for hour in range(24):
            taken_at = FIRST_DAY + timedelta(days=day, hours=hour)
            is_good = lottery.random() < 0.95
            if is_good:
                good[station, day, quantity] = good.get((station, day, quantity), 0) + 1
            yield station, taken_at.isoformat(), quantity, lottery.randrange(-4_000, 4_000) / 100, is_good


def _bystanders(networks: dict[str, list[tuple[str, str, str, str]]]) -> Iterator[tuple[Any, ...]]:
    """Yield reports of the stranger's in an issue of the same number, and of the network's in an older issue."""
    day = FIRST_DAY.date().isoformat()
    for station, *_ in networks[STRANGER]:
        yield STRANGER, ISSUE, station, day, "wind", 24, 1.5
    yield NETWORK, OLDER_ISSUE, networks[NETWORK][0][0], day, "wind", 24, 1.5


def _copy(
    connection: psycopg.Connection,
    digest: Any,
    table: str,
    rows: Iterable[tuple[Any, ...]],
    progress: Progress | None = None,
) -> int:
    """Send ``rows`` to a table; return how many there were."""
    count = 0
    with (
        connection.cursor() as cursor,
        cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as copy,
    ):
        for count, row in enumerate(rows, 1):
            digest.update(repr(row).encode())
            copy.write_row(row)
            if progress and count % 1_000 == 0:
                progress(count)
    return count


JOB = Job(
    name="weather",
    noun="network",
    load=load,
    targets=(
        Target(
            table="daily_reports",
            own={"network_id": "network_id", "issue_id": "issue_id"},
            uncompared=("id", "inserted_at"),
            order=("station_id", "day", "quantity"),
        ),
        Target(
            table="issue_totals",
            own={"network_id": "network_id", "issue_id": "issue_id"},
            uncompared=("id", "inserted_at"),
            order=("quantity",),
        ),
    ),
    # In this suite's environment, on the project's tables.
    implementations={"in-sql": "in_sql:write_daily_reports"},
    environment=WorkerEnvironment(
        variables={
            "WEATHER_CONNINFO": "host='{host}' port={port} dbname={database} user={admin_user}"
            " password='{admin_password}'"
        }
    ),
    size=("stations", "days"),
    sizes=("4/5", "20/10"),
    largest={"stations": 10_000, "days": 330},
    rows_follow=("stations", "days"),
    quantities=("readings",),
    vary=vary,
    outcome_fault=outcome_fault,
)
