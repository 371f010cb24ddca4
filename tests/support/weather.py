"""The foreign project: weather stations, with Django 5.1 and psycopg2 in an environment beside this one."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.support.repository import git

FOLDER = Path("tests/projects/weather").resolve()
PROJECT = FOLDER / "project"
ENVIRONMENT = Path(".venv-foreign").resolve()

# What the regression changes in the faster revision: a query per report instead of a join, and a list of all readings.
_LOOP = "    for key, of_day in groupby(readings, itemgetter(0, 1, 2)):\n"
_LOOP_OF_QUERIES = """\
    for key, of_day in groupby(list(readings), itemgetter(0, 1, 2)):
        kind = Station.objects.using("replica").get(pk=key[0]).kind
"""
_REGRESSION = (
    ('"value", "station__kind")', '"value")'),
    (_LOOP, _LOOP_OF_QUERIES),
    ("for _, _, quantity, value, kind in of_day", "for _, _, quantity, value in of_day"),
    ("DailyReport, IssueTotal, Reading\n", "DailyReport, IssueTotal, Reading, Station\n"),
)


def foreign_python() -> Path:
    """Return the interpreter of the foreign environment, which ``make test`` sets up; without one, fail."""
    if not (ENVIRONMENT / ".ready").is_file():
        raise FileNotFoundError(
            f"{ENVIRONMENT}: the foreign project's environment is missing: call 'make test' or 'make foreign'"
        )
    return ENVIRONMENT / "bin" / "python"


def faster() -> str:
    """Return ``weather/reports.py`` of the faster revision."""
    return (FOLDER / "revisions" / "faster.py").read_text(encoding="utf-8")


def regressed() -> str:
    """Return the faster revision with a query per report and a list that is kept."""
    text = faster()
    for old, new in _REGRESSION:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def make_weather_repository(folder: Path) -> None:
    """Make a clone with the project's history; every commit has a tag.

    ``first`` writes correct reports, ``faster`` the same ones with less, ``documented`` changes no code, ``regressed``
    has a query per report and keeps a list, ``broken`` cannot be imported, and ``mended`` can, still regressed.
    """
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    shutil.copytree(PROJECT, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    _commit(folder, "first")
    reports = folder / "weather" / "reports.py"
    reports.write_text(faster(), encoding="utf-8")
    _commit(folder, "faster")
    (folder / "README").write_text("Reports of weather stations.\n", encoding="utf-8")
    _commit(folder, "documented")
    reports.write_text(regressed(), encoding="utf-8")
    _commit(folder, "regressed")
    reports.write_text(f"from weather.missing import nothing\n{regressed()}", encoding="utf-8")
    _commit(folder, "broken")
    reports.write_text(regressed(), encoding="utf-8")
    _commit(folder, "mended")


def _commit(folder: Path, name: str) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", name)
    git(folder, "tag", name)
