"""Reads are timed under row-level security on both relations, in pairs, and their answers are compared."""

from __future__ import annotations

import json
from collections.abc import Iterator

import psycopg
import pytest

from bench.compliance.job import JOB
from bench.compliance.reads.record import ReadSamples
from bench.compliance.reads.run import measure_sizes
from bench.compliance.reads.timing import MOST_REPEATS, time_reads
from bench.compliance.typical_reads import READS
from bench.declare.storage import storage_in
from bench.errors import DatabaseError, InputError
from bench.harness.stage import DataStage, open_stage
from tests.support.data import implementation, implementations, synthetic
from tests.support.packed_tables import PACKED, STREAMING, VIEW
from tests.support.small_scan import CATALOGUE, EXPECTED_ROWS

pytestmark = [pytest.mark.slow, pytest.mark.server]

PAIRS = 3
FRAMEWORKS = 2


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataStage]:
    """A scan that both designs have written."""
    path = tmp_path_factory.mktemp("catalogue") / "catalogue.json"
    path.write_text(json.dumps(CATALOGUE), encoding="utf-8")
    source = synthetic("30/2", path)
    with open_stage(None, 16) as stage, stage.data(JOB, source, implementations(PACKED)) as scan:
        scan.write_earlier_rows(implementation(STREAMING), 120)
        scan.write_earlier_rows(implementation(PACKED), 120)
        yield scan


def timed(scan: DataStage, pairs: int = PAIRS) -> dict[str, ReadSamples]:
    messages: list[str] = []
    found = time_reads(scan.access, scan.loaded.arguments, VIEW, pairs, messages.append)
    assert len(messages) == len(READS)
    return {one.read: one for one in found}


def execute(scan: DataStage, statement: str) -> None:
    with psycopg.connect(scan.access.conninfo_as(scan.access.admin_role)) as connection:
        connection.execute(statement.encode())


def test_every_read_has_a_sample_of_both_sides_for_each_pair_and_the_same_answers(scan: DataStage) -> None:
    found = timed(scan)
    assert list(found) == [read.title for read in READS]
    for one in found.values():
        assert len(one.table_seconds) == len(one.view_seconds) == len(one.rows) == PAIRS
        assert min(*one.table_seconds, *one.view_seconds) > 0
        assert 1 <= one.repeats <= MOST_REPEATS
        assert one.same_answers, one.read


def test_pairs_go_from_the_smallest_framework_to_the_largest(scan: DataStage) -> None:
    """One requirement in two regions, then two; the whole scan in each pair."""
    found = timed(scan, pairs=2)
    assert found["one framework, all regions"].rows == (2, 4)
    assert found["one framework and region"].rows == (1, 2)
    assert found["one requirement, all regions"].rows == (2, 2)
    assert found["the whole scan"].rows == (EXPECTED_ROWS, EXPECTED_ROWS)
    assert found["all frameworks, counted"].rows == (FRAMEWORKS, FRAMEWORKS)


@pytest.mark.parametrize(
    ("change", "unequal"),
    [
        (
            "UPDATE compliance_requirements_packed SET passed_checks = array_fill(7, ARRAY[256])",
            {"all regions", "scan"},
        ),
        ("UPDATE compliance_catalogue_requirements SET description = 'x'", {"all regions", "scan"}),
        ("UPDATE compliance_requirements_overviews SET requirement_status = 'MANUAL'", {"counted"}),
        ("DELETE FROM compliance_requirements_packed", {"counted", "all regions", "scan"}),
    ],
)
def test_answers_that_differ_are_seen(scan: DataStage, change: str, unequal: set[str]) -> None:
    with psycopg.connect(scan.access.conninfo_as(scan.access.admin_role)) as connection:
        kept = connection.execute(
            "SELECT description, framework_id, slot FROM compliance_catalogue_requirements"
        ).fetchall()
    try:
        execute(scan, change)
        wrong = {read for read, one in timed(scan).items() if not one.same_answers}
        assert all(any(end in read for read in wrong) for end in unequal), wrong
    finally:
        scan.reset()
        with psycopg.connect(scan.access.conninfo_as(scan.access.admin_role)) as connection:
            for text in kept:
                connection.execute(
                    "UPDATE compliance_catalogue_requirements SET description = %s"
                    " WHERE framework_id = %s AND slot = %s",
                    text,
                )
    assert all(one.same_answers for one in timed(scan).values())


def test_reads_are_the_applications_who_sees_its_tenant_only(scan: DataStage) -> None:
    """The scan under another tenant has no rows to read, although a session without row-level security saw them."""
    assert scan.loaded.warm_up
    foreign = {**scan.loaded.arguments, "tenant_id": scan.loaded.warm_up["tenant_id"]}
    with pytest.raises(InputError, match="no row to read; give a larger --scan"):
        time_reads(scan.access, foreign, VIEW, PAIRS, lambda _: None)
    execute(scan, f"REVOKE SELECT ON compliance_requirements_packed FROM {scan.access.app_role}")
    try:
        with pytest.raises(DatabaseError, match="permission denied for table compliance_requirements_packed"):
            timed(scan)
    finally:
        execute(scan, f"GRANT SELECT ON compliance_requirements_packed TO {scan.access.app_role}")


def test_sizes_are_the_servers_own_for_each_table_of_both_designs(scan: DataStage) -> None:
    sizes = {one.relation: one for one in measure_sizes(scan.access, PACKED, storage_in(scan.storages, PACKED))}
    assert [one.design for one in sizes.values()] == ["table", "packed", "packed", "packed"]
    with psycopg.connect(scan.access.conninfo_as(scan.access.admin_role)) as connection:
        for relation, one in sizes.items():
            total = connection.execute("SELECT pg_total_relation_size(%s::regclass)", [relation]).fetchone()
            assert total == (one.table_bytes + one.index_bytes,)
