"""A driver that is not the suite's own talks through the wire as it would to the server, and is seen alike."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from bench.database.embedded import embedded_server
from bench.database.server import open_server
from bench.database.wire.watch import watched_statements
from bench.harness.measure.server_work import statement_works
from bench.results.fingerprint import normalise
from tests.support.weather import ENVIRONMENT

pytestmark = pytest.mark.server

ROWS = 5_000
PROGRAM = f"""
import io, sys, psycopg2
connection = psycopg2.connect(sys.argv[1])
cursor = connection.cursor()
cursor.execute("CREATE TABLE days (id int PRIMARY KEY, sky text)")
cursor.copy_expert("COPY days FROM STDIN", io.StringIO("".join(f"{{n}}\\tgrey\\n" for n in range({ROWS}))))
connection.commit()
cursor.execute("ANALYZE days")
cursor.execute("SELECT sky FROM days WHERE id = %s", (7,))
held = connection.cursor(name="held")
held.execute("SELECT id FROM days")
assert sum(1 for _ in held) == {ROWS}
cursor.executemany("UPDATE days SET sky = %s WHERE id = %s", [("blue", 1), ("black", 2)])
try:
    cursor.execute("SELECT moon FROM days")
except psycopg2.errors.UndefinedColumn:
    print("as the server words it")
connection.rollback()
"""


def test_statements_of_psycopg2_in_a_process_of_its_own_are_seen_with_their_work(tmp_path: Path) -> None:
    with embedded_server(16, {"fsync": "off"}) as handle, open_server(handle.conninfo) as server:
        access = server.create_database()
        with watched_statements(access, tmp_path, normalise) as watch:
            watch.begin()
            command = [str(ENVIRONMENT / "bin" / "python"), "-c", PROGRAM, watch.access.conninfo]
            finished = subprocess.run(command, capture_output=True, text=True, check=False)
            found = {one.statement: one for one in statement_works(watch.end())}
    assert (finished.stdout.strip(), finished.stderr) == ("as the server words it", "")
    assert found["COPY days FROM STDIN"].rows == ROWS
    read = found["SELECT sky FROM days WHERE id = ?"]
    assert (read.calls, read.rows, read.index_tuples) == (1, 1, 1)
    (declared,) = [one for kind, one in found.items() if kind.startswith("DECLARE")]
    assert (declared.rows, declared.sequential_tuples) == (ROWS, ROWS)
    assert found["UPDATE days SET sky = ? WHERE id = ?"].calls == 2
