"""What an implementation declares is found on it, with a reason, and once for each case."""

from __future__ import annotations

import pytest

from bench.declare.divergence import Divergence, divergences_of, diverges


def test_what_is_declared_is_found_and_nothing_where_nothing_is_declared() -> None:
    first, second = Divergence("one", "because"), Divergence("two", "because of that")

    @diverges(first, second)
    def declaring() -> None: ...

    def silent() -> None: ...

    assert divergences_of(declaring) == (first, second)
    assert divergences_of(silent) == ()


def test_a_divergence_needs_a_reason() -> None:
    with pytest.raises(ValueError, match="the divergence in case 'one' has no reason; say why"):
        Divergence("one", " ")


def test_a_case_is_declared_once() -> None:
    with pytest.raises(ValueError, match="the divergence in case 'one' is declared twice; keep one of the two"):
        diverges(Divergence("one", "because"), Divergence("two", "because"), Divergence("one", "why not"))
