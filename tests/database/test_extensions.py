"""A missing extension is named, with the two ways out: another server, or leaving out what needs it."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from bench.database.access import DatabaseAccess
from bench.database.extensions import missing_extension_remedy, require_extensions
from bench.database.server import open_server
from bench.errors import DatabaseError

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def access() -> Iterator[DatabaseAccess]:
    with open_server(None) as server:
        yield server.create_database()


def test_what_the_server_has_is_no_fault(access: DatabaseAccess) -> None:
    assert "plpgsql" in require_extensions(access, ("plpgsql",))


def test_what_is_missing_is_named_with_the_pattern_to_add(access: DatabaseAccess) -> None:
    expected = (
        r"^the embedded server has no extension hstore, pg_trgm; use a server that has it by BENCH_DATABASE_URL, .* "
        r'project\.skipped_statements = \["CREATE EXTENSION \.\*hstore", "CREATE EXTENSION \.\*pg_trgm"\]$'
    )
    with pytest.raises(DatabaseError, match=expected):
        require_extensions(access, ("hstore", "plpgsql", "pg_trgm"))


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        (["CREATE EXTENSION IF NOT EXISTS pg_trgm"], r'skipped_statements = ["CREATE EXTENSION .*pg_trgm"]'),
        (
            ["CREATE TABLE a (t text)", "CREATE INDEX ON a USING gin (t gin_trgm_ops)"],
            'skipped_statements "gin_trgm_ops"',
        ),
        (["CREATE TABLE b (h hstore)"], 'skipped_statements "hstore"'),
        (["SELECT 1/0"], ""),
    ],
)
def test_the_remedy_follows_from_the_servers_own_message(
    access: DatabaseAccess, statements: list[str], expected: str
) -> None:
    with psycopg.connect(access.conninfo, autocommit=True) as connection, pytest.raises(psycopg.Error) as caught:  # noqa: PT012
        for statement in statements:
            connection.execute(statement.encode())
    remedy = missing_extension_remedy(str(caught.value))
    assert remedy.endswith(expected)
    assert bool(remedy) == bool(expected)
