"""The loader: all or nothing, and a schema that comes out as the migrations made it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain

import pytest

from bench.database.access import DatabaseAccess
from bench.database.server import Server
from bench.datasets.catalogue.record import LoadedCatalogue
from bench.datasets.scan.copy_table import MAPPINGS, TENANTS, TIMESTAMP, CopyTable, line
from bench.datasets.scan.identifiers import named_id
from bench.datasets.scan.load import load_synthetic_scan
from bench.datasets.scan.loader import Loader, loading
from bench.datasets.size import ScanSize
from bench.errors import DatabaseError
from tests.support.loaded_scans import MakeDatabase, query

pytestmark = [pytest.mark.slow, pytest.mark.server]

SIZE = ScanSize("30/2", 30, 2)


class _RolledBackError(Exception):
    """Ends a load that is not to stay."""


@contextmanager
def _rolled_back(access: DatabaseAccess) -> Iterator[Loader]:
    with loading(access) as loader:
        yield loader
        raise _RolledBackError


def _definitions(access: DatabaseAccess) -> list[tuple[object, ...]]:
    """Every index, constraint, trigger and column option, partitions included, as the server words them."""
    return query(
        access,
        """
        SELECT 'index', indexrelid::regclass::text, pg_get_indexdef(indexrelid), indisvalid::text
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE relnamespace = 'public'::regnamespace
        UNION ALL
        SELECT 'constraint', conrelid::regclass || ' ' || conname, pg_get_constraintdef(oid), convalidated::text
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgfoid::regproc::text || tgtype, count(*)::text
        FROM pg_trigger GROUP BY 2, 3
        UNION ALL SELECT 'column', attrelid::regclass || ' ' || attname, attstorage::text, attcompression::text
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND relkind IN ('r', 'p')
        ORDER BY 1, 2, 3, 4
        """,
    )


@pytest.fixture(scope="module")
def loaded(make_database: MakeDatabase, small_catalogue: LoadedCatalogue) -> DatabaseAccess:
    """A database that holds a small scan."""
    access = make_database()
    load_synthetic_scan(access, SIZE, small_catalogue, 0)
    return access


@pytest.fixture(scope="module")
def empty(make_database: MakeDatabase) -> DatabaseAccess:
    """A migrated database; a test that succeeds in filling it has failed."""
    return make_database()


@pytest.fixture(scope="module")
def as_migrated(migrated_template: DatabaseAccess) -> list[tuple[object, ...]]:
    return _definitions(migrated_template)


def _load(access: DatabaseAccess, *steps: tuple[CopyTable, Iterable[str]]) -> str:
    """Copy each step's lines to its table; return the fingerprint."""
    with loading(access) as loader:
        for table, lines in steps:
            loader.copy(table, lines)
    return loader.fingerprint


def test_a_load_leaves_indexes_constraints_and_columns_as_the_migrations_made_them(
    loaded: DatabaseAccess, as_migrated: list[tuple[object, ...]]
) -> None:
    assert {row[0] for row in as_migrated} == {"index", "constraint", "trigger", "column"}
    assert _definitions(loaded) == as_migrated


def test_a_load_leaves_tables_vacuumed_and_analysed(loaded: DatabaseAccess) -> None:
    assert query(
        loaded,
        "SELECT relname, reltuples::int, relallvisible > 0 FROM pg_class"
        " WHERE relname IN ('findings_default', 'compliance_requirements_overviews') ORDER BY 1",
    ) == [("compliance_requirements_overviews", 27, True), ("findings_default", 471, True)]
    assert query(loaded, "SELECT count(*) > 0 FROM pg_stats WHERE tablename = 'findings'") == [(True,)]


def test_a_second_load_of_the_same_scan_is_refused_and_changes_nothing(
    loaded: DatabaseAccess, small_catalogue: LoadedCatalogue, as_migrated: list[tuple[object, ...]]
) -> None:
    said = f"database {loaded.database} holds this scan already; load it into a freshly migrated database"
    with pytest.raises(DatabaseError, match=said):
        load_synthetic_scan(loaded, SIZE, small_catalogue, 0)
    assert query(loaded, "SELECT count(*) FROM findings") == [(30 + 200 + 200 + 40 + 1,)]
    assert _definitions(loaded) == as_migrated


def test_what_stops_a_load_leaves_an_empty_database_and_its_indexes(
    empty: DatabaseAccess, as_migrated: list[tuple[object, ...]]
) -> None:
    def interrupted() -> Iterator[str]:
        yield line(named_id("test", "second"), "Second", TIMESTAMP, TIMESTAMP)
        raise KeyboardInterrupt

    first = line(named_id("test", "first"), "First", TIMESTAMP, TIMESTAMP)
    with pytest.raises(KeyboardInterrupt):
        _load(empty, (TENANTS, [first]), (TENANTS, interrupted()))
    assert query(empty, "SELECT count(*) FROM tenants") == [(0,)]
    assert _definitions(empty) == as_migrated


def test_foreign_keys_are_checked_although_they_are_off_while_rows_arrive(empty: DatabaseAccess) -> None:
    tenant, *others = (named_id("test", name) for name in ("tenant", "mapping", "finding", "resource"))
    with pytest.raises(DatabaseError, match="violates foreign key constraint"):
        _load(empty, (TENANTS, [line(tenant, "Tenant", TIMESTAMP, TIMESTAMP)]), (MAPPINGS, [line(*others, tenant)]))
    assert query(empty, "SELECT count(*) FROM tenants") == [(0,)]


def test_a_database_without_tables_is_named_with_the_remedy(
    dataset_server: Server, small_catalogue: LoadedCatalogue
) -> None:
    access = dataset_server.create_database()
    said = f'into database {access.database}: relation "findings" does not exist; see that it is freshly migrated'
    with pytest.raises(DatabaseError, match=said) as caught:
        load_synthetic_scan(access, SIZE, small_catalogue, 0)
    assert "\n" not in str(caught.value)


def test_an_unreachable_server_is_one_line_without_the_password(small_catalogue: LoadedCatalogue) -> None:
    access = DatabaseAccess("host=/nonexistent password=hunter2", "gone", "app", "admin")
    with pytest.raises(DatabaseError, match=r"could not be loaded into database gone: .*/nonexistent") as caught:
        load_synthetic_scan(access, SIZE, small_catalogue, 0)
    assert "\n" not in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_the_fingerprint_depends_on_tables_and_lines_but_not_on_how_they_arrive(empty: DatabaseAccess) -> None:
    first, second = (line(named_id("test", name), name, TIMESTAMP, TIMESTAMP) for name in ("first", "second"))

    def fingerprint(lines: Iterable[str]) -> str:
        with pytest.raises(_RolledBackError), _rolled_back(empty) as loader:
            loader.copy(TENANTS, lines)
        return loader.fingerprint

    listed = fingerprint([first, second])
    assert fingerprint(chain([first], [second])) == listed
    assert len({listed, fingerprint([second, first]), fingerprint([first]), fingerprint([])}) == 4
