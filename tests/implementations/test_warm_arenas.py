"""The variants of experiments/warm_arenas.py return and write what their implementations do."""

from __future__ import annotations

import pytest

from tests.support.workbench import Workbench


@pytest.mark.parametrize("name", ["materializing", "streaming"])
def test_it_writes_what_the_implementation_writes(loaded: Workbench, name: str) -> None:
    expected = loaded.run(name)
    written = loaded.written(expected["regions_processed"])
    outcome = loaded.run(f"experiments.warm_arenas:{name}")
    assert outcome == expected
    assert outcome["requirements_created"] > 0
    assert loaded.written(outcome["regions_processed"]) == written
