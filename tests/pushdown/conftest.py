"""The workbench with a scan that has all that a row can depend on."""

from __future__ import annotations

import pytest

from tests.support.lanes import PUSHDOWN
from tests.support.pushdown_tables import CATALOGUE, SCAN
from tests.support.workbench import Workbench


@pytest.fixture
def loaded(workbench: Workbench) -> Workbench:
    """The workbench with SCAN and CATALOGUE, and no row of the scan yet."""
    workbench.load(SCAN, CATALOGUE)
    return workbench


@pytest.fixture
def written(loaded: Workbench) -> Workbench:
    """The same after a first run."""
    loaded.run(PUSHDOWN)
    return loaded
