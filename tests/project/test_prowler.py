"""projects/prowler.toml fits production's tables: every column that needs a value gets one."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bench.database.access import DatabaseAccess
from bench.database.roles import LoginRoles
from bench.database.server import open_server
from bench.errors import InputError
from bench.project.copy_plan import plan_copies
from bench.project.description import Project
from bench.project.description_file import read_project
from bench.project.place import Place
from bench.project.tables import Column, Tables
from tests.support.command import ROOT

FILE = ROOT / "projects" / "prowler.toml"
HOOKS = FILE.with_name("prowler_catalogue.py")
SIBLINGS = (
    "aggregate_findings",
    "aggregate_attack_surface",
    "aggregate_daily_severity",
    "aggregate_finding_group_summaries",
)
TASKS = ("", "cold", "own_catalogue", *SIBLINGS)


def columns(lines: list[str]) -> dict[str, Column]:
    found: dict[str, Column] = {}
    for line in lines:
        # A generated column's expression may hold any word: what stands before it decides.
        head = re.split(r" (?=GENERATED|DEFAULT)", line, maxsplit=1)
        name, _, kind = head[0].removesuffix(" NOT NULL").partition(" ")
        value = head[1] if len(head) > 1 else ""
        found[name] = Column(
            name=name,
            type=kind,
            not_null=head[0].endswith(" NOT NULL"),
            generated=value.startswith("GENERATED"),
            has_default=value.startswith("DEFAULT"),
        )
    return found


def tables(path: Path) -> dict[str, list[str]]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["tables"]
    return {name: one["columns"] if isinstance(one, dict) else one for name, one in content.items()}


TASK_TABLES = tables(ROOT / "tests" / "schema" / "production_tables.json")
SIBLING_TABLES = tables(Path(__file__).with_name("sibling_tables.json"))
PROWLERS: Tables = {name: columns(lines) for name, lines in (TASK_TABLES | SIBLING_TABLES).items()}
JOBS: Tables = {name: columns(lines) for name, lines in TASK_TABLES.items()}
"""``tests/schema`` holds the job's own tables against the same list."""


def project(task: str) -> Project:
    return read_project(Path(f"{FILE}:{task}" if task else FILE), interpreter="python", checkout="/clone")


@pytest.mark.parametrize("task", TASKS)
def test_every_task_calls_a_plain_function_of_the_scan_jobs_with_hooks_that_are_there(task: str) -> None:
    found = project(task)
    assert found.job == "compliance"
    (function,) = found.functions.values()
    assert function.startswith("tasks.jobs.scan:")
    assert function.endswith(f":{task}" if task in SIBLINGS else ":create_compliance_requirements")
    defined = {
        one.name for one in ast.parse(HOOKS.read_text(encoding="utf-8")).body if isinstance(one, ast.FunctionDef)
    }
    assert found.set_up == "" if task == "cold" else found.set_up.removeprefix(f"{HOOKS}:") in defined
    assert found.warm_up is (task != "cold")


def test_the_api_finds_its_modules_and_its_sdk_at_the_same_revision() -> None:
    environment = project("").environment(checkout=Path("/revision"))
    assert environment.path == ("/revision", "/revision/api/src/backend")
    assert {"{host}", "{port}", "{database}", "{user}", "{password}", "{admin_user}", "{admin_password}", "{home}"} <= {
        *environment.variables.values()
    }


@pytest.mark.parametrize("task", TASKS)
def test_every_column_of_production_that_needs_a_value_has_a_source(task: str) -> None:
    found = project(task)
    planned = plan_copies(Place(FILE) / "copy", found.copies, JOBS, tuple(JOBS), PROWLERS)
    assert {one.table for one in planned} == set(TASK_TABLES)
    for one in planned:
        required = {name for name, column in PROWLERS[one.table].items() if column.required}
        assert required <= {source.column for source in one.sources}, one.table
        assert one.left_out == (), "nothing that the job has is lost"


