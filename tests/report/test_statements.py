"""Statement lists stay readable: short, repeats counted, equal statements side by side."""

from __future__ import annotations

import pytest

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
    assert [str(one) for one in collapse(("FETCH",) * 1_200)] == ["FETCH × 1,200"]
    assert [str(one) for one in collapse(batch * 3)] == ["(BEGIN; COPY t; COMMIT) × 3"]


def test_two_transactions_alike_stay_as_they_are() -> None:
    assert len(collapse(("BEGIN", "SELECT", "COMMIT") * 2)) == 6
    assert collapse(()) == ()


def test_equal_statements_share_a_row_and_a_missing_one_leaves_a_blank() -> None:
    left, right = ["BEGIN", "SELECT", "PREFETCH", "COMMIT"], ["BEGIN", "DECLARE", "COMMIT", "END"]
    assert side_by_side(left, right) == (
        ("BEGIN", "BEGIN"),
        ("SELECT", "DECLARE"),
        ("PREFETCH", ""),
        ("COMMIT", "COMMIT"),
        ("", "END"),
    )
