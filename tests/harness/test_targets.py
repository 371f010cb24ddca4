"""Every sample starts from the same rows, and a digest tells every change of them, and whose they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest

from bench.compliance.job import JOB
from bench.errors import DatabaseError
from bench.harness.restored_tables import columns_of
from bench.harness.stage import DataStage
from bench.harness.targets import TargetDigest, Targets, read_target_rows
from tests.support.data import sampled
from tests.support.small_scan import EXPECTED_ROWS


def execute(scan: DataStage, statement: str, *parameters: object) -> None:
    with psycopg.connect(scan.access.conninfo_as(scan.access.admin_role)) as connection:
        connection.execute(statement.encode(), parameters)


TABLES = ("compliance_requirements_overviews", "compliance_overview_summaries")


@pytest.fixture(scope="module")
def first_written(small_scan: DataStage) -> TargetDigest:
    """What the streaming implementation left; copies of it belong to the database from then on."""
    digest = sampled(small_scan, "rows", "streaming", 120)[1]
    for table in TABLES:
        execute(small_scan, f"CREATE TABLE written_{table} AS TABLE {table}")
    small_scan.guard.forget()
    return digest


@pytest.fixture
def written(small_scan: DataStage, first_written: TargetDigest) -> TargetDigest:
    """The tables as the streaming implementation left them."""
    for table in TABLES:
        execute(small_scan, f"TRUNCATE {table}")
        execute(small_scan, f"INSERT INTO {table} TABLE written_{table}")
    return first_written


def test_a_reset_brings_back_the_rows_that_were_loaded(small_scan: DataStage, written: TargetDigest) -> None:
    assert written.rows == EXPECTED_ROWS
    small_scan.reset()
    assert small_scan.digest() == small_scan.untouched
    assert small_scan.untouched.rows < EXPECTED_ROWS
    assert all(table.count for table in small_scan.untouched.bystanders), "there is something to leave alone"


@pytest.fixture
def referring(small_scan: DataStage) -> Iterator[str]:
    """A table, partitioned and no target, with a row that refers to a bystander's row by a key checked at the end."""
    execute(
        small_scan,
        f"CREATE TABLE referring (id int, summary uuid CONSTRAINT to_summary REFERENCES {TABLES[1]} (id)"
        " DEFERRABLE INITIALLY DEFERRED) PARTITION BY RANGE (id)",
    )
    execute(small_scan, "CREATE TABLE referring_default PARTITION OF referring DEFAULT")
    tenant = small_scan.loaded.arguments["tenant_id"]
    execute(small_scan, f"INSERT INTO referring SELECT 1, id FROM {TABLES[1]} WHERE tenant_id <> %s LIMIT 1", tenant)
    yield "referring"
    execute(small_scan, "DROP TABLE referring")


def test_a_reset_gives_fresh_files_to_targets_that_another_table_refers_to_and_keeps_the_key(
    small_scan: DataStage, written: TargetDigest, referring: str
) -> None:
    look = (
        "SELECT pg_relation_filenode(%s::regclass), array_agg((conname, conrelid::regclass::text,"
        " pg_get_constraintdef(oid), convalidated)::text ORDER BY conrelid::regclass::text)"
        " FROM pg_constraint WHERE contype = 'f' AND confrelid = %s::regclass"
    )

    def seen() -> tuple[int, list[str]]:
        with psycopg.connect(small_scan.access.conninfo) as connection:
            row = connection.execute(look, [TABLES[1], TABLES[1]]).fetchone()
            assert row is not None
            return row[0], row[1]

    file, keys = seen()
    small_scan.reset()
    assert small_scan.digest() == small_scan.untouched != written
    fresh, same = seen()
    assert fresh != file
    assert same == keys
    assert len(keys) == 2, "the table's and its partition's"
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        execute(small_scan, f"INSERT INTO {referring} VALUES (2, gen_random_uuid())")


def test_bystanders_that_nobody_wrote_since_the_reset_are_not_digested_again(
    small_scan: DataStage,
) -> None:
    """Whatever their digest was said to be is taken then; and a row that was written alike is digested."""
    small_scan.reset()
    said = replace(small_scan.untouched.bystanders[0], sha256="said")
    untouched = replace(small_scan.untouched, bystanders=(said, *small_scan.untouched.bystanders[1:]))
    staged = replace(small_scan, untouched=untouched)
    assert staged.digest().bystanders[0] == said
    tenant = small_scan.loaded.arguments["tenant_id"]
    execute(small_scan, f"UPDATE {TABLES[0]} SET region = region WHERE tenant_id <> %s", tenant)
    assert staged.digest().bystanders == small_scan.untouched.bystanders


