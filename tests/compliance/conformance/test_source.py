"""The fingerprint of an implementation changes with its code and the code that it imports, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.worker.source import DIGITS, source_fingerprint

PACKAGE = {
    "__init__.py": "from fingered.task import run\n",
    "task.py": "import fingered.helper as helper\nfrom . import data\n\ndef run(): ...\n",
    "helper.py": "from .deep.inner import value\n",
    "data.py": "",
    "deep/__init__.py": "",
    "deep/inner.py": "from ..shared import value\n",
    "shared.py": "value = 1\n",
    "neighbour.py": "import fingered.task\n",
    "broken.py": "def (:\n",
}
IMPORTED = ["__init__.py", "task.py", "helper.py", "data.py", "deep/__init__.py", "deep/inner.py", "shared.py"]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package on the search path that is never imported."""
    folder = tmp_path / "fingered"
    for name, content in PACKAGE.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    return folder


@pytest.mark.parametrize("name", PACKAGE)
def test_it_changes_with_every_file_that_is_imported_and_no_other(package: Path, name: str) -> None:
    before = source_fingerprint("fingered")
    path = package / name
    path.write_text(path.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    assert (source_fingerprint("fingered") != before) == (name in IMPORTED)


def test_a_modules_fingerprint_covers_its_packages_and_their_imports(package: Path) -> None:
    assert source_fingerprint("fingered.neighbour") != source_fingerprint("fingered")
    assert len(source_fingerprint("fingered.neighbour")) == DIGITS
    before = source_fingerprint("fingered.neighbour")
    (package / "data.py").write_text("value = 2\n", encoding="utf-8")
    assert source_fingerprint("fingered.neighbour") != before


def test_a_single_module_and_one_that_does_not_parse_have_a_fingerprint(package: Path) -> None:
    (package.parent / "fingered_alone.py").write_text("import os\n", encoding="utf-8")
    assert source_fingerprint("fingered_alone")
    assert source_fingerprint("fingered.broken") != source_fingerprint("fingered")


@pytest.mark.parametrize("module", ["no_such_package.task", "fingered.none", "sys"])
def test_a_module_without_a_source_file_has_no_fingerprint(package: Path, module: str) -> None:
    """A missing module must not get its package's fingerprint."""
    assert source_fingerprint(module) == ""


def test_the_projects_implementations_have_different_fingerprints() -> None:
    names = ("reference_impl", "optimized_impl", "optimized_impl.atomic")
    assert len({source_fingerprint(name) for name in names}) == 3
