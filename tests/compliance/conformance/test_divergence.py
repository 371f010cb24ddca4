"""An implementation declares divergences, each with a reason, at most one per case."""

from __future__ import annotations

import pytest

from bench.declare.divergence import Divergence, divergences_of, diverges


def test_declared_divergences_are_found_and_none_where_none_are_declared() -> None:
    first, second = Divergence("one", "because", "1 row differs"), Divergence("two", "because of that", "2 rows differ")

    @diverges(first, second)
    def declaring() -> None: ...

    def silent() -> None: ...

    assert divergences_of(declaring) == (first, second)
    assert divergences_of(silent) == ()


def test_a_divergence_needs_a_reason() -> None:
    with pytest.raises(ValueError, match="the divergence in case 'one' has no reason; say why"):
        Divergence("one", " ", "1 row differs")


def test_a_divergence_says_what_differs() -> None:
    with pytest.raises(
        ValueError, match="the divergence in case 'one' does not say what differs; copy it from bench prove"
    ):
        Divergence("one", "because", "")


def test_a_case_is_declared_once() -> None:
    with pytest.raises(ValueError, match="the divergence in case 'one' is declared twice; keep one of the two"):
        diverges(
            Divergence("one", "because", "a"), Divergence("two", "because", "b"), Divergence("one", "why not", "c")
        )
