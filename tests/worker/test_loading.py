"""Functions are loaded by module and dotted name."""

from __future__ import annotations

from collections.abc import Mapping

from bench.worker.loading import load_function


def test_an_attribute_of_an_attribute_can_be_named() -> None:
    assert load_function("get", "collections.abc:Mapping.get") is Mapping.get
