"""The golden files of everything that is rendered from results."""

from __future__ import annotations

from pathlib import Path

from tests.support.golden import assert_same_as

FOLDER = Path(__file__).parents[1] / "report" / "golden"


def assert_golden(name: str, text: str) -> None:
    """Fail unless ``text`` is the content of ``golden/NAME``."""
    assert_same_as(FOLDER / name, text)
