"""The wire notes what each statement has the server do, on both versions, and changes nothing for clients."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from bench.analysis.server_work import StatementChange, changed_statements
from bench.database.access import DatabaseAccess
from bench.database.embedded import ServerHandle
from bench.database.server import Server, open_server
from bench.database.wire.watch import StatementWatch, watched_statements
from bench.errors import DatabaseError
from bench.harness.measure.server_work import statement_works
from bench.report.tables.server_work import change_lines, plan_texts
from bench.results.fingerprint import normalise
from bench.results.server_work import ServerWork, StatementWork
from tests.support.majors import MAJORS
from tests.support.processes import wait_until

ROWS = 20_000
OF_ONE_CUSTOMER = 20
SELECT = "SELECT id, note FROM orders WHERE customer = %s"
KIND = "SELECT id, note FROM orders WHERE customer = ?"

OTHERS = "SELECT 1 FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"

Call = Callable[[psycopg.Connection], object]


@pytest.fixture(scope="module")
def shops(servers: Callable[[int], Server]) -> Callable[[int], DatabaseAccess]:
    """A database by version, with a table of ROWS orders and an index by customer."""
    made: dict[int, DatabaseAccess] = {}

    def shop(major: int) -> DatabaseAccess:
        if major not in made:
            made[major] = servers(major).create_database()
            with psycopg.connect(made[major].conninfo, autocommit=True) as connection:
                connection.execute("CREATE TABLE customers (id int PRIMARY KEY)")
                connection.execute(
                    "CREATE TABLE orders (id int PRIMARY KEY, note text, customer int NOT NULL"
                    " REFERENCES customers DEFERRABLE INITIALLY DEFERRED)"
                )
                connection.execute("INSERT INTO customers SELECT * FROM generate_series(0, 999)")
                connection.execute(
                    f"INSERT INTO orders SELECT n, 'note ' || n, n %% {ROWS // OF_ONE_CUSTOMER}"
                    " FROM generate_series(1, %s) AS n",
                    [ROWS],
                )
                connection.execute("CREATE INDEX orders_customer ON orders (customer)")
                connection.execute("VACUUM ANALYZE")
        return made[major]

    return shop


@pytest.fixture(params=MAJORS)
def shop(request: pytest.FixtureRequest, shops: Callable[[int], DatabaseAccess]) -> DatabaseAccess:
    found = shops(request.param)
    with psycopg.connect(found.conninfo, autocommit=True) as connection:
        # Index entries of rows that another test has deleted would be read and counted; a session of that test which
        # has not ended yet would keep them.
        wait_until(lambda: connection.execute(OTHERS, [found.database]).fetchone() is None, "the ends of all sessions")
        connection.execute("VACUUM (INDEX_CLEANUP ON) orders")
    return found


def works(access: DatabaseAccess, folder: Path, call: Call, *, executes: bool = False) -> dict[str, StatementWork]:
    """What ``call`` had the server do on a connection through the wire, by kind of statement."""
    with watched_statements(access, folder, normalise, executes=executes) as watch:
        watch.begin()
        with psycopg.connect(watch.access.conninfo) as connection:
            call(connection)
        return {one.statement: one for one in statement_works(watch.end())}


def changed(before: dict[str, StatementWork], after: dict[str, StatementWork]) -> tuple[StatementChange, ...]:
    sides = (
        ServerWork(scan="", implementation="", source="wire", statements=tuple(one.values())) for one in (before, after)
    )
    return changed_statements(*sides)


def read(connection: psycopg.Connection) -> None:
    rows = connection.execute(SELECT, [7]).fetchall()
    assert len(rows) == OF_ONE_CUSTOMER


def read_twice(connection: psycopg.Connection) -> None:
    read(connection)
    read(connection)


def read_without_indexes(connection: psycopg.Connection) -> None:
    connection.execute("SET LOCAL enable_indexscan = off")
    connection.execute("SET LOCAL enable_bitmapscan = off")
    read(connection)


def test_the_same_code_does_the_same_work(shop: DatabaseAccess, tmp_path: Path) -> None:
    first, second = (works(shop, tmp_path, read) for _ in range(2))
    assert changed(first, second) == ()
    work = first[KIND]
    assert (work.calls, work.rows, work.index_tuples, work.sequential_tuples) == (
        1,
        OF_ONE_CUSTOMER,
        OF_ONE_CUSTOMER,
        0,
    )
    # Each row is in a block of its own, and the index has a root and a leaf.
    assert OF_ONE_CUSTOMER <= work.blocks <= OF_ONE_CUSTOMER + 5
    assert "orders_customer" in " ".join(one.step for one in work.plan)


def test_a_dropped_index_is_named_by_one_sample(shop: DatabaseAccess, tmp_path: Path) -> None:
    before = works(shop, tmp_path, read)
    with psycopg.connect(shop.conninfo, autocommit=True) as connection:
        connection.execute("DROP INDEX orders_customer")
        try:
            after = works(shop, tmp_path, read)
        finally:
            connection.execute("CREATE INDEX orders_customer ON orders (customer)")
            connection.execute("VACUUM ANALYZE orders")
    (found,) = changed(before, after)
    assert found.statement == KIND
    assert {"blocks", "index_tuples", "sequential_tuples"} <= set(found.moved)
    assert found.replanned
    assert after[KIND].sequential_tuples == ROWS
    (line,) = change_lines((found,))
    assert f"rows scanned 0 → {ROWS:,}" in line
    assert "Seq Scan on orders" in line
    assert KIND in line


def test_a_setting_of_the_session_that_changes_a_plan_is_named_with_both_plans(
    shop: DatabaseAccess, tmp_path: Path
) -> None:
    changes = changed(works(shop, tmp_path, read), works(shop, tmp_path, read_without_indexes))
    found = next(one for one in changes if one.replanned)
    assert (found.statement, found.replanned) == (KIND, True)
    ((statement, plans),) = plan_texts((found,))
    before, after = plans.split("after:")
    assert statement == KIND
    assert "orders_customer" in before
    assert "Seq Scan on orders" in after
    assert "enable_indexscan = off" in after
    assert "7" not in plans.replace("17", "")  # the value of the parameter


def test_a_query_that_reads_twice_is_named_with_its_calls_and_rows(shop: DatabaseAccess, tmp_path: Path) -> None:
    (found,) = changed(works(shop, tmp_path, read), works(shop, tmp_path, read_twice))
    assert found.statement == KIND
    assert {"calls", "rows", "blocks", "index_tuples"} <= set(found.moved)
    assert "calls 1 → 2" in change_lines((found,))[0]


def write(connection: psycopg.Connection) -> None:
    with connection.cursor() as cursor, cursor.copy("COPY orders (id, note, customer) FROM STDIN") as copy:
        for number in range(1_000):
            copy.write_row((ROWS + 1 + number, "copied", number % 10))
    connection.execute("DELETE FROM orders WHERE id > %s", [ROWS])
    connection.commit()


def test_rows_of_a_copy_and_the_checks_at_its_commit_count_where_they_happen(
    shop: DatabaseAccess, tmp_path: Path
) -> None:
    found = works(shop, tmp_path, write)
    copied, deleted = found["COPY orders (id, note, customer) FROM STDIN"], found["DELETE FROM orders WHERE id > ?"]
    assert (copied.calls, copied.rows) == (1, 1_000)
    assert {"orders", "orders_customer", "orders_pkey"} <= {one.relation for one in copied.relations}
    assert (copied.wal_bytes or 0) > 50_000
    assert deleted.rows == 1_000
    # A row that is gone at the end of its transaction needs no check, so one that stays is added.
    assert found["COMMIT"].calls == 1

    def stays(connection: psycopg.Connection) -> None:
        connection.execute("INSERT INTO orders VALUES (%s, '', 5)", [ROWS + 5_000])

    kept = works(shop, tmp_path, stays)["COMMIT"]
    assert "customers" in {one.relation for one in kept.relations}
    with psycopg.connect(shop.conninfo, autocommit=True) as connection:
        connection.execute("DELETE FROM orders WHERE id > %s", [ROWS])
        connection.execute("VACUUM orders")


def fetch_by_cursor(connection: psycopg.Connection) -> None:
    with connection.cursor("held") as cursor:
        cursor.execute(SELECT, [7])
        assert len(cursor.fetchmany(5)) == 5
        assert len(cursor.fetchall()) == OF_ONE_CUSTOMER - 5


def test_what_a_cursor_delivers_is_the_work_of_the_query_that_it_was_declared_for(
    shop: DatabaseAccess, tmp_path: Path
) -> None:
    found = works(shop, tmp_path, fetch_by_cursor)
    (declared,) = [one for kind, one in found.items() if kind.startswith("DECLARE")]
    assert (declared.rows, declared.index_tuples) == (OF_ONE_CUSTOMER, OF_ONE_CUSTOMER)
    assert "orders_customer" in " ".join(one.step for one in declared.plan)
    assert sum(one.calls for kind, one in found.items() if kind.startswith("FETCH")) >= 2


def fail_and_go_on(connection: psycopg.Connection) -> None:
    """An error must reach the client as the server words it, within a savepoint and without."""
    for statement, error in (
        ("SELECT * FROM missing", psycopg.errors.UndefinedTable),
        ("SELECT 1 / (id - id) FROM orders", psycopg.errors.DivisionByZero),
    ):
        with pytest.raises(error), connection.transaction():
            connection.execute(statement.encode())
        read(connection)
    connection.rollback()
    with pytest.raises(psycopg.errors.UndefinedTable):
        connection.execute("SELECT * FROM absent")
    assert connection.info.transaction_status == psycopg.pq.TransactionStatus.INERROR
    connection.rollback()
    read(connection)


def test_errors_reach_the_client_as_they_are_and_their_work_is_their_own(shop: DatabaseAccess, tmp_path: Path) -> None:
    found = works(shop, tmp_path, fail_and_go_on)
    assert found["SELECT ? / (id - id) FROM orders"].calls == 1
    assert found[KIND].calls == 3
    assert found[KIND].index_tuples == 3 * OF_ONE_CUSTOMER


def copy_what_is_no_number(connection: psycopg.Connection) -> None:
    with connection.cursor() as cursor, cursor.copy("COPY customers FROM STDIN") as copy:
        for _ in range(10_000):
            copy.write("no number\n")


def in_every_way(connection: psycopg.Connection) -> None:
    """Pipelines, prepared statements, several statements in one text, large results, COPY that fails, isolation."""
    with connection.pipeline(), connection.cursor() as cursor:
        for customer in range(3):
            cursor.execute(SELECT, [customer])
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE orders SET note = note WHERE id = %s", [(1,), (2,), (3,)])
    for _ in range(7):
        connection.execute(SELECT, [7], prepare=True)
    connection.execute("SELECT 1; SELECT 2")
    assert len(connection.execute("SELECT repeat('x', 10000) FROM generate_series(1, 500)").fetchall()) == 500
    with pytest.raises(psycopg.errors.InvalidTextRepresentation), connection.transaction():
        copy_what_is_no_number(connection)
    with connection.cursor() as cursor, cursor.copy("COPY (SELECT id FROM orders) TO STDOUT") as copy:
        assert sum(1 for _ in copy.rows()) == ROWS
    connection.rollback()
    connection.execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
    read(connection)
    connection.rollback()


def test_every_way_of_talking_to_the_server_works_through_the_wire(shop: DatabaseAccess, tmp_path: Path) -> None:
    found = works(shop, tmp_path, in_every_way)
    assert found[KIND].calls == 3 + 7 + 1
    assert found["UPDATE orders SET note = note WHERE id = ?"].calls == 3
    assert found["COPY (SELECT id FROM orders) TO STDOUT"].rows == ROWS


def test_plans_that_are_executed_say_what_came_out_and_leave_nothing_behind(
    shop: DatabaseAccess, tmp_path: Path
) -> None:
    def delete(connection: psycopg.Connection) -> None:
        deleted = connection.execute("DELETE FROM orders WHERE id = %s", [5])
        assert deleted.rowcount == 1
        connection.rollback()

    plan = works(shop, tmp_path, delete, executes=True)["DELETE FROM orders WHERE id = ?"].plan
    assert plan[-1].rows == 1
    assert plan[0].blocks_dirtied is not None


def test_sessions_side_by_side_add_up_and_are_said_to_be_mixed(shop: DatabaseAccess, tmp_path: Path) -> None:
    with watched_statements(shop, tmp_path, normalise) as watch:
        watch.begin()

        def one() -> None:
            with psycopg.connect(watch.access.conninfo) as connection:
                for _ in range(20):
                    connection.execute("SELECT pg_sleep(0.005)")
                    read(connection)

        threads = [threading.Thread(target=one) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found = watch.end()
    total = sum((one.index_tuples or 0) for one in statement_works(found))
    assert total == 3 * 20 * OF_ONE_CUSTOMER
    assert "at the same time" in found.warnings[0]


def test_a_cancelled_statement_ends(shop: DatabaseAccess, tmp_path: Path) -> None:
    with watched_statements(shop, tmp_path, normalise) as watch, psycopg.connect(watch.access.conninfo) as connection:
        ended = threading.Event()

        def cancel() -> None:
            while not ended.wait(0.1):  # one that comes before the statement has no effect
                connection.cancel_safe()

        thread = threading.Thread(target=cancel)
        thread.start()
        with pytest.raises(psycopg.errors.QueryCanceled):
            connection.execute("SELECT pg_sleep(60)")
        ended.set()
        thread.join()


def test_nothing_is_left_when_a_watch_ends_in_the_middle_of_a_statement(shop: DatabaseAccess, tmp_path: Path) -> None:
    def sleep(watch: StatementWatch) -> None:
        with pytest.raises(psycopg.OperationalError), psycopg.connect(watch.access.conninfo) as connection:
            connection.execute("SELECT pg_sleep(60)")

    with watched_statements(shop, tmp_path, normalise) as watch:
        thread = threading.Thread(target=sleep, args=(watch,))
        thread.start()
        while len(watch.sessions) < 2:
            thread.join(0.01)
    thread.join(10)
    assert not thread.is_alive()
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def by_password(handle: ServerHandle) -> Iterator[DatabaseAccess]:
    """A user's own server, to which a role logs in by password; it is a stand-in on the embedded one."""
    with open_server(handle.conninfo) as server:
        yield server.create_database()


def test_a_users_own_server_is_watched_as_well(by_password: DatabaseAccess, tmp_path: Path) -> None:
    found = works(by_password, tmp_path, lambda connection: connection.execute("SELECT 1"))
    assert found["SELECT ?"].calls == 1


def test_a_server_that_cannot_be_watched_says_why(shop: DatabaseAccess, tmp_path: Path) -> None:
    closed = replace(shop, conninfo=make_conninfo(shop.conninfo, user="nobody_of_that_name"))
    with pytest.raises(DatabaseError, match="nobody_of_that_name"), watched_statements(closed, tmp_path, normalise):
        pass
