"""The workbench with the scan of the other rebuilt implementation, packed where a test asks for it."""

from __future__ import annotations

import pytest

from tests.packed.tables import PACKED
from tests.pushdown.tables import CATALOGUE, SCAN
from tests.workbench import Workbench


@pytest.fixture
def loaded(workbench: Workbench) -> Workbench:
    """The workbench with SCAN and CATALOGUE, no row of the scan, and no version of any framework."""
    workbench.load(SCAN, CATALOGUE)
    return workbench


@pytest.fixture
def written(loaded: Workbench) -> Workbench:
    """The same after a first run."""
    loaded.run(PACKED)
    return loaded