def test_a_new_column_of_production_without_a_source_would_be_named() -> None:
    new = {"scans": {**PROWLERS["scans"], **columns(["region_count integer NOT NULL"])}}
    with pytest.raises(InputError, match=r"copy\.scans leaves the column region_count .* constants = \{ region_count"):
        plan_copies(Place(FILE) / "copy", project("").copies, JOBS, tuple(JOBS), {**PROWLERS, **new})


@pytest.mark.parametrize("task", SIBLINGS)
def test_the_targets_of_a_sibling_are_columns_of_its_table(task: str) -> None:
    (target,) = project(task).targets
    known = set(PROWLERS[target.table])
    named = [*target.own, *target.uncompared, *target.order]
    assert set(named) <= known
    assert len(named) == len(set(named)), "own columns and uncompared ones identify nothing"
    compared = known - {*target.own, *target.uncompared}
    assert set(target.order) < compared, "a row is more than its key"


def test_statements_for_extensions_are_skipped_and_no_others() -> None:
    patterns = [re.compile(one) for one in project("").skipped_statements]

    def skipped(statement: str) -> bool:
        return any(pattern.search(statement) for pattern in patterns)

    assert skipped("CREATE EXTENSION IF NOT EXISTS hstore")
    assert skipped("\n          CREATE EXTENSION IF NOT EXISTS pg_trgm;\n")
    assert skipped('CREATE INDEX CONCURRENTLY "a" ON "b" USING gin ((UPPER("check_id")) gin_trgm_ops)')
    assert not skipped('CREATE INDEX "a" ON "b" USING gin ("resource_regions")')
    assert not skipped("CREATE EXTENSION IF NOT EXISTS unaccent")


@pytest.fixture(scope="module")
def production() -> Iterator[DatabaseAccess]:
    """A database with production's columns, enum types as text, and two findings of one check."""
    with open_server(None, 16, LoginRoles()) as server:
        access = server.create_database()
        with psycopg.connect(access.conninfo_as(access.admin_role)) as connection:
            for name, found in PROWLERS.items():
                body = ", ".join(f'"{one.name}" {_plain(one.type)}' for one in found.values() if not one.generated)
                connection.execute(f"CREATE TABLE {name} ({body})".encode())
            connection.execute(
                b"INSERT INTO resources (id, service, region) SELECT gen_random_uuid(), 'ec2', 'eu-west-1'"
            )
            connection.execute(
                b"INSERT INTO findings (id, tenant_id, scan_id, check_id, severity, status, muted)"
                b" SELECT gen_random_uuid(), '00000000-0000-0000-0000-000000000001',"
                b" '00000000-0000-0000-0000-000000000002', 'c', 'high', status, muted"
                b" FROM (VALUES ('FAIL', false), ('FAIL', true), ('PASS', false)) AS one (status, muted)"
            )
            connection.execute(
                b"INSERT INTO resource_finding_mappings (id, finding_id, resource_id)"
                b" SELECT gen_random_uuid(), findings.id, resources.id FROM findings, resources"
            )
        yield access


def _plain(kind: str) -> str:
    return "text" if kind in ("status", "severity", "provider", "state", "scan_trigger", "finding_delta") else kind


def test_the_daily_severities_find_summaries_of_every_finding(production: DatabaseAccess) -> None:
    (statement,) = project("aggregate_daily_severity").after_copy
    with psycopg.connect(production.conninfo_as(production.admin_role)) as connection:
        connection.execute(statement.encode())
        query = b"SELECT severity, service, region, pass, fail, muted, total FROM scan_summaries"
        assert connection.execute(query).fetchall() == [("high", "ec2", "eu-west-1", 1, 1, 1, 3)]
        required = [name for name, one in PROWLERS["scan_summaries"].items() if one.required]
        empty = " OR ".join(f'"{name}" IS NULL' for name in required)
        assert connection.execute(f"SELECT FROM scan_summaries WHERE {empty}".encode()).rowcount == 0
