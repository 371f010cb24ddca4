"""A stage with a migrated template for this process, and a database on it in which implementations run."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import psycopg
import pytest
from pytest_django.plugin import DjangoDbBlocker

from bench.conformance.case import PROVIDER
from bench.contract import install_catalogue
from bench.database.embedded import embedded_server
from bench.database.reaper import Estate
from bench.database.server import Server
from bench.executor import ProcessExecutor
from bench.schema.django_setup import close_connections, set_up_django
from bench.stage import Stage
from tests.implementations.workbench import Workbench, write_files


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """A stage as a run has it, on a server that does not wait for the disk: nothing here outlives it."""
    run = f"bench_{secrets.token_hex(6)}"
    with (
        tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder,
        embedded_server(16, {"fsync": "off"}) as handle,
    ):
        estate = Estate(handle.conninfo, f"{run}_app", f"{run}_admin", run)
        scratch = Path(folder)
        yield Stage(Server(estate, "embedded", handle.log_directory), ProcessExecutor(scratch), scratch)


@pytest.fixture(scope="session")
def workbench(
    stage: Stage, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker | None
) -> Iterator[Workbench]:
    """The workbench of this process; a test loads what it needs and leaves the schema as it was."""
    folder = tmp_path_factory.mktemp("workbench")
    source = write_files(folder, {"provider": PROVIDER, "findings": []}, {})
    # pytest-django forbids the database where it finds Django set up; ours is not its test database.
    unblocked = django_db_blocker.unblock() if django_db_blocker else nullcontext()
    with (
        unblocked,
        stage.scan(source, source.load_catalogue()) as staged,
        psycopg.connect(staged.access.conninfo_as(staged.access.admin_role), autocommit=True) as connection,
    ):
        with pytest.MonkeyPatch.context() as environment:
            # Needed until Django has read its settings; other tests' processes must not inherit it.
            environment.setenv("DJANGO_SETTINGS_MODULE", "bench.schema.settings")
            set_up_django(staged.access)
        yield Workbench(staged.access, connection, folder)
        close_connections()
        install_catalogue(PROVIDER, {})
