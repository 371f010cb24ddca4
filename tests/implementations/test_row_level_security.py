"""Row-level security keeps each tenant's rows private to it in the application role, but not in the admin role."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql

from bench.compliance.cases.all_cases import CASES
from tests.support.pair import AFTER
from tests.support.tables import TABLES
from tests.support.workbench import Workbench

CASE = CASES["multi-region"]


@pytest.fixture(autouse=True)
def _written(workbench: Workbench) -> None:
    workbench.load(CASE.scan, CASE.catalogue)
    workbench.run(AFTER)


def tenants_seen(connection: psycopg.Connection, table: str) -> set[str]:
    column = "id" if table == "tenants" else "tenant_id"
    found = connection.execute(
        sql.SQL("SELECT DISTINCT {}::text FROM {}").format(sql.Identifier(column), sql.Identifier(table))
    )
    return {tenant for (tenant,) in found}


def test_an_application_session_sees_its_tenants_rows_and_nothing_without_a_tenant(workbench: Workbench) -> None:
    tenant, other = workbench.loaded.key.tenant_id, workbench.loaded.bystanders[-1].tenant_id
    idle = workbench.loaded.warm_up.tenant_id
    for session, seen in ((None, set()), (tenant, {tenant}), (other, {other})):
        with workbench.application(session) as connection:
            for table in TABLES:
                assert tenants_seen(connection, table) == seen, table
    with workbench.application(idle) as connection:
        assert all(tenants_seen(connection, table) == set() for table in TABLES[-2:])
    for table in TABLES:
        assert tenants_seen(workbench.connection, table) >= {tenant, other}, table


def test_a_session_of_another_tenant_cannot_write_or_delete_the_scans_rows(workbench: Workbench) -> None:
    key, other = workbench.loaded.key, workbench.loaded.bystanders[-1].tenant_id
    written = workbench.contents()
    with workbench.application(other) as connection:
        deleted = connection.execute(
            "DELETE FROM compliance_requirements_overviews WHERE tenant_id = %s", [key.tenant_id]
        )
        assert deleted.rowcount == 0
    with (
        workbench.application(other) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"),
    ):
        connection.execute(
            "INSERT INTO compliance_overview_summaries (id, inserted_at, compliance_id, requirements_passed,"
            " requirements_failed, requirements_manual, total_requirements, scan_id, tenant_id)"
            " VALUES (gen_random_uuid(), now(), 'planted', 0, 0, 0, 0, %s, %s)",
            [key.scan_id, key.tenant_id],
        )
    assert workbench.contents() == written


def test_copy_is_refused_to_the_application_which_is_why_the_admin_copies(workbench: Workbench) -> None:
    with (
        workbench.application(workbench.loaded.key.tenant_id) as connection,
        pytest.raises(psycopg.errors.FeatureNotSupported, match="COPY FROM not supported with row-level security"),
        connection.cursor().copy("COPY compliance_requirements_overviews FROM STDIN") as copy,
    ):
        copy.write("")
