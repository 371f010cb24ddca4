"""The variables of a worker name its database, and leave other braces alone."""

from __future__ import annotations

from dataclasses import replace

from bench.database.access import DatabaseAccess
from bench.jobs.environment import WorkerEnvironment
from bench.messages.places import variables_for

ACCESS = DatabaseAccess(
    "host=/run/server port=5433 user=owner password=osecret dbname=bench_1 options='-c statement_timeout=5'",
    "bench_1",
    "bench_app",
    "bench_admin",
)


def test_libpqs_own_variables_are_always_there_and_name_the_login_in_the_role_of_the_owner() -> None:
    variables = variables_for(WorkerEnvironment(), ACCESS, "/home")
    assert variables["PGHOST"] == "/run/server"
    assert variables["PGPORT"] == "5433"
    assert variables["PGDATABASE"] == "bench_1"
    assert (variables["PGUSER"], variables["PGPASSWORD"]) == ("owner", "osecret")
    assert variables["PGOPTIONS"] == "-c statement_timeout=5 -c role=bench_admin"


def test_where_the_roles_can_log_in_the_application_s_is_named() -> None:
    access = replace(ACCESS, app_password="app", admin_password="admin")  # noqa: S106 - of no server
    environment = WorkerEnvironment(variables={"URL": "postgresql://{admin_user}:{admin_password}@h/{database}"})
    variables = variables_for(environment, access, "/home")
    assert (variables["PGUSER"], variables["PGPASSWORD"]) == ("bench_app", "app")
    assert variables["PGOPTIONS"] == "-c statement_timeout=5"
    assert variables["URL"] == "postgresql://bench_admin:admin@h/bench_1"


def test_braces_that_are_no_place_stay() -> None:
    environment = WorkerEnvironment(variables={"JSON": '{"a": {b}}', "HOME": "{home}"})
    variables = variables_for(environment, ACCESS, "/own")
    assert (variables["JSON"], variables["HOME"]) == ('{"a": {b}}', "/own")


def test_without_a_database_all_but_the_port_are_empty() -> None:
    variables = variables_for(WorkerEnvironment(variables={"NAME": "{database}"}), None, "/home")
    assert variables["NAME"] == variables["PGDATABASE"] == variables["PGPASSWORD"] == ""
    assert variables["PGPORT"] == "5432"
