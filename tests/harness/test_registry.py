"""Implementations are found by their registered name or by module and function, without importing anything."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import pytest

from bench.declare.registry import GROUP, load, locate, registered_names
from bench.errors import InputError


def test_both_implementations_of_the_project_are_registered_as_anybodys_would_be() -> None:
    assert set(registered_names()) >= {"materializing", "streaming"}
    assert GROUP == "bench.implementations"
    assert locate("materializing") == "reference_impl:create_compliance_requirements"
    assert locate("streaming") == "optimized_impl:create_compliance_requirements"


def test_a_module_and_a_function_are_taken_as_they_are_and_not_imported() -> None:
    assert locate("some.package.nobody_has:run") == "some.package.nobody_has:run"
    assert "some" not in sys.modules


@pytest.mark.parametrize("name", ["", "fast", "Streaming", ":run", "package:", ":", "package.module"])
def test_an_unknown_name_is_refused_with_the_known_ones_and_the_other_form(name: str) -> None:
    with pytest.raises(InputError, match=r"known are .*materializing.*streaming.*package\.module:function"):
        locate(name)


def test_an_attribute_of_an_attribute_can_be_named() -> None:
    assert load("collections.abc:Mapping.get") is Mapping.get
