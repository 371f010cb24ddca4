"""Figures that are read together share a unit and enough digits."""

from __future__ import annotations

import pytest

from bench.report.figures import MEGABYTE, change, deviation, quantity


@pytest.mark.parametrize(
    ("unit", "values", "text"),
    [
        ("bytes", (99.2e6, 45.2e6), "99.2 → 45.2 MB"),
        ("bytes", (513.8e6, 53.1e6), "513.8 → 53.1 MB"),
        ("bytes", (5.1e9, 53e6), "5,100.0 → 53.0 MB"),
        ("bytes", (5.1e9, 2.04e9), "5.10 → 2.04 GB"),
        ("bytes", (900, 12), "900 → 12 B"),
        ("bytes", (0, 0), "0 → 0 B"),
        ("bytes", (1e6, 0), "1.00 → 0.00 MB"),
        ("seconds", (8.6, 7.3), "8.60 → 7.30 s"),
        ("seconds", (0.0213, 0.0365), "21.3 → 36.5 ms"),
        ("seconds", (345.0, 141.0), "345 → 141 s"),
        ("seconds", (0.0, 0.0), "0.00 → 0.00 µs"),
        ("statements", (19, 18), "19 → 18"),
        ("rows", (108_420,), "108,420"),
        ("rows", (1.5,), "1.5"),
        ("bytes", (99.2e6, None), "99.2 MB → –"),
        ("bytes", (None, None), "–"),
        ("bytes", (), "–"),
    ],
)
def test_a_change_names_its_unit_once(unit: str, values: tuple[float | None, ...], text: str) -> None:
    assert change(unit, values) == text


def test_one_quantity_has_its_own_scale_and_a_missing_one_is_a_dash() -> None:
    assert quantity("bytes", MEGABYTE) == "1.00 MB"
    assert quantity("bytes", None) == "–"


@pytest.mark.parametrize(
    ("value", "published", "text"),
    [(45.2, 44, "+3 %"), (8.6, 36.5, "−76 %"), (99.1, 99, "0 %"), (98.9, 99, "0 %"), (None, 1, "–"), (1, None, "–")],
)
def test_a_deviation_has_its_sign(value: float | None, published: float | None, text: str) -> None:
    assert deviation(value, published) == text
