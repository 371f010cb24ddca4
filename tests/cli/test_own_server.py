"""With BENCH_DATABASE_URL the suite works on the user's own server and leaves nothing on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from bench.database.embedded import embedded_server
from tests.support.command import run

pytestmark = [pytest.mark.slow, pytest.mark.server]

PASSWORD = "p@ss/word"  # noqa: S105 - a server that trusts everybody does not ask for it


@pytest.fixture(scope="module")
def own_server() -> Iterator[str]:
    """Somebody's server with a role, a database and a table of theirs; its address as the superuser."""
    with embedded_server(16, {"fsync": "off"}) as handle, psycopg.connect(handle.conninfo, autocommit=True) as theirs:
        theirs.execute("CREATE ROLE somebody LOGIN CREATEDB")
        theirs.execute("CREATE DATABASE bench_not_ours OWNER somebody")
        theirs.execute("CREATE TABLE precious AS SELECT generate_series(1, 1000) AS number")
        yield handle.conninfo


def state(conninfo: str) -> dict[str, list[object]]:
    """Databases, roles, settings and the user's rows."""
    queries = {
        "databases": "SELECT datname, datdba, datacl::text FROM pg_database ORDER BY 1",
        "roles": "SELECT oid, rolname, rolsuper, rolcreatedb FROM pg_roles ORDER BY 1",
        "settings": "SELECT * FROM pg_file_settings ORDER BY seqno",
        "tables": "SELECT relname, relnatts FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1",
        "rows": "SELECT sum(number) FROM precious",
    }
    with psycopg.connect(conninfo) as connection:
        return {name: list(connection.execute(query.encode())) for name, query in queries.items()}


def test_rows_are_the_same_as_on_the_embedded_server_and_nothing_of_the_run_is_left(
    own_server: str, inputs: Path, temporary: Path
) -> None:
    address = conninfo_to_dict(own_server)
    url = f"postgresql://postgres:{quote(PASSWORD, safe='')}@/postgres?host={address['host']}&port={address['port']}"
    before = state(own_server)
    files = ["--scan-file", inputs / "scan.json", "--catalogue-file", inputs / "catalogue.json"]
    command = ["rows", "--implementation", "streaming", *files]
    mine = run(*command, extra={"BENCH_DATABASE_URL": url, "TMPDIR": str(temporary)})
    assert (mine.returncode, mine.stderr) == (0, "")
    assert mine.stdout.count("\n") == 8
    assert state(own_server) == before
    assert list(temporary.iterdir()) == []
    assert mine.stdout == run(*command).stdout


def test_a_run_takes_every_sample_there_and_tells_nobody_the_password(
    own_server: str, inputs: Path, tmp_path: Path
) -> None:
    address = conninfo_to_dict(own_server)
    url = f"host={address['host']} port={address['port']} user=postgres dbname=postgres password={PASSWORD}"
    before = state(own_server)
    files = ["--scan-file", inputs / "scan.json", "--catalogue-file", inputs / "catalogue.json"]
    command = ["run", *files, "--implementation", "streaming", "--pairs", "1", "--output", tmp_path]
    finished = run(*command, "--database-url", url)
    assert finished.returncode == 0, finished.stderr
    assert state(own_server) == before
    everything = finished.stdout + finished.stderr
    everything += "".join(path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.is_file())
    assert PASSWORD not in everything
    assert '"server_source": "own"' in (tmp_path / "results.json").read_text()
