"""Imports run one way, and the parent side stays free of what belongs into a worker."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.loaded_modules import loaded

ROOT = Path(__file__).parent.parent
BENCH = ROOT / "bench"
MODULES = sorted(BENCH.rglob("*.py"))
LONGEST = 350
WORKER = BENCH / "worker"
PROJECTS_OWN = {"celery", "django", "kombu", "memray", "psycopg", "sqlparse"}
"""What a worker takes from the environment that it runs in; kombu comes with Celery, sqlparse with Django."""


IDS = [str(path.relative_to(ROOT)) for path in MODULES]


@pytest.mark.parametrize("module", ["bench.cli.main", "bench.harness.stage", "bench.harness.runner"])
def test_the_parent_loads_neither_django_nor_memray_nor_the_plots_library(module: str) -> None:
    assert loaded(module, "django", "memray", "matplotlib", "reference_impl", "optimized_impl") == []


def test_what_the_test_above_looks_for_can_be_found() -> None:
    assert loaded("bench.worker.probes.django_statements", "django") == ["django"]
    assert loaded("bench.worker.probes.memory", "memray") == ["memray"]
    assert loaded("bench.report.plots.draw", "matplotlib") == ["matplotlib"]


def test_a_worker_loads_no_package_before_the_project_does() -> None:
    """A broken one becomes an answer, and none comes onto the path of a project that lacks it."""
    packages = ("bench", "django", "memray", "msgspec", "psycopg", "psycopg2", "pytest", "pytest_benchmark", "rich")
    script = f"""
import importlib.util, sys
spec = importlib.util.spec_from_file_location("bench_worker", {str(WORKER / "__init__.py")!r},
    submodule_search_locations=[{str(WORKER)!r}])
sys.modules["bench_worker"] = package = importlib.util.module_from_spec(spec)
spec.loader.exec_module(package)
import bench_worker.serve
print(sorted(name for name in {packages!r} if name in sys.modules))
"""
    finished = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert finished.stdout == "[]\n"


@pytest.mark.parametrize("path", sorted(WORKER.rglob("*.py")), ids=lambda path: str(path.relative_to(WORKER)))
def test_the_worker_imports_nothing_of_the_suite_but_by_relative_imports(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level]
    assert {name.partition(".")[0] for name in names} <= {*sys.stdlib_module_names, *PROJECTS_OWN}


def test_a_users_implementation_needs_little() -> None:
    """The contract is a module for others to import: nothing comes with it but the standard library."""
    assert loaded("bench.declare", "django", "memray", "psycopg", "msgspec", "typer", "rich", "scipy", "faker") == []


def test_the_import_contracts_of_pyproject_are_kept() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout
    assert " kept, 0 broken." in finished.stdout
    assert "Contracts: 0 kept" not in finished.stdout


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_a_module_is_short_has_a_docstring_and_neither_prints_nor_ends_the_process(path: Path) -> None:
    """Printing and ending the process are the command line's; a file that is run by itself ends as it likes."""
    text = path.read_text(encoding="utf-8")
    # Django writes migrations.
    assert text.count("\n") < LONGEST or path.parent.name == "migrations"
    tree = ast.parse(text)
    assert ast.get_docstring(tree) or not tree.body
    if path.is_relative_to(BENCH / "cli"):
        return
    calls = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert not {"print", "sys.exit", "exit", "quit"} & calls
