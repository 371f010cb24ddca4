"""The workbench of the other rebuilt implementation, with packed rows where a test asks for them."""

from __future__ import annotations

import pytest

from tests.packed.tables import PACKED
from tests.pushdown.conftest import stage, workbench
from tests.pushdown.tables import CATALOGUE, SCAN
from tests.pushdown.workbench import Workbench

__all__ = ["stage", "workbench"]


@pytest.fixture
def loaded(workbench: Workbench) -> Workbench:
    """The workbench with SCAN and CATALOGUE, no row of the scan, and no version of any framework."""
    workbench.load(SCAN, CATALOGUE)
    workbench.query("DELETE FROM compliance_catalogue_requirements")
    workbench.query("DELETE FROM compliance_catalogue_frameworks")
    return workbench


@pytest.fixture
def written(loaded: Workbench) -> Workbench:
    """The same after a first run."""
    loaded.run(PACKED)
    return loaded
