"""The workbench with the scan of the other rebuilt implementation, packed where a test asks for it."""

from __future__ import annotations

import pytest

from tests.support.packed_tables import PACKED
from tests.support.workbench import Workbench


@pytest.fixture
def written(loaded: Workbench) -> Workbench:
    """The workbench after a first run."""
    loaded.run(PACKED)
    return loaded
