"""The same code is the same files: what counts as another one, of an implementation here and of a project's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from bench.compliance.job import JOB
from bench.errors import InputError
from bench.jobs.implementation import Implementation
from bench.jobs.registry import implementation_of
from bench.nodes.identity import code_differences, code_identity, data_files
from bench.nodes.work import works_of
from tests.support.nodes import plan


@pytest.fixture
def project(tmp_path: Path) -> Implementation:
    """An implementation in a separate folder, with a module beside it."""
    for name in ("tasks", "models", ".hidden"):
        (tmp_path / f"{name}.py").write_text("A = 1\n")
    known = implementation_of(JOB, "streaming")
    return replace(known, function="tasks:run", environment=replace(known.environment, path=(str(tmp_path),)))


def test_a_file_beside_the_function_counts_and_one_that_nobody_imports_does_not(
    project: Implementation, tmp_path: Path
) -> None:
    before = code_identity([project])
    (tmp_path / ".hidden.py").write_text("A = 2\n")
    (tmp_path / "notes.txt").write_text("A = 2\n")
    assert [*code_differences(before, code_identity([project]))] == []
    (tmp_path / "models.py").write_text("A = 2\n")
    (said,) = code_differences(before, code_identity([project]))
    assert said.startswith("the code of 'streaming' is ")
    assert said.endswith(" is wanted")


def test_another_version_of_the_suite_is_named() -> None:
    here = code_identity([implementation_of(JOB, "streaming")])
    (said,) = code_differences(msgspec.structs.replace(here, version="9.9"), here)
    assert said.startswith("bench 9.9 (")


def test_code_whose_files_are_not_found_cannot_be_spread(tmp_path: Path) -> None:
    known = implementation_of(JOB, "streaming")
    gone = replace(known, function="nowhere_to_be_found:run")
    with pytest.raises(InputError, match=r"the files of 'streaming' are not found"):
        works_of(replace(plan("50/1"), implementations=(gone,)))


def test_files_that_the_data_come_from_are_compared_by_their_content(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.json"
    path.write_text("{}")
    found = data_files(JOB, None, {"catalogue_file": str(path), "provider": "aws"})
    assert [*found] == [str(path)]
    path.write_text("[]")
    assert data_files(JOB, None, {"catalogue_file": str(path)}) != found
