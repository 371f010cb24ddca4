"""Rules 1, 7, 8 and 10: what is no scan, one timestamp, and a run over what an earlier one left."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

import pytest

from tests.implementations.case import finding, framework, rows, scored, summaries, written
from tests.implementations.cases import CASES
from tests.implementations.workbench import IMPLEMENTATIONS, OLD, Workbench

CASE = CASES["multi-region"]

pytestmark = pytest.mark.parametrize("implementation", IMPLEMENTATIONS)


@pytest.fixture(autouse=True)
def _loaded(workbench: Workbench) -> None:
    workbench.load(CASE.scan, CASE.catalogue)


def assert_there_is_no_scan(
    workbench: Workbench, implementation: str, tenant_id: str | None = None, scan_id: str | None = None
) -> None:
    """The run raises Scan.DoesNotExist and writes nothing; what was there stays, to the byte."""
    # Models can be imported once the workbench has set Django up.
    from bench.schema.models import Scan

    planted = workbench.plant_old_rows()
    with pytest.raises(Scan.DoesNotExist, match="Scan matching query does not exist"):
        workbench.run(implementation, tenant_id=tenant_id, scan_id=scan_id)
    assert workbench.contents() == planted


def test_a_missing_scan_does_not_exist(workbench: Workbench, implementation: str) -> None:
    assert_there_is_no_scan(workbench, implementation, scan_id=str(uuid4()))


def test_a_scan_of_a_deleted_provider_does_not_exist(workbench: Workbench, implementation: str) -> None:
    workbench.query(
        "UPDATE providers SET is_deleted = true FROM scans"
        " WHERE scans.tenant_id = %(tenant)s AND scans.id = %(scan)s AND provider_id = providers.id"
    )
    assert_there_is_no_scan(workbench, implementation)


def test_another_tenants_scan_does_not_exist(workbench: Workbench, implementation: str) -> None:
    _, foreign, _ = workbench.loaded.bystanders
    assert foreign.tenant_id != workbench.loaded.key.tenant_id
    assert_there_is_no_scan(workbench, implementation, scan_id=foreign.scan_id)


def test_the_scan_does_not_exist_for_another_tenant(workbench: Workbench, implementation: str) -> None:
    _, _, stray = workbench.loaded.bystanders
    assert stray.scan_id == workbench.loaded.key.scan_id
    assert_there_is_no_scan(workbench, implementation, tenant_id=stray.tenant_id)


def test_one_timestamp_serves_a_whole_run_and_the_next_has_a_later_one(
    workbench: Workbench, implementation: str
) -> None:
    workbench.plant_old_rows()
    workbench.run(implementation)
    (first,) = timestamps(workbench)
    workbench.run(implementation)
    (second,) = timestamps(workbench)
    assert datetime.fromisoformat(OLD) < first < second


def timestamps(workbench: Workbench) -> set[datetime]:
    found = workbench.query(
        "SELECT inserted_at FROM compliance_requirements_overviews WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s"
        " UNION ALL"
        " SELECT inserted_at FROM compliance_overview_summaries WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s"
    )
    return {moment for (moment,) in found}


def test_a_second_run_writes_the_same_again_under_new_ids(workbench: Workbench, implementation: str) -> None:
    first = workbench.run(implementation)
    before, ids = workbench.written(first["regions_processed"]), ids_of(workbench)
    others = workbench.contents().others
    assert workbench.run(implementation) == first
    assert workbench.written(first["regions_processed"]) == before == CASE.before
    assert not ids & ids_of(workbench)
    assert workbench.contents().others == others


def ids_of(workbench: Workbench) -> set[object]:
    found = workbench.query(
        "SELECT id FROM compliance_requirements_overviews WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s"
        " UNION ALL SELECT id FROM compliance_overview_summaries WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s"
    )
    return {identifier for (identifier,) in found}


def test_a_run_replaces_what_the_scan_and_the_catalogue_no_longer_hold(
    workbench: Workbench, implementation: str
) -> None:
    workbench.run(implementation)
    workbench.query(
        "UPDATE findings SET muted = true WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s AND status = 'FAIL'"
    )
    workbench.warm({"ts": framework("ProwlerThreatScore", "1.0", **{"1.1": ["b"]})})
    outcome = workbench.run(implementation)
    assert outcome["compliance_frameworks"] == ["ts"]
    assert workbench.written(outcome["regions_processed"]) == written(
        rows("ts 1.1 eu PASS 0/0/1 1/1", "ts 1.1 us PASS 0/0/1"), summaries("ts 1/0/0/1"), ["eu", "us"]
    )


def test_without_a_counted_region_the_old_rows_and_summaries_go(workbench: Workbench, implementation: str) -> None:
    workbench.run(implementation)
    others = workbench.contents().others
    workbench.query("UPDATE findings SET status = 'MANUAL' WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s")
    assert workbench.run(implementation) == {
        "requirements_created": 0,
        "regions_processed": [],
        "compliance_frameworks": [],
    }
    assert workbench.contents().scan == ()
    assert workbench.contents().others == others


def test_frameworks_are_returned_in_the_catalogues_order(workbench: Workbench, implementation: str) -> None:
    catalogue = {name: framework(name, "1", **{"1": ["a"]}) for name in ("zulu", "alpha", "mike")}
    workbench.load({"provider": "aws", "findings": [finding("a", "PASS", "eu", compliance=scored("1"))]}, catalogue)
    assert workbench.run(implementation) == {
        "requirements_created": 3,
        "regions_processed": ["eu"],
        "compliance_frameworks": ["zulu", "alpha", "mike"],
    }
