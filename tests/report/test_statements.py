"""Statement lists stay readable: short, repeats counted, equal statements side by side."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.report.tables.statements import LONGEST, Repeat, collapse, shorten_statement, side_by_side

UUID = "'3f0c1c1e-7d8a-4c5e-9c64-0d3f5b1a2e70'"


@pytest.mark.parametrize(
    ("sql", "shown"),
    [
        ("COMMIT", "COMMIT"),
        ("SELECT\n  1", "SELECT 1"),
        (f"SELECT set_config('api.tenant_id', {UUID}, TRUE)", "SELECT set_config('api.tenant_id', '…', TRUE)"),
        (f"WHERE id IN ({', '.join([UUID] * 10_000)})", "WHERE id IN ('…', … 10,000 items)"),
        ("SELECT a, b, c, d, e, f FROM t", "SELECT a, … 6 columns FROM t"),
        ("SELECT a, b FROM t WHERE s IN ('PASS', 'FAIL')", "SELECT a, b FROM t WHERE s IN ('PASS', 'FAIL')"),
        (
            f"INSERT INTO t (a) VALUES {', '.join(['(1, 2, 3, 4, 5)'] * 46)}",
            "INSERT INTO t (a) VALUES (1, … 5 items) × 46",
        ),
        ("SELECT 'it''s a literal that is far too long to show'", "SELECT '…'"),
    ],
)
def test_long_parts_are_abridged(sql: str, shown: str) -> None:
    assert shorten_statement(sql) == shown


def test_whatever_is_left_is_cut_in_the_middle() -> None:
    shown = shorten_statement("SELECT " + "x" * 50_000 + " FROM t")
    assert len(shown) == LONGEST
    assert shown.startswith("SELECT x")
    assert shown.endswith("x FROM t")


def test_repeats_are_collapsed_and_cycles_begin_where_their_transaction_does() -> None:
    batch = ("BEGIN", "COPY t", "COMMIT")
    assert collapse(("DELETE", "COMMIT", *batch * 11, "BEGIN", "INSERT", "COMMIT")) == (
        Repeat(("DELETE",), 1),
        Repeat(("COMMIT",), 1),
        Repeat(batch, 11),
        Repeat(("BEGIN",), 1),
        Repeat(("INSERT",), 1),
        Repeat(("COMMIT",), 1),
    )
    assert collapse(("FETCH",) * 1_200) == (Repeat(("FETCH",), 1_200),)
    assert collapse(batch * 3) == (Repeat(batch, 3),)


def test_two_transactions_alike_stay_as_they_are() -> None:
    assert len(collapse(("BEGIN", "SELECT", "COMMIT") * 2)) == 6
    assert collapse(()) == ()


def rows_of(*lists: tuple[str, ...]) -> list[tuple[str, tuple[int, ...]]]:
    return [(str(one), one.times) for one in side_by_side([collapse(statements) for statements in lists])]


def test_equal_statements_share_a_row_and_each_list_is_read_downwards() -> None:
    first, second = ("BEGIN", "SELECT", "PREFETCH", "COMMIT"), ("BEGIN", "DECLARE", "COMMIT", "END")
    assert rows_of(first, second) == [
        ("BEGIN", (1, 1)),
        ("SELECT", (1, 0)),
        ("PREFETCH", (1, 0)),
        ("DECLARE", (0, 1)),
        ("COMMIT", (1, 1)),
        ("END", (0, 1)),
    ]


def test_all_lists_share_one_table_and_other_numbers_of_repeats_share_a_row() -> None:
    batch = ("BEGIN", "COPY t", "COMMIT")
    found = rows_of(("FETCH",) * 11, ("FETCH",) * 12, (), ("DELETE", "FETCH", *batch * 3))
    assert found == [
        ("DELETE", (0, 0, 0, 1)),
        ("FETCH", (11, 12, 0, 1)),
        ("(BEGIN; COPY t; COMMIT)", (0, 0, 0, 3)),
    ]


@given(st.lists(st.lists(st.sampled_from("ABCDE"), max_size=12), min_size=1, max_size=5))
def test_no_statement_is_lost_or_moved(lists: list[list[str]]) -> None:
    lined = side_by_side([collapse(one) for one in lists])
    for place, statements in enumerate(lists):
        read = [part for one in lined for _ in range(one.times[place]) for part in one.statements]
        assert read == statements
    assert all(any(one.times) for one in lined)


def test_the_number_of_a_thread_makes_no_other_statement() -> None:
    one, other = (f'FETCH FORWARD 9 FROM "_django_curs_{number}_sync_2"' for number in (139943272213376, 139943272))
    assert shorten_statement(one) == shorten_statement(other) == 'FETCH FORWARD 9 FROM "_django_curs_…_sync_2"'
