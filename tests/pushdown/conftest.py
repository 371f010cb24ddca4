"""The workbench with a scan that has all that a row can depend on."""

from __future__ import annotations

import pytest

from tests.support.lanes import PUSHDOWN
from tests.support.workbench import Workbench


@pytest.fixture
def written(loaded: Workbench) -> Workbench:
    """The same after a first run."""
    loaded.run(PUSHDOWN)
    return loaded
