"""Statements by alias, as Django logs them, and those that only the server sees: COPY batches and FETCH chunks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from bench.compliance.cases.all_cases import CASES
from bench.compliance.cases.case import scan_of
from bench.compliance.cases.size_cases import bulk_catalogue, bulk_findings
from bench.database.statement_log import capture
from tests.support.pair import AFTER, BEFORE, IMPLEMENTATIONS
from tests.support.workbench import Workbench

pytestmark = [pytest.mark.slow, pytest.mark.server]

SMALL = CASES["multi-region"]
BATCH = 10_000
"""Rows per COPY."""
REGIONS, REQUIREMENTS, FINDINGS = 3, 4_000, 2_000

READS = ("BEGIN", "SELECT set_config", "SELECT scans", "SELECT providers", "COMMIT")
FINDINGS_READ = {
    BEFORE: ("BEGIN", "SELECT set_config", "SELECT findings", "SELECT resources", "COMMIT"),
    AFTER: ("BEGIN", "SELECT set_config", "DECLARE findings", "COMMIT"),
}
WRITES = (
    *("BEGIN", "SELECT set_config", "DELETE compliance_requirements_overviews", "COMMIT"),
    *("BEGIN", "SELECT set_config", "DELETE compliance_overview_summaries"),
    *("INSERT compliance_overview_summaries", "COMMIT"),
)
TOTAL = {BEFORE: 19, AFTER: 18}


def shape(statement: str) -> str:
    """Return the verb and the object of a statement."""
    found = re.match(r'(\w+)(?:.*? (?:FROM|INTO) "(\w+)")?', statement, re.DOTALL)
    assert found is not None, statement
    if statement.startswith("SELECT set_config('api.tenant_id'"):
        return "SELECT set_config"
    return " ".join(part for part in found.groups() if part)


@contextmanager
def django_logs() -> Iterator[dict[str, list[str]]]:
    """What Django logs, by alias; filled when the block ends."""
    # Only importable after the workbench has set up Django.
    from django.db import connections
    from django.test.utils import CaptureQueriesContext

    logs: dict[str, list[str]] = {}
    with ExitStack() as stack:
        captured = {alias: stack.enter_context(CaptureQueriesContext(connections[alias])) for alias in connections}
        yield logs
        for alias, context in captured.items():
            logs[alias] = [shape(query["sql"]) for query in context.captured_queries]


def load(workbench: Workbench, size: str) -> None:
    if size == "small":
        workbench.load(SMALL.scan, SMALL.catalogue)
    else:
        workbench.load(scan_of(bulk_findings(REGIONS, FINDINGS)), bulk_catalogue(REQUIREMENTS))


@pytest.mark.parametrize("size", ["small", "large"])
def test_django_logs_the_same_statements_at_any_size(workbench: Workbench, size: str) -> None:
    load(workbench, size)
    for implementation in IMPLEMENTATIONS:
        workbench.plant_old_rows()
        with django_logs() as logs:
            workbench.run(implementation)
        assert logs == {
            "replica": [*READS, *FINDINGS_READ[implementation]],
            "default": [*WRITES],
            "admin": [],
        }, implementation
        assert sum(map(len, logs.values())) == TOTAL[implementation]


@pytest.fixture
def batch_notes(workbench: Workbench) -> Iterator[None]:
    """A table in which a trigger records each statement that inserts rows, and its role."""
    workbench.connection.execute(
        "CREATE TABLE batch_notes AS SELECT 0 AS process, now() AS since, now() AS began, '' AS role, '' AS tenant"
        " WHERE false"
    )
    workbench.connection.execute("GRANT INSERT ON batch_notes TO PUBLIC")
    workbench.connection.execute(
        """
        CREATE FUNCTION note_batch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            INSERT INTO batch_notes
            SELECT pid, backend_start, now(), current_user, current_setting('api.tenant_id', true)
            FROM pg_stat_activity WHERE pid = pg_backend_pid();
            RETURN NULL;
        END $$
        """
    )
    workbench.connection.execute(
        "CREATE TRIGGER note_batch BEFORE INSERT ON compliance_requirements_overviews"
        " FOR EACH STATEMENT EXECUTE FUNCTION note_batch()"
    )
    yield
    workbench.connection.execute("DROP FUNCTION note_batch CASCADE")
    workbench.connection.execute("DROP TABLE batch_notes")


@pytest.mark.usefixtures("batch_notes")
def test_each_10_000_rows_take_one_copy_in_a_separate_transaction_and_admin_connection(
    workbench: Workbench,
) -> None:
    load(workbench, "large")
    for implementation in IMPLEMENTATIONS:
        workbench.query("TRUNCATE batch_notes")
        with capture(workbench.access) as server:
            outcome = workbench.run(implementation)
        assert outcome["requirements_created"] == REGIONS * REQUIREMENTS
        statements = [shape(statement) for statement in server.statements]
        copies = [place for place, statement in enumerate(statements) if statement == "COPY"]
        assert len(copies) == -(-REGIONS * REQUIREMENTS // BATCH) == 2, implementation
        for place in copies:
            around = statements[place - 2 : place + 2]
            assert around == ["BEGIN", "SELECT set_config", "COPY", "COMMIT"], implementation
        batches = workbench.query("SELECT (process, since)::text, began, role, tenant FROM batch_notes")
        sessions, transactions, roles, tenants = map(set, zip(*batches, strict=True))
        assert len(batches) == len(sessions) == len(transactions) == 2, implementation
        assert roles == {workbench.access.admin_role}
        assert tenants == {workbench.loaded.key.tenant_id}


def test_streaming_fetches_a_chunk_per_1_000_findings_and_materialising_none(workbench: Workbench) -> None:
    workbench.load(scan_of(bulk_findings(1, 2_001)), bulk_catalogue(1))
    for findings in (2_001, 2_000, 999, 0):
        workbench.query(
            "UPDATE findings SET muted = true WHERE id IN (SELECT id FROM findings"
            " WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s ORDER BY id OFFSET %(kept)s::int)",
            kept=str(findings),
        )
        for implementation in IMPLEMENTATIONS:
            with capture(workbench.access) as server:
                workbench.run(implementation)
            fetches = [statement for statement in server.statements if statement.startswith("FETCH FORWARD 1000 ")]
            assert sum(statement.startswith("FETCH") for statement in server.statements) == len(fetches)
            # The last one is empty, which tells Django that the cursor is exhausted.
            assert len(fetches) == (-(-findings // 1_000) + 1 if implementation == AFTER else 0), findings
