"""Servers of one's own, reached by TCP with a password, as a CI job's service is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from bench.database.binaries import OVERRIDE
from tests.support.cli_results import results, samples
from tests.support.command import run
from tests.support.foreign_server import foreign_server
from tests.support.majors import MAJORS
from tests.support.open_folder import open_folder
from tests.support.weather import REPORTS, SIZE, project_options

pytestmark = [pytest.mark.slow, pytest.mark.server]

PASSWORD = "p@ss word/%"  # noqa: S105 - of a server that lives as long as the tests
VERSIONS = ("of " + OVERRIDE,) if OVERRIDE in os.environ else MAJORS
"""`make postgres17` names binaries of another version."""


@pytest.fixture(scope="module", params=VERSIONS)
def own_server(request: pytest.FixtureRequest) -> Iterator[str]:
    """Somebody's server; its address as the superuser, with the password."""
    with open_folder() as folder, foreign_server(folder, major=request.param, password=PASSWORD) as server:
        yield server.conninfo


def state(conninfo: str) -> dict[str, list[object]]:
    """Databases and roles."""
    queries = {
        "databases": "SELECT datname, datdba, datacl::text FROM pg_database ORDER BY 1",
        "roles": "SELECT oid, rolname, rolsuper, rolcanlogin FROM pg_roles ORDER BY 1",
    }
    with psycopg.connect(conninfo) as connection:
        return {name: list(connection.execute(query.encode())) for name, query in queries.items()}


def test_a_revision_is_measured_there_and_nothing_is_left(
    own_server: str, clone: Path, tmp_path: Path, temporary: Path
) -> None:
    """Its roles log in by passwords of their own; nobody is shown any."""
    before = state(own_server)
    finished = run(
        *("run", *project_options(clone), "--revision", "faster"),
        *("--implementation", "daily", "--implementation", "in-sql"),
        *("--scan", SIZE, "--pairs", "1", "--output", tmp_path / "out"),
        extra={"TMPDIR": str(temporary), "BENCH_DATABASE_URL": own_server},
    )
    assert finished.returncode == 0, finished.stderr
    found = results(tmp_path / "out")
    assert found["environment"]["server_source"] == "own"
    for name in ("daily@faster", "in-sql"):
        assert set(samples(found, name, "rows_written")) == {REPORTS}
    assert state(own_server) == before
    everything = (
        finished.stdout
        + finished.stderr
        + "".join(path.read_text(errors="replace") for path in (tmp_path / "out").rglob("*") if path.is_file())
    )
    assert PASSWORD not in everything
    assert list(temporary.iterdir()) == []
