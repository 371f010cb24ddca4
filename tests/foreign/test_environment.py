"""The foreign environment has what the project pins, and nothing of this suite's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import weather

ABSENT = ("bench", "memray", "msgspec", "pip", "psycopg", "pytest")


def test_the_environment_has_the_projects_pins_and_nothing_of_the_suites() -> None:
    """Its driver is psycopg2, because nothing else can be imported."""
    script = (
        "import importlib.util, sys, django, psycopg2;"
        f"print([name for name in {ABSENT} if importlib.util.find_spec(name)]);"
        "print(django.VERSION[:2], psycopg2.__version__[:4], sys.version_info[:2])"
    )
    ran = subprocess.run(
        [weather.foreign_python(), "-I", "-c", script], capture_output=True, text=True, check=True, cwd="/"
    )
    assert ran.stdout == f"[]\n(5, 1) 2.9. {sys.version_info[:2]}\n"


def test_a_missing_environment_is_an_error_that_says_how_to_make_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tests that need it fail; none is skipped."""
    monkeypatch.setattr(weather, "ENVIRONMENT", tmp_path / "absent")
    with pytest.raises(FileNotFoundError, match=r"absent: the foreign .* call 'make test'"):
        weather.foreign_python()
