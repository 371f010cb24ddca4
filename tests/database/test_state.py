"""What a run may change in its target tables, and what counts as a disturbance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import LiteralString

import psycopg
import pytest

from bench.database.access import DatabaseAccess
from bench.database.state import changes, inspect, read_state
from bench.harness.stage import Stage

_TABLES: LiteralString = """
CREATE TABLE target (id bigint GENERATED ALWAYS AS IDENTITY, day date, other bigserial) PARTITION BY RANGE (day);
CREATE TABLE target_2024 PARTITION OF target FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY RANGE (day);
CREATE TABLE target_2024_01 PARTITION OF target_2024 FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
CREATE TABLE neighbour (id serial, day date);
CREATE SEQUENCE nobodys;
"""


@pytest.fixture
def partitioned(quick_stage: Stage) -> Iterator[DatabaseAccess]:
    """A database with a target in partitions of partitions, and a table beside it."""
    access = quick_stage.server.create_database()
    with psycopg.connect(access.conninfo, autocommit=True) as connection:
        connection.execute(_TABLES)
    yield access
    quick_stage.server.drop_database(access)


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("INSERT INTO target (day) VALUES ('2024-01-07')", []),
        ("TRUNCATE target", []),
        ("INSERT INTO neighbour (day) VALUES ('2024-01-07')", ["sequence neighbour_id_seq", "table neighbour"]),
        ("SELECT nextval('nobodys')", ["sequence nobodys"]),
        ("ALTER SEQUENCE target_id_seq INCREMENT 2", ["sequence target_id_seq"]),
        ("ALTER SEQUENCE target_other_seq OWNED BY NONE", ["sequence target_other_seq"]),
        (
            "CREATE TABLE target_2025 PARTITION OF target FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')",
            ["added the table target_2025"],
        ),
    ],
)
def test_partitions_and_sequences_of_a_target_may_change_and_others_may_not(
    partitioned: DatabaseAccess, statement: LiteralString, named: list[str]
) -> None:
    with inspect(partitioned) as connection:
        before = read_state(connection, partitioned)
    with psycopg.connect(partitioned.conninfo, autocommit=True) as session:
        session.execute(statement)
    with inspect(partitioned) as connection:
        found = [str(one) for one in changes(before, read_state(connection, partitioned), ("target",))]
    assert len(found) == len(named), found
    for part, text in zip(named, found, strict=True):
        assert part in text
