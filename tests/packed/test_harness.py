"""The harness reads packed rows through the view, resets and watches them like the table, and measures both equally."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from bench.compliance.contract import Framework, Requirement
from bench.compliance.job import JOB
from bench.compliance.targets import ROWS as TABLE
from bench.datasets.catalogue.record import read_catalogue, write_catalogue
from bench.declare.laws import laws_of
from bench.declare.storage import STANDARD, DeclaredStorage, Storage, storage_in, storage_of, stores_in
from bench.harness.stage import DataStage, Stage, open_stage
from bench.harness.targets import Targets
from bench.results.records import COPY_BASELINE, Results
from bench.results.store import read_results
from tests.support.command import run
from tests.support.data import implementation, implementations, sampled, synthetic
from tests.support.packed_tables import PACKED, STREAMING, VIEW
from tests.support.small_scan import CATALOGUE, EXPECTED_ROWS
from tests.support.workbench import Workbench, load

pytestmark = [pytest.mark.slow, pytest.mark.server]

SUMMARIES = 2
PACKED_ROWS = 4
"""Two regions × two frameworks."""
STATEMENTS = 15
COPY_OF_THE_CATALOGUE = 1


@pytest.fixture(scope="module")
def catalogue_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("catalogue") / "catalogue.json"
    path.write_text(json.dumps(CATALOGUE), encoding="utf-8")
    return path


@pytest.fixture(scope="module", params=[16, 18])
def open_stage_of(request: pytest.FixtureRequest) -> Iterator[Stage]:
    with open_stage(None, request.param) as opened:
        yield opened


@pytest.fixture(scope="module")
def scan(open_stage_of: Stage, catalogue_file: Path) -> Iterator[DataStage]:
    source = synthetic("30/2", catalogue_file)
    with open_stage_of.data(JOB, source, implementations(PACKED, STREAMING)) as scan:
        yield scan


def with_new_catalogue(scan: DataStage, folder: Path, *, prepared: bool) -> DataStage:
    """The scan with another description in its catalogue, which no run has brought to the database yet."""
    catalogue = read_catalogue(Path(scan.loaded.context["catalogue"]))
    (compliance_id, framework), *_ = catalogue.frameworks.items()
    (requirement_id, requirement), *_ = framework["requirements"].items()
    reworded: Requirement = {**requirement, "description": str(folder)}
    requirements = {**framework["requirements"], requirement_id: reworded}
    changed: Framework = {**framework, "requirements": requirements}
    path = folder / "catalogue.json"
    write_catalogue(path, replace(catalogue, frameworks={**catalogue.frameworks, compliance_id: changed}))
    loaded = replace(scan.loaded, context={**scan.loaded.context, "catalogue": str(path)})
    return replace(scan, loaded=loaded, prepared={PACKED} if prepared else set())


def execute(scan: DataStage, statement: str) -> None:
    with psycopg.connect(scan.access.conninfo_as(scan.access.admin_role)) as connection:
        connection.execute(statement.encode())


def test_a_storage_is_declared_on_the_implementation_and_is_the_task_tables_without_that(workbench: Workbench) -> None:
    somewhere = Storage(relation="somewhere", reset=("there",))

    @stores_in(somewhere)
    def elsewhere() -> None: ...

    assert storage_of(elsewhere) == somewhere
    assert storage_of(load(PACKED)).relation == VIEW
    assert storage_of(load(STREAMING)) == STANDARD
    assert Targets.of(JOB).relation(STANDARD) == TABLE
    declared = [DeclaredStorage(implementation="a", storage=somewhere)]
    assert [storage_in(declared, name) for name in "ab"] == [somewhere, STANDARD]


def test_packed_leaves_what_streaming_leaves_and_nothing_of_anybody_else(scan: DataStage) -> None:
    _, packed = sampled(scan, "rows", PACKED, 120)
    _, streaming = sampled(scan, "rows", STREAMING, 120)
    assert packed.tables == streaming.tables
    assert packed.rows == EXPECTED_ROWS
    assert packed.bystanders == streaming.bystanders == scan.untouched.bystanders
    assert (packed.relation, streaming.relation) == (VIEW, TABLE)


def test_a_sample_starts_without_packed_rows_and_with_the_catalogue_kept(scan: DataStage, tmp_path: Path) -> None:
    """Also the first one on a database: before it is measured, an unmeasured call brings the catalogue."""
    fresh = with_new_catalogue(scan, tmp_path, prepared=False)
    for _ in range(2):
        reading, _ = sampled(fresh, "database", PACKED, 120)
        assert reading.values["rows_inserted"] == PACKED_ROWS + SUMMARIES
        assert reading.values["rows_deleted"] == 0


def test_the_law_holds_and_a_new_catalogue_costs_one_statement_more(
    scan: DataStage, workbench: Workbench, tmp_path: Path
) -> None:
    (law,) = (law for law in laws_of(load(PACKED)) if law.metric == "statements_server")
    assert (law.base, law.steps) == (STATEMENTS, ())
    reading, _ = sampled(scan, "statements", PACKED, 120)
    assert reading.values == {"statements_django": 4, "statements_server": STATEMENTS}
    reading, _ = sampled(with_new_catalogue(scan, tmp_path, prepared=True), "statements", PACKED, 120)
    assert reading.values["statements_server"] == STATEMENTS + COPY_OF_THE_CATALOGUE


@pytest.mark.parametrize(
    "change",
    ["UPDATE compliance_requirements_packed SET passed_checks = '{7}'", "DELETE FROM compliance_requirements_packed"],
)
def test_a_change_of_anybody_elses_packed_rows_is_seen(scan: DataStage, change: str) -> None:
    execute(scan, change)
    assert scan.digest(VIEW).bystanders != scan.untouched.bystanders
    scan.reset()
    assert scan.digest(VIEW).bystanders == scan.untouched.bystanders


def test_the_others_packed_rows_are_those_of_another_scan_of_another_tenant_and_of_one_scan_id(scan: DataStage) -> None:
    scan.reset()  # whatever an earlier test left
    arguments = scan.loaded.arguments
    with psycopg.connect(scan.access.conninfo_as(scan.access.admin_role)) as connection:
        found = connection.execute(
            "SELECT DISTINCT tenant_id::text = %s, scan_id::text = %s FROM compliance_requirements_packed",
            [arguments["tenant_id"], arguments["scan_id"]],
        ).fetchall()
    assert set(found) == {(True, False), (False, False), (False, True)}


def test_bench_rows_prints_what_the_view_shows(catalogue_file: Path) -> None:
    options = ["--scan", "30/2", "--catalogue-file", catalogue_file]
    packed, streaming = (run("rows", "--implementation", name, *options) for name in (PACKED, STREAMING))
    assert packed.returncode == 0, packed.stderr
    assert packed.stdout == streaming.stdout
    assert packed.stdout.count("\n") == EXPECTED_ROWS + SUMMARIES


@pytest.fixture(scope="module")
def rerun(catalogue_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Results:
    """A re-run of packed, and of streaming beside it, with the copy baseline."""
    folder = tmp_path_factory.mktemp("rerun")
    names = ["--implementation", PACKED, "--implementation", STREAMING]
    options = [
        "--scan",
        "30/2",
        "--catalogue-file",
        catalogue_file,
        "--pairs",
        1,
        "--copy-baseline",
        "--output",
        folder,
    ]
    finished = run("run", "--scenario", "rerun", *names, *options)
    assert finished.returncode == 0, finished.stderr
    assert "both implementations wrote rows and summaries with equal digests" in " ".join(finished.stdout.split())
    return read_results(folder / "results.json")


def test_a_re_run_meets_earlier_rows_of_each_form(rerun: Results) -> None:
    deleted = {one.implementation: one.samples for one in rerun.measurements if one.metric == "rows_deleted"}
    table = (EXPECTED_ROWS + SUMMARIES,)
    assert deleted == {PACKED: (PACKED_ROWS + SUMMARIES,), STREAMING: table, COPY_BASELINE: table}


def test_the_copy_baseline_copies_into_the_table_what_the_view_shows(scan: DataStage) -> None:
    written = scan.write_copy_files(implementation(PACKED), 120)
    _, copied = sampled(scan, "rows", COPY_BASELINE, 120)
    assert copied.tables == written.tables
    assert (copied.relation, written.relation) == (TABLE, VIEW)
    assert copied.rows == EXPECTED_ROWS


def test_servers_without_views_that_keep_row_level_security_are_refused(workbench: Workbench) -> None:
    """The module can be imported once Django is set up."""
    task = importlib.import_module("optimized_impl.packed.task")
    task.check_server(150000)
    with pytest.raises(task.UnsupportedServerError, match="PostgreSQL 14 does not support; use version 15"):
        task.check_server(149999)
