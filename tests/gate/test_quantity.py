"""Quantities are read as a person writes them, and nothing else is."""

from __future__ import annotations

import pytest

from bench.errors import InputError
from bench.gate.quantity import parse_factor, parse_quantity, parse_share


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        ("50 MB", "bytes", 50e6),
        ("50MB", "bytes", 50e6),
        ("1.5 GB", "bytes", 1.5e9),
        ("130 B", "bytes", 130.0),
        ("64 MiB", "bytes", 64 * 2**20),
        (50_000_000, "bytes", 50e6),
        ("300 ms", "seconds", 0.3),
        ("2 min", "seconds", 120.0),
        (8.5, "seconds", 8.5),
        (18, "statements", 18.0),
        (0, "rows", 0.0),
    ],
)
def test_a_quantity_is_read_into_the_unit_of_its_metric(value: object, unit: str, expected: float) -> None:
    assert parse_quantity(value, unit, "here") == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    "value", ["50", "fifty MB", "50 mb", "50 s", "-1 MB", "", -1, True, None, float("nan"), float("inf"), [50]]
)
def test_what_is_no_size_is_refused_with_its_place_and_an_example(value: object) -> None:
    with pytest.raises(InputError, match=r'^here is .*; write "50 MB", with one of B, kB, MB, GB, KiB, MiB, GiB$'):
        parse_quantity(value, "bytes", "here")


def test_a_count_has_no_unit() -> None:
    with pytest.raises(InputError, match=r"^here is '18 MB'; write a number such as 18$"):
        parse_quantity("18 MB", "statements", "here")


@pytest.mark.parametrize(("value", "expected"), [("2 %", 0.02), ("0.5%", 0.005), (0.02, 0.02)])
def test_a_share_is_read_from_percent_or_a_number(value: object, expected: float) -> None:
    assert parse_share(value, "here") == pytest.approx(expected)


@pytest.mark.parametrize("value", ["2", 2, "100 %", "150 %", 0, "0 %", "2 MB", False])
def test_what_is_no_share_of_less_than_the_whole_is_refused(value: object) -> None:
    """2 where 2 % is meant would let everything pass."""
    with pytest.raises(InputError, match=r'^here is .*; write "2 %" or 0.02'):
        parse_share(value, "here")


@pytest.mark.parametrize(("value", "expected"), [(0.5, 0.5), (2, 2.0), ("110 %", 1.1)])
def test_a_factor_may_exceed_one(value: object, expected: float) -> None:
    assert parse_factor(value, "here") == pytest.approx(expected)


@pytest.mark.parametrize("value", [0, -0.5, "0.5", "half", True])
def test_what_is_no_factor_is_refused(value: object) -> None:
    with pytest.raises(InputError, match=r"^here is .*; write a number such as 0.5"):
        parse_factor(value, "here")
