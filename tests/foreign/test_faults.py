"""A project that cannot be measured ends a run in one line, and nothing of the run is left or changed."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from tests.support.command import run
from tests.support.left_behind import MARK, assert_nothing_is_left
from tests.support.weather import SIZE, Belongings
from tests.support.weather_variant import Variant

pytestmark = [pytest.mark.slow, pytest.mark.server]

SETTINGS, REPORTS = "config/settings.py", "weather/reports.py"


def refused(folder: Path, variant: Variant, temporary: Path) -> str:
    """Measure a variant that must be refused with exit code 2 before anything is written; return the error's line."""
    mark, home = secrets.token_hex(8), folder / "home"
    home.mkdir()
    before = Belongings.of(variant.clone)
    finished = run(
        *("run", *variant.options, "--scan", SIZE, "--pairs", "1", "--output", folder / "out"),
        extra={"TMPDIR": str(temporary), "HOME": str(home), MARK: mark},
    )
    assert_nothing_is_left(mark, temporary)
    assert Belongings.of(variant.clone) == before
    assert not (folder / "out").exists()
    assert not list(home.rglob("*weather*")), "the project's key goes to a HOME of its own"
    assert (finished.returncode, finished.stdout) == (2, "")
    (line,) = (line for line in finished.stderr.splitlines() if line.startswith("bench: "))
    return line


@pytest.mark.parametrize(
    ("file", "lines", "part"),
    [
        (SETTINGS, "import sys\nsys.exit('no licence')", "no licence"),
        (SETTINGS, "import os\nos.kill(os.getpid(), 9)", "SIGKILL"),
        (REPORTS, "import absent", "No module named 'absent'"),
        (REPORTS, "raise SystemExit", "SystemExit"),
    ],
    ids=["settings exit", "settings are killed", "the function's module misses another", "that module exits"],
)
def test_code_that_cannot_be_imported(tmp_path: Path, temporary: Path, file: str, lines: str, part: str) -> None:
    variant = Variant.make(tmp_path)
    variant.begin(file, lines)
    assert part in refused(tmp_path, variant, temporary)


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("old", "parts"),
    [
        ('WEATHER_SECRET = "not one"\n', ["WEATHER_SECRET", "variable"]),
        ('constants = { recorded_by = "a seed" }\n', ["recorded_by", "copy.readings"]),
        ('"CREATE EXTENSION .*pg_trgm", ', ["pg_trgm", "skipped_statements"]),
    ],
    ids=["a variable", "the source of a column", "a pattern of a statement that the server lacks"],
)
def test_a_description_that_lacks_something(tmp_path: Path, temporary: Path, old: str, parts: list[str]) -> None:
    variant = Variant.make(tmp_path)
    variant.describe(old, "")
    line = refused(tmp_path, variant, temporary)
    for part in parts:
        assert part in line


def test_set_up_that_fails(tmp_path: Path, temporary: Path) -> None:
    variant = Variant.make(tmp_path)
    variant.change("weather/calibration.py", '("temperature", "wind", "rain")', '("wind",)')
    assert "corrections are loaded, not 18000" in refused(tmp_path, variant, temporary)
