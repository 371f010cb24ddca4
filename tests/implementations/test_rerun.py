"""The implementations of production's versions replace every row of an earlier run, even if nothing changed."""

from __future__ import annotations

from datetime import datetime

import pytest

from bench.compliance.cases.all_cases import CASES
from bench.compliance.conformance.tables import OLD
from tests.support.pair import IMPLEMENTATIONS
from tests.support.workbench import Workbench

CASE = CASES["multi-region"]


@pytest.mark.parametrize("implementation", [*IMPLEMENTATIONS, "single-transaction"])
def test_a_second_run_writes_the_same_again_under_new_ids_at_a_later_time(
    workbench: Workbench, implementation: str
) -> None:
    workbench.load(CASE.scan, CASE.catalogue)
    workbench.plant_old_rows()
    outcome = workbench.run(implementation)
    written, ids, first = workbench.written(outcome["regions_processed"]), ids_of(workbench), times_of(workbench)
    assert written == CASE.by_hand
    assert workbench.run(implementation) == outcome
    second = times_of(workbench)
    assert workbench.written(outcome["regions_processed"]) == written
    assert not ids & ids_of(workbench)
    assert datetime.fromisoformat(OLD) < min(first)
    assert max(first) < min(second)


def ids_of(workbench: Workbench) -> set[object]:
    found = workbench.query(
        "SELECT id FROM compliance_requirements_overviews WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s"
        " UNION ALL SELECT id FROM compliance_overview_summaries WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s"
    )
    return {identifier for (identifier,) in found}


def times_of(workbench: Workbench) -> set[datetime]:
    found = workbench.query(
        "SELECT inserted_at FROM compliance_requirements_overviews WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s"
        " UNION ALL"
        " SELECT inserted_at FROM compliance_overview_summaries WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s"
    )
    return {moment for (moment,) in found}
