"""Implementations are found by their name in a job, or by module and function, without importing anything."""

from __future__ import annotations

import sys

import pytest

from bench.compliance.job import ENTRY_POINTS, JOB, registered
from bench.errors import InputError
from bench.jobs.registry import implementation_of


def test_both_implementations_of_the_project_are_registered_as_anybodys_would_be() -> None:
    assert list(registered())[:2] == ["materializing", "streaming"]
    assert ENTRY_POINTS == "bench.implementations"
    assert implementation_of(JOB, "materializing").function == "reference_impl:create_compliance_requirements"
    assert implementation_of(JOB, "streaming").function == "optimized_impl:create_compliance_requirements"


def test_a_module_and_a_function_are_taken_as_they_are_and_not_imported() -> None:
    assert implementation_of(JOB, "some.package.nobody_has:run").function == "some.package.nobody_has:run"
    assert "some" not in sys.modules


@pytest.mark.parametrize("name", ["", "fast", "Streaming", ":run", "package:", ":", "package.module"])
def test_an_unknown_name_is_refused_with_the_known_ones_and_the_other_form(name: str) -> None:
    with pytest.raises(InputError, match=r"known are .*materializing.*streaming.*package\.module:function"):
        implementation_of(JOB, name)
