"""Equal statements have one fingerprint, whatever their source and values; different ones differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import sql

from bench.results.fingerprint import fingerprint, normalise

TEMPLATE = (
    'SELECT "a 1", count(*) FROM "t\'2" -- it\'s a comment\n'
    "WHERE x = %s AND y IN (%s, %s) AND (z <> %s OR NOT b) /* 'another */ AND c LIKE 'a%%' AND d = %s::text LIMIT 21"
)
"""As an implementation writes it, with five parameters and what could be taken for the begin of a literal."""
NORMAL = (
    'SELECT "a 1", count(*) FROM "t\'2" WHERE x = ? AND y IN (?) AND (z <> ? OR NOT b) AND c LIKE ? AND d = ? LIMIT ?'
)

TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    TEXT,
    st.text("'\\E$\"-/* %s?\n"),
    st.integers(),
    st.floats(),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.datetimes(timezones=st.timezones()),
    st.timedeltas(),
    st.uuids(),
    st.binary(),
    st.lists(st.integers(0, 9)),
    st.lists(TEXT),
)


def as_sent(template: str, values: Sequence[Any]) -> str:
    """The statement with its values put in by psycopg, as Django and the server's log have it."""
    parts = template.replace("%%", "\x00").split("%s")
    literals = [sql.Literal(value).as_string() for value in values]
    pairs = zip(parts, [*literals, ""], strict=True)
    return "".join(f"{part}{literal}" for part, literal in pairs).replace("\x00", "%")


def as_prepared(template: str) -> str:
    """The statement as the server's log has it where the server binds the values."""
    parts = template.replace("%%", "%").split("%s")
    return "".join(f"{part}${place}" for place, part in enumerate(parts, start=1)).removesuffix(f"${len(parts)}")


@given(st.lists(VALUES, min_size=5, max_size=5))
def test_django_server_and_implementation_word_one_statement_in_three_ways(values: list[Any]) -> None:
    wordings = {TEMPLATE, as_prepared(TEMPLATE), as_sent(TEMPLATE, values)}
    assert {normalise(wording) for wording in wordings} == {NORMAL}
    assert {fingerprint(wording) for wording in (*wordings, NORMAL)} == {fingerprint(TEMPLATE)}


@pytest.mark.parametrize(
    ("wordings", "normal"),
    [
        (("x IN (%s)", "x IN (1, 2, 3)", "x IN ($1,$2)"), "x IN (?)"),
        (("a = %(name)s", "a = 'b'::\"char\"", "a = 5::numeric(10, 2)"), "a = ?"),
        (("a < %s::timestamp with time zone", "a < '2020-01-01'::timestamptz"), "a < ?"),
        (("VALUES (%s, true)", "VALUES (1, NULL), (2, FALSE), ('x', true)"), "VALUES (?)"),
        (("INSERT INTO t VALUES (1)", "3 times: INSERT INTO t VALUES (%s)"), "INSERT INTO t VALUES (?)"),
        (('SAVEPOINT "s140_x1"', 'SAVEPOINT "s9_x22"'), "SAVEPOINT ?"),
        (('FETCH 5 FROM "_django_curs_1_sync_2"', 'FETCH 7 FROM "_django_curs_8_sync_1"'), "FETCH ? FROM ?"),
        (("SELECT $$it's$$, b", "SELECT $x$ $$ $x$, b"), "SELECT ?, b"),
        (("(\n  -5,\n\n  1e+30)", "(%s)"), "(?)"),
    ],
)
def test_values_of_every_kind_are_the_same_value(wordings: tuple[str, ...], normal: str) -> None:
    assert {normalise(wording) for wording in wordings} == {normal}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SELECT a FROM t", "SELECT b FROM t"),
        ('SELECT a FROM "t1"', 'SELECT a FROM "t2"'),
        ('SELECT a FROM "t 1"', 'SELECT a FROM "t 2"'),
        ("x IS NULL", "x IS NOT NULL"),
        ("DELETE FROM t WHERE a = 1", "DELETE FROM t WHERE a < 1"),
        ("SELECT 'a' FROM t", "SELECT 'a' FROM t WHERE b = 'c'"),
    ],
)
def test_other_statements_have_other_fingerprints(one: str, other: str) -> None:
    assert fingerprint(one) != fingerprint(other)
