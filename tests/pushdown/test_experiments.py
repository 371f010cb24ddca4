"""The variants in experiments/ leave the same rows as pushdown; otherwise their figures would mean nothing."""

from __future__ import annotations

import pytest

from tests.support.lanes import PUSHDOWN
from tests.support.pushdown_tables import ROWS, contents
from tests.support.workbench import Workbench

VARIANTS = ("with_random_ids", "with_much_work_mem", "with_two_sessions", "with_insert_select")


@pytest.mark.parametrize("name", VARIANTS)
def test_it_leaves_the_rows_that_pushdown_leaves(loaded: Workbench, name: str) -> None:
    outcome = loaded.run(f"experiments.pushdown_variants:{name}")
    left = contents(loaded)
    assert outcome["requirements_created"] == ROWS
    loaded.query("DELETE FROM compliance_requirements_overviews WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s")
    loaded.query("DELETE FROM compliance_overview_summaries WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s")
    assert loaded.run(PUSHDOWN) == outcome
    assert contents(loaded) == left
