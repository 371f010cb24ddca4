"""The view shows packed rows as the table has them, to whom the table would show them."""

from __future__ import annotations

import psycopg
import pytest

from tests.support.packed_tables import (
    CATALOGUE_TABLES,
    PACKED,
    PACKED_TABLE,
    STREAMING,
    SUMMARIES,
    TABLE,
    VIEW,
    everything,
    shown,
)
from tests.support.pushdown_tables import ROWS
from tests.support.workbench import Workbench


def test_the_view_has_the_columns_of_the_table_and_their_types(workbench: Workbench) -> None:
    def columns(relation: str) -> set[tuple[str, str]]:
        found = workbench.connection.execute(
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
            [relation],
        )
        return {(name, kind) for name, kind in found}

    assert columns(VIEW) == columns(TABLE)
    assert len(columns(TABLE)) == 16


@pytest.mark.parametrize("failing", [[], ["eu"], ["eu", "us", "ap"]])
def test_view_and_summaries_show_what_streaming_writes(loaded: Workbench, failing: list[str]) -> None:
    loaded.connection.execute(
        "UPDATE findings SET status = 'FAIL' WHERE check_id = 'a' AND resource_regions && %s::varchar[]", [failing]
    )
    of_packed = loaded.run(PACKED), shown(loaded, SUMMARIES)
    of_streaming = loaded.run(STREAMING), shown(loaded, SUMMARIES)
    assert of_packed == of_streaming
    assert shown(loaded) == shown(loaded, TABLE)
    assert len(shown(loaded)) == ROWS


def test_each_row_of_the_view_has_an_id_of_its_own_which_it_keeps(written: Workbench) -> None:
    def ids() -> dict[tuple[str, ...], str]:
        found = written.query(f"SELECT compliance_id, requirement_id, region, id::text FROM {VIEW}")
        return {row[:3]: row[3] for row in found}

    first = ids()
    assert len(set(first.values())) == len(first) == ROWS
    assert ids() == first


def test_every_id_is_a_uuid_of_version_7(written: Workbench) -> None:
    found = written.query(f"SELECT id::text FROM {VIEW}")
    assert all(text[14] == "7" and text[19] in "89ab" for (text,) in found)


def test_the_view_shows_a_tenant_its_own_rows_and_nobody_else_any(written: Workbench) -> None:
    key, stray = written.loaded.key, written.loaded.bystanders[-1]
    written.run(PACKED, tenant_id=stray.tenant_id, scan_id=written.loaded.bystanders[1].scan_id)
    for tenant, seen in ((None, set()), (key.tenant_id, {key.tenant_id}), (stray.tenant_id, {stray.tenant_id})):
        with written.application(tenant) as session:
            for relation in (VIEW, PACKED_TABLE):
                found = session.execute(f"SELECT DISTINCT tenant_id::text FROM {relation}".encode())
                assert {one for (one,) in found} == seen, (relation, tenant)
    assert len(written.query(f"SELECT DISTINCT tenant_id FROM {VIEW}")) == 2


def test_the_application_cannot_touch_another_tenants_packed_rows(written: Workbench) -> None:
    before = everything(written)
    with written.application(written.loaded.bystanders[-1].tenant_id) as session:
        assert session.execute("DELETE FROM compliance_requirements_packed").rowcount == 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege), session.transaction():
            session.execute("UPDATE compliance_requirements_packed SET region = 'x'")
        with pytest.raises(psycopg.errors.InsufficientPrivilege), session.transaction():
            session.execute(
                "INSERT INTO compliance_requirements_packed (id, tenant_id, scan_id, inserted_at,"
                " catalogue_framework_id, compliance_id, framework, version, region, part, passed_checks,"
                " failed_checks)"
                " SELECT gen_random_uuid(), %s, %s, now(), gen_random_uuid(), 'x', 'x', '', 'x', 0, '{}', '{}'",
                [written.loaded.key.tenant_id, written.loaded.key.scan_id],
            )
    assert everything(written) == before


@pytest.mark.parametrize("table", CATALOGUE_TABLES)
def test_the_application_reads_the_catalogue_and_cannot_change_it(written: Workbench, table: str) -> None:
    """It is every tenant's: a change by one would show in the others' rows."""
    column = "framework" if "frameworks" in table else "description"
    with written.application(written.loaded.key.tenant_id) as session:
        assert session.execute(f"SELECT FROM {table}".encode()).rowcount > 0
        for statement in (
            f"UPDATE {table} SET {column} = 'x'",
            f"DELETE FROM {table}",
            f"INSERT INTO {table} SELECT * FROM {table} LIMIT 1",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), session.transaction():
                session.execute(statement.encode())
