"""The foreign project: weather stations, with Django 5.1 and psycopg2 in an environment beside this one."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.support.cli_results import results
from tests.support.command import ROOT, Finished
from tests.support.repository import git

FOLDER = ROOT / "tests" / "projects" / "weather"
PROJECT = FOLDER / "project"
DESCRIPTION = FOLDER / "weather.toml"
ENVIRONMENT = ROOT / ".venv-foreign"
SIZE = "4/5"
REPORTS = 4 * 5 * 3
"""Of a run of that size: one for each station, day and quantity."""

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


def project_options(clone: Path, *, description: Path = DESCRIPTION) -> tuple[str, ...]:
    """Return the options with which a command measures the project in ``clone``."""
    options = ("--project", description, "--interpreter", foreign_python(), "--checkout", clone)
    return tuple(map(str, options))


@dataclass(frozen=True)
class Belongings:
    """Belongings are the files that a run may read and not change: the clone, git's own included, and the environment.

    Each is a hash of its files' paths, modes and contents.
    """

    clone: str
    environment: str

    @classmethod
    def of(cls, clone: Path) -> Belongings:
        """Read all of them."""
        return cls(_hash(clone), _hash(ENVIRONMENT))


@dataclass(frozen=True)
class Measured:
    """A Measured is what one run left."""

    finished: Finished
    output: Path
    temporary: Path
    before: Belongings
    """Of the project, before the run."""
    clone: Path

    @property
    def results(self) -> dict[str, Any]:
        """``results.json``."""
        return results(self.output)


def _hash(folder: Path) -> str:
    digest = sha256()
    for path in sorted(folder.rglob("*")):
        digest.update(f"{path.relative_to(folder)} {path.lstat().st_mode:o}\n".encode())
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()


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

    ``first`` writes correct reports, ``faster`` the same ones with less, ``regressed`` has a query per report and keeps
    a list, ``broken`` cannot be imported, ``mended`` can, still regressed, and ``documented`` changes no code.
    """
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    shutil.copytree(PROJECT, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    _commit(folder, "first")
    reports = folder / "weather" / "reports.py"
    reports.write_text(faster(), encoding="utf-8")
    _commit(folder, "faster")
    reports.write_text(regressed(), encoding="utf-8")
    _commit(folder, "regressed")
    reports.write_text(f"from weather.missing import nothing\n{regressed()}", encoding="utf-8")
    _commit(folder, "broken")
    reports.write_text(regressed(), encoding="utf-8")
    _commit(folder, "mended")
    (folder / "README").write_text("Reports of weather stations.\n", encoding="utf-8")
    _commit(folder, "documented")


def _commit(folder: Path, name: str) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", name)
    git(folder, "tag", name)
