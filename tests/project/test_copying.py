"""A job's rows reach a project's tables whole, whatever these look like; what does not fit is named with its remedy."""

from __future__ import annotations

import re
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bench.database.access import DatabaseAccess
from bench.database.server import Server
from bench.errors import DatabaseError, InputError
from bench.project.copying import CopiedTable, copy_in
from bench.project.place import Place
from bench.project.table_copy import read_copies

JOBS = """
    CREATE TABLE readings (id int, station uuid, taken_at timestamptz, value double precision, good boolean, note text);
    INSERT INTO readings VALUES
        (1, '00000000-0000-0000-0000-000000000001', '2024-03-31 01:30:00+00', 0.1, true, E'tab\\t, "quotes" \\\\N'),
        (2, '00000000-0000-0000-0000-000000000002', '2024-10-27 01:30:00+00', 1e-300, false, NULL);
"""
PLACE = Place(Path("shop.toml"), ("copy",))

Pair = tuple[DatabaseAccess, DatabaseAccess]


@pytest.fixture
def databases(server: Server) -> Iterator[Callable[[str, str], Pair]]:
    """Make a database of the job and one of the project, each by SQL of its owner."""
    made: list[DatabaseAccess] = []

    def make(job: str, project: str) -> Pair:
        for statements in (job, project):
            access = server.create_database()
            made.append(access)
            with psycopg.connect(access.conninfo_as(access.admin_role)) as connection:
                connection.execute(statements.encode())
        return made[-2], made[-1]

    yield make
    for access in made:
        server.drop_database(access)


def copied(pair: Pair, description: object = None) -> tuple[CopiedTable, ...]:
    return copy_in(*pair, read_copies(PLACE, description or {}), PLACE)


def rows(access: DatabaseAccess, query: str) -> list[tuple[Any, ...]]:
    """What the superuser finds."""
    with psycopg.connect(access.conninfo) as connection:
        return connection.execute(query.encode()).fetchall()


def test_columns_of_one_name_take_their_values_as_text(databases: Callable[[str, str], Pair]) -> None:
    pair = databases(
        f"{JOBS}; CREATE TABLE empty (a int)",
        "CREATE TABLE readings (note varchar(50), value numeric, taken_at timestamp with time zone, good text,"
        " station uuid, id bigint)",
    )
    assert copied(pair) == (CopiedTable(source="readings", table="readings", rows=2, left_out=()),)
    query = "SELECT id, station, taken_at, value::float8, good, note FROM readings ORDER BY id"
    assert [str(row) for row in rows(pair[1], query)] == [
        str(row) for row in rows(pair[0], query.replace("good", "CASE WHEN good THEN 't' ELSE 'f' END"))
    ]


def test_enums_partitions_identities_and_generated_columns_are_filled(databases: Callable[[str, str], Pair]) -> None:
    pair = databases(
        JOBS,
        "CREATE TYPE quality AS ENUM ('ok', 'suspect');"
        "CREATE TABLE stations (id uuid PRIMARY KEY);"
        "INSERT INTO stations VALUES ('00000000-0000-0000-0000-000000000001'),"
        " ('00000000-0000-0000-0000-000000000002');"
        "CREATE TABLE measured (id bigint GENERATED ALWAYS AS IDENTITY, station_id uuid NOT NULL REFERENCES stations,"
        " taken_at timestamptz NOT NULL, quality quality NOT NULL, by text NOT NULL, value int NOT NULL DEFAULT 7,"
        " double int GENERATED ALWAYS AS (2 * value) STORED, PRIMARY KEY (id, taken_at)) PARTITION BY RANGE (taken_at);"
        "CREATE TABLE spring PARTITION OF measured FOR VALUES FROM ('2024-01-01') TO ('2024-07-01');"
        "CREATE TABLE autumn PARTITION OF measured FOR VALUES FROM ('2024-07-01') TO ('2025-01-01')",
    )
    description = {
        "readings": {
            "table": "measured",
            "columns": {"station_id": "station"},
            "constants": {"by": "it's a {seed} of 100 %"},
            "expressions": {"quality": "CASE WHEN good THEN 'ok' ELSE 'suspect' END"},
            "defaults": ["value"],
        }
    }
    assert copied(pair, description) == (
        CopiedTable(source="readings", table="measured", rows=2, left_out=("value", "note")),
    )
    assert rows(pair[1], "SELECT tableoid::regclass::text, id, quality::text, by, value, double FROM measured") == [
        ("spring", 1, "ok", "it's a {seed} of 100 %", 7, 14),
        ("autumn", 2, "suspect", "it's a {seed} of 100 %", 7, 14),
    ]
    sequence = "SELECT nextval(pg_get_serial_sequence('measured', 'id'))"
    assert rows(pair[1], sequence) == [(3,)], "the next key is a new one"


