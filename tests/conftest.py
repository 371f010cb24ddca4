"""What all tests share: the order of files, a server for this process, and the workbench on it.

Django has one set of connections in a process, so a process has one workbench.
"""

from __future__ import annotations

import json
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import psycopg
import pytest
from pytest_django.plugin import DjangoDbBlocker

from bench.compliance.cases.case import PROVIDER
from bench.compliance.contract import install_catalogue
from bench.compliance.job import JOB
from bench.compliance.schema.django_setup import close_connections, set_up_django
from bench.database.binaries import DIRECTORIES, find_binaries
from bench.database.cleanup import RunObjects
from bench.database.embedded import embedded_server
from bench.database.server import Server
from bench.harness.executor import ProcessExecutor
from bench.harness.scratch import scratch_folder
from bench.harness.stage import Stage
from tests.support import pushdown_tables
from tests.support.open_folder import open_folder
from tests.support.small_scan import CATALOGUE, SCAN
from tests.support.workbench import Workbench

SERVER_FIXTURES = {
    "quick_stage",
    "workbench",
    "stage",
    "handle",
    "handles",
    "server",
    "servers",
    "databases",
    "numbers",
}
"""Fixtures that start a server; tests that start one otherwise have the marker ``server`` in their file."""


def pytest_report_header() -> list[str]:
    """The servers that the tests start."""
    binaries = [find_binaries(major) / "postgres" for major in DIRECTORIES]
    versions = [subprocess.run([path, "--version"], capture_output=True, text=True, check=True) for path in binaries]
    return [f"server: {version.stdout.strip()}" for version in versions]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the slow files: one that begins last would keep a single worker busy while the others are idle."""
    for item in items:
        if SERVER_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("server")
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def quick_stage() -> Iterator[Stage]:
    """A stage as a run has it, on a server that does not wait for the disk: nothing here outlives it."""
    run = f"bench_{secrets.token_hex(6)}"
    with scratch_folder() as scratch, embedded_server(16, {"fsync": "off"}) as handle:
        objects = RunObjects(handle.conninfo, f"{run}_app", f"{run}_admin", run)
        yield Stage(Server(objects, "embedded", handle.log_directory), ProcessExecutor(scratch), scratch)


@pytest.fixture(scope="session")
def workbench(
    quick_stage: Stage, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker | None
) -> Iterator[Workbench]:
    """The workbench of this process; a test loads what it needs and must not change the schema."""
    access = quick_stage.server.create_database(quick_stage.template(JOB))
    # pytest-django forbids the database where it finds Django set up; ours is not its test database.
    unblocked = django_db_blocker.unblock() if django_db_blocker else nullcontext()
    with unblocked, psycopg.connect(access.conninfo_as(access.admin_role), autocommit=True) as connection:
        with pytest.MonkeyPatch.context() as environment:
            # Needed until Django has read its settings; other tests' processes must not inherit it.
            environment.setenv("DJANGO_SETTINGS_MODULE", "bench.compliance.schema.settings")
            set_up_django(access)
        yield Workbench(access, connection, tmp_path_factory.mktemp("workbench"))
        close_connections()
        install_catalogue(PROVIDER, {})
    quick_stage.server.drop_database(access)


@pytest.fixture
def loaded(workbench: Workbench) -> Workbench:
    """The workbench with a scan that has all that a row can depend on, and no row of the scan yet."""
    workbench.load(pushdown_tables.SCAN, pushdown_tables.CATALOGUE)
    return workbench


@pytest.fixture(scope="session")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``catalogue.json`` and ``scan.json``."""
    folder = tmp_path_factory.mktemp("inputs")
    (folder / "catalogue.json").write_text(json.dumps(CATALOGUE), encoding="utf-8")
    (folder / "scan.json").write_text(json.dumps(SCAN), encoding="utf-8")
    return folder


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A TMPDIR that any user may enter and write."""
    with open_folder() as directory:
        yield directory
