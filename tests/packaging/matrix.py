"""``make matrix``: the wheel on every Python, Django and PostgreSQL that it is for, each in an environment of its own.

``PYTHONS`` names the interpreters; without it those of 3.11 to 3.14 that are found. Environments are filled from the
lock file, which has wheels for all of them; another Django than the lock's is installed over it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.results.store import read_results
from tests.support.command import ROOT
from tests.support.installed import Installed

KNOWN = ("python3.11", "python3.12", "python3.13", "python3.14")
DJANGO = {"5.2": (3, 11), "6.0": (3, 12)}
"""The first Python of each Django."""
SERVERS = ("16", "18")
SCAN = "20/2"
ROWS, DJANGO_STATEMENTS = 10_842, 18
"""Of the task after the pull request, on any of them."""
_VERSION = "import sys; print(*sys.version_info[:2])"
_BUDGET = """
import pytest

@pytest.mark.bench_budget(peak_heap="1 MB")
def test_it():
    assert sum(range(1_000)) == 499_500
"""


def interpreters() -> dict[str, tuple[int, int]]:
    """Return the interpreters to try with their versions. One that is named and does not run is an error."""
    named = os.environ.get("PYTHONS", "").split()
    found = {}
    for name in named or KNOWN:
        path = shutil.which(name)
        finished = path and subprocess.run([path, "-c", _VERSION], capture_output=True, text=True, check=False)
        if finished and finished.returncode == 0:
            major, minor = map(int, finished.stdout.split())
            found[str(path)] = (major, minor)
        elif named:
            raise pytest.UsageError(f"PYTHONS names {name!r}, which does not run; name interpreters of 3.11 to 3.14")
    return found


COMBINATIONS = [
    pytest.param((path, django), id=f"python{major}.{minor}-django{django}")
    for path, (major, minor) in interpreters().items()
    for django, first in DJANGO.items()
    if (major, minor) >= first
]


@dataclass(frozen=True)
class Combination:
    """A Combination is an environment of one Python and one Django."""

    installed: Installed
    django: str


@pytest.fixture(scope="module", params=COMBINATIONS)
def combination(
    request: pytest.FixtureRequest, wheel: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Combination]:
    """The wheel, the lock file's packages and the Django that is asked for; removed afterwards."""
    interpreter, django = request.param
    folder = tmp_path_factory.mktemp("combination")
    python = folder / "env" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([interpreter, "-m", "venv", "--without-pip", str(folder / "env")], check=True)
    subprocess.run([*pip, "--require-hashes", "-r", str(ROOT / "requirements.lock")], check=True)
    subprocess.run([*pip, "--no-deps", str(wheel)], check=True)
    subprocess.run([*pip, f"django~={django}.0"], check=True)
    work = folder / "work"
    work.mkdir()
    yield Combination(Installed(python, work), django)
    shutil.rmtree(folder)


@pytest.mark.parametrize("server", SERVERS)
def test_a_run_gives_the_same_rows_and_statements(combination: Combination, server: str) -> None:
    output = combination.installed.folder / server
    options = ("--scan", SCAN, "--implementation", "streaming", "--pairs", "1", "--postgres", server)
    finished = combination.installed.bench("run", *options, "--output", output)
    assert finished.returncode == 0, finished.stderr
    results = read_results(output / "results.json")
    assert results.failures == ()
    assert results.environment.server_version.startswith(f"{server}.")
    assert results.code[0].packages["django"].startswith(f"{combination.django}.")
    figures = {one.metric: one.samples for one in results.measurements}
    assert set(figures["rows_written"]) == {ROWS}
    assert figures["statements_django"] == (DJANGO_STATEMENTS,)


def test_the_plugin_measures_a_budget(combination: Combination) -> None:
    folder = combination.installed.folder
    (folder / "test_budget.py").write_text(_BUDGET)
    command = [str(combination.installed.python), "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:django"]
    finished = subprocess.run([*command, str(folder)], cwd=folder, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout
    assert "1 passed" in finished.stdout