def test_both_implementations_and_every_repetition_leave_the_same_digest(
    small_scan: DataStage, written: TargetDigest
) -> None:
    assert sampled(small_scan, "rows", "materializing", 120)[1] == written
    assert sampled(small_scan, "rows", "streaming", 120)[1] == written
    assert written.bystanders == small_scan.untouched.bystanders


def test_the_digest_sees_every_column_but_id_and_inserted_at(small_scan: DataStage, written: TargetDigest) -> None:
    """Each column of each table is changed in one row of the measured scan."""
    arguments = small_scan.loaded.arguments
    changes = {"uuid": "gen_random_uuid()", "timestamptz": "now() + interval '1 day'", "int4": "{} + 1"}
    changes |= {"text": "{} || 'x'", "varchar": "left({} || 'x', 5) || 'y'"}
    seen = 0
    for number, table in enumerate(TABLES):
        with psycopg.connect(small_scan.access.conninfo_as(small_scan.access.admin_role)) as connection:
            types = connection.execute(
                "SELECT attname, typname FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid"
                " WHERE attrelid = %s::regclass AND attnum > 0",
                [table],
            ).fetchall()
        for column, kind in types:
            if column in ("tenant_id", "scan_id"):
                continue
            value = changes[kind].format(column) if column != "requirement_status" else "'MANUAL'"
            one = f"SELECT id FROM {table} WHERE tenant_id = %s AND scan_id = %s AND "
            one += "requirement_status <> 'MANUAL' LIMIT 1" if number == 0 else "true LIMIT 1"
            with psycopg.connect(small_scan.access.conninfo_as(small_scan.access.admin_role)) as connection:
                changed = connection.execute(
                    f"UPDATE {table} SET {column} = {value} WHERE id = ({one})".encode(),
                    [arguments["tenant_id"], arguments["scan_id"]],
                )
                assert changed.rowcount == 1
                connection.commit()
            digest = small_scan.digest()
            differs = digest.tables[number] != written.tables[number]
            assert differs == (column not in ("id", "inserted_at")), f"{table}.{column}"
            assert digest.bystanders == written.bystanders
            written = digest
            seen += 1
    assert seen == 14 + 7


def test_the_digest_does_not_depend_on_the_order_of_the_rows_in_the_table(
    small_scan: DataStage, written: TargetDigest
) -> None:
    for table in TABLES:
        execute(small_scan, f"CREATE TABLE reordered AS SELECT * FROM {table} ORDER BY id DESC")
        execute(small_scan, f"TRUNCATE {table}")
        execute(small_scan, f"INSERT INTO {table} TABLE reordered")
        execute(small_scan, "DROP TABLE reordered")
    assert small_scan.digest() == written


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE compliance_requirements_overviews SET id = gen_random_uuid() WHERE tenant_id <> %s",
        "UPDATE compliance_requirements_overviews SET inserted_at = now() WHERE tenant_id <> %s",
        "UPDATE compliance_overview_summaries SET id = gen_random_uuid() WHERE tenant_id <> %s",
        "UPDATE compliance_overview_summaries SET inserted_at = now() WHERE tenant_id <> %s",
        "DELETE FROM compliance_overview_summaries WHERE tenant_id <> %s",
    ],
)
def test_bystanders_are_digested_with_every_column(
    small_scan: DataStage, written: TargetDigest, statement: str
) -> None:
    execute(small_scan, statement, small_scan.loaded.arguments["tenant_id"])
    digest = small_scan.digest()
    assert digest.bystanders != written.bystanders
    assert replace(digest, bystanders=written.bystanders) == written


def test_rows_are_read_in_the_order_of_their_bytes_without_id_and_time(
    small_scan: DataStage, written: TargetDigest
) -> None:
    rows = list(read_target_rows(small_scan.access, small_scan.targets, small_scan.loaded.arguments))
    kinds = [row.pop("table") for row in rows]
    assert kinds == ["rows"] * EXPECTED_ROWS + ["summaries"] * 2
    assert not {"id", "inserted_at"} & set().union(*rows)
    keys = [(r["compliance_id"], r["requirement_id"], r["region"]) for r in rows[:EXPECTED_ROWS]]
    assert keys == sorted(keys)
    with psycopg.connect(small_scan.access.conninfo_as(small_scan.access.admin_role)) as connection:
        assert set(rows[0]) == set(columns_of(connection, "compliance_requirements_overviews")) - {"id", "inserted_at"}


def test_a_database_that_is_gone_is_said_in_one_line(small_scan: DataStage) -> None:
    gone = replace(small_scan.access, conninfo=small_scan.access.conninfo.replace("bench_", "no_such_"))
    targets = Targets.of(JOB)
    arguments = small_scan.loaded.arguments
    for action in (targets.save, targets.reset, lambda access: targets.digest(access, arguments, None)):
        with pytest.raises(DatabaseError, match="does not exist") as caught:
            action(gone)
        assert "\n" not in str(caught.value)