def test_only_rows_that_where_chooses_are_copied_and_a_skipped_table_is_none(
    databases: Callable[[str, str], Pair],
) -> None:
    pair = databases(
        f"{JOBS}; CREATE TABLE other (a int); INSERT INTO other VALUES (1)", "CREATE TABLE readings (id int)"
    )
    found = copied(pair, {"readings": {"where": "good OR id > 100"}, "other": {"skip": True}})
    assert [(one.source, one.rows) for one in found] == [("readings", 1)]
    assert rows(pair[1], "SELECT id FROM readings") == [(1,)]


def test_tables_are_filled_in_the_order_of_their_foreign_keys(databases: Callable[[str, str], Pair]) -> None:
    pair = databases(
        "CREATE TABLE a_child (id int, parent int); INSERT INTO a_child VALUES (1, 1);"
        "CREATE TABLE b_parent (id int); INSERT INTO b_parent VALUES (1)",
        "CREATE TABLE b_parent (id int PRIMARY KEY);"
        "CREATE TABLE a_child (id int PRIMARY KEY REFERENCES a_child, parent int NOT NULL REFERENCES b_parent)",
    )
    assert [one.table for one in copied(pair)] == ["b_parent", "a_child"]


def test_tables_that_refer_to_one_another_need_keys_that_are_checked_at_the_end(
    databases: Callable[[str, str], Pair],
) -> None:
    tables = "CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE b (id int PRIMARY KEY, a int);"
    keys = "".join(
        f"ALTER TABLE {one} ADD FOREIGN KEY ({other}) REFERENCES {other} DEFERRABLE;"
        for one, other in (("a", "b"), ("b", "a"))
    )
    pair = databases(f"{tables} INSERT INTO a VALUES (1, 2); INSERT INTO b VALUES (2, 1)", tables + keys)
    assert [one.rows for one in copied(pair)] == [1, 1]


def test_row_level_security_of_the_project_hides_and_refuses_nothing(databases: Callable[[str, str], Pair]) -> None:
    secure = "ALTER TABLE readings ENABLE ROW LEVEL SECURITY; ALTER TABLE readings FORCE ROW LEVEL SECURITY"
    pair = databases(f"{JOBS} {secure}", f"CREATE TABLE readings (id int, note text); {secure}")
    assert [one.rows for one in copied(pair)] == [2]


def test_the_tables_are_vacuumed_and_analysed(databases: Callable[[str, str], Pair]) -> None:
    pair = databases(JOBS, "CREATE TABLE readings (id int)")
    copied(pair)
    assert rows(pair[1], "SELECT reltuples::int, relallvisible FROM pg_class WHERE relname = 'readings'") == [(2, 1)]


def test_a_few_rows_are_held_at_a_time(databases: Callable[[str, str], Pair]) -> None:
    """The peak of this process, traced, stays far below what is sent."""
    pair = databases(
        "CREATE TABLE wide AS SELECT n AS id, repeat('x', 2000) AS text FROM generate_series(1, 20000) AS n",
        "CREATE TABLE wide (id int, text text)",
    )
    tracemalloc.start()
    try:
        found = copied(pair)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [one.rows for one in found] == [20_000]
    assert peak < 4_000_000


@pytest.mark.parametrize(
    ("project", "description", "expected"),
    [
        (
            "CREATE TABLE other (id int)",
            {},
            r"copy\.readings is copied to the project's table readings, which is not there; write in "
            r"\[copy\.readings\] table = \"…\" or skip = true; known are other$",
        ),
        ("CREATE TABLE readings (id int)", {"stations": {}}, r"copy\.stations names no table of the job; .* readings$"),
        (
            "CREATE TABLE readings (id int, uid uuid NOT NULL)",
            {},
            r"copy\.readings leaves the column uid of the project's table readings without a value, which is NOT NULL "
            r"and has no default; write in \[copy\.readings\] expressions = { uid = \"gen_random_uuid\(\)\" }$",
        ),
        ("CREATE TABLE readings (by text NOT NULL)", {}, r"constants = { by = \"…\" }$"),
        ("CREATE TABLE readings (n numeric(5, 2) NOT NULL)", {}, r"constants = { n = 0 }$"),
        ("CREATE TABLE readings (b boolean NOT NULL)", {}, r"constants = { b = false }$"),
        ("CREATE TABLE readings (t timestamptz NOT NULL)", {}, r"constants = { t = \"2025-01-01\" }$"),
        ("CREATE TABLE readings (j jsonb NOT NULL)", {}, r"constants = { j = \"{}\" }$"),
        (
            "CREATE TYPE s AS ENUM ('new', 'old'); CREATE TABLE readings (state s NOT NULL)",
            {},
            r"constants = { state = \"new\" }$",
        ),
        (
            "CREATE TABLE readings (id int)",
            {"readings": {"constants": {"by": 1}}},
            r"copy\.readings\.constants\.by is no column of the project's table readings; known are id$",
        ),
        (
            "CREATE TABLE readings (id int, at text)",
            {"readings": {"columns": {"at": "when"}}},
            r"copy\.readings\.columns\.at is 'when', no column of the job's table readings; known are good, id, ",
        ),
        (
            "CREATE TABLE readings (id int, at text)",
            {"readings": {"casts": {"at": "text"}}},
            r"copy\.readings\.casts\.at has nothing to cast: the job's table readings has no column at",
        ),
        (
            "CREATE TABLE readings (id int, twice int GENERATED ALWAYS AS (2 * id) STORED)",
            {"readings": {"constants": {"twice": 2}}},
            r"copy\.readings\.constants\.twice is computed by the project's server from other columns",
        ),
        (
            "CREATE TABLE readings (id int, at text)",
            {"readings": {"expressions": {"at": "taken_on"}}},
            r"copy\.readings\.expressions\.at is refused by the server: column \"taken_on\" does not exist; correct",
        ),
        (
            "CREATE TABLE readings (id int)",
            {"readings": {"casts": {"id": "integr"}}},
            r"copy\.readings\.casts\.id is refused by the server: type \"integr\" does not exist",
        ),
        (
            "CREATE TABLE readings (id int)",
            {"readings": {"where": "god"}},
            r"copy\.readings\.where is refused by the server: column \"god\" does not exist",
        ),
        (
            "CREATE TYPE q AS ENUM ('ok'); CREATE TABLE readings (good q)",
            {},
            r"copy\.readings cannot be copied: invalid input value for enum q: \"t\" \(COPY readings, line 1, column "
            r"good: \"t\"\); write in \[copy\.readings\] casts or expressions for that column$",
        ),
        (
            "CREATE TABLE readings (id int, note text NOT NULL)",
            {},
            r"copy\.readings cannot be copied: null value in column \"note\" .* \(COPY readings, line 2: .*\); correct",
        ),
        (
            "CREATE TABLE readings (id int PRIMARY KEY); INSERT INTO readings VALUES (2)",
            {},
            r"copy\.readings cannot be copied: duplicate key value .*\(COPY readings, line 2\); write a key of its own",
        ),
        (
            "CREATE TABLE stations (id uuid PRIMARY KEY); CREATE TABLE readings (station uuid REFERENCES stations)",
            {},
            r"copy\.readings cannot be copied: .*foreign key .*\(table readings: Key .*\); copy the table that it ",
        ),
        (
            "CREATE TABLE stations (id uuid PRIMARY KEY);"
            "CREATE TABLE readings (station uuid REFERENCES stations DEFERRABLE INITIALLY DEFERRED)",
            {},
            r"shop\.toml: copy cannot be copied: .*foreign key .*\(table readings: Key .*\); copy the table that it",
        ),
        (
            "CREATE TABLE readings (id int);"
            "CREATE FUNCTION drop_row() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
            "CREATE TRIGGER dropping BEFORE INSERT ON readings FOR EACH ROW EXECUTE FUNCTION drop_row()",
            {},
            r"copy\.readings sends 2 rows, of which the project's table readings took 0; a trigger of the project ",
        ),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_is_copied(
    databases: Callable[[str, str], Pair], project: str, description: object, expected: str
) -> None:
    pair = databases(JOBS, project)
    before = rows(
        pair[1], "SELECT relname, pg_relation_size(oid) FROM pg_class WHERE relkind = 'r' AND relname !~ '^pg'"
    )
    with pytest.raises(InputError, match=expected) as caught:
        copied(pair, description)
    assert re.match(r"shop\.toml: copy", str(caught.value))
    assert "\n" not in str(caught.value)
    if "INSERT" not in project:
        tables = [name for name, _ in before if name in ("readings", "other")]
        assert [rows(pair[1], f"SELECT count(*) FROM {table}") for table in tables] == [[(0,)]] * len(tables)


def test_a_division_by_zero_in_an_expression_names_the_table(databases: Callable[[str, str], Pair]) -> None:
    pair = databases(JOBS, "CREATE TABLE readings (id int)")
    with pytest.raises(InputError, match=r"copy\.readings cannot be copied: division by zero; write in \[copy"):
        copied(pair, {"readings": {"expressions": {"id": "1 / (id - 1)"}}})


def test_the_jobs_data_can_only_be_read(databases: Callable[[str, str], Pair]) -> None:
    pair = databases(f"{JOBS}; CREATE SEQUENCE s", "CREATE TABLE readings (id int)")
    with pytest.raises(InputError, match="read-only transaction"):
        copied(pair, {"readings": {"expressions": {"id": "setval('s', id)"}}})


def test_a_database_that_is_gone_is_an_error_of_the_server(
    server: Server, databases: Callable[[str, str], Pair]
) -> None:
    source, _ = databases(JOBS, "CREATE TABLE readings (id int)")
    gone = server.create_database()
    server.drop_database(gone)
    with pytest.raises(DatabaseError, match=r"the project's tables cannot be filled: .*does not exist"):
        copied((source, gone))


def test_statements_after_the_copy_fill_further_tables_in_the_same_transaction(
    databases: Callable[[str, str], Pair],
) -> None:
    pair = databases(JOBS, "CREATE TABLE readings (id int); CREATE TABLE totals (readings int CHECK (readings < 9))")
    place = Place(Path("shop.toml"), ("project", "after_copy", 0))
    fill = "INSERT INTO totals SELECT {} + count(*) FROM readings"
    for statement, expected in ((fill.format("7"), "totals"), ("INSERT INTO days SELECT 1", '"days" does not exist')):
        with pytest.raises(InputError, match=rf"shop\.toml: project\.after_copy\[0\] is refused .*{expected}"):
            copy_in(*pair, {}, PLACE, after=[(place, statement)])
        assert rows(pair[1], "SELECT FROM readings") == []
    copy_in(*pair, {}, PLACE, after=[(place, fill.format("0"))])
    assert rows(pair[1], "SELECT readings FROM totals") == [(2,)]
    assert rows(pair[1], "SELECT FROM pg_stats WHERE tablename = 'totals'") != [], "analysed like the copied ones"
