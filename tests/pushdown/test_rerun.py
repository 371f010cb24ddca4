"""A re-run writes what changed and nothing else, and leaves what streaming would leave."""

from __future__ import annotations

from copy import deepcopy
from uuid import RFC_4122

import pytest

from bench.compliance.cases.case import with_requirements
from bench.compliance.cases.text_cases import TEXT_CASES
from tests.support.lanes import LANES, PUSHDOWN, STREAMING
from tests.support.pushdown_tables import CATALOGUE, REGIONS, ROWS, SCAN, Key, changed, contents, places, wal_bytes
from tests.support.workbench import Workbench


@pytest.fixture(params=LANES)
def lane(request: pytest.FixtureRequest) -> str:
    """Each lane in turn."""
    lane: str = request.param
    return lane


def rerun(workbench: Workbench, lane: str = PUSHDOWN) -> set[Key]:
    """Run again, require what streaming leaves, and return what was written or deleted."""
    before = places(workbench)
    outcome = workbench.run(lane)
    after = places(workbench)
    left = contents(workbench)
    expected = workbench.run(STREAMING)
    assert left == contents(workbench)
    # Streaming returns regions in the order of whatever plan the server picks.
    assert outcome | {"regions_processed": sorted(outcome["regions_processed"])} == expected | {
        "regions_processed": sorted(expected["regions_processed"])
    }
    return changed(before, after)


def rows_of(compliance_id: str, *requirement_ids: str, regions: tuple[str, ...] = REGIONS) -> set[Key]:
    return {(compliance_id, requirement_id, region) for requirement_id in requirement_ids for region in regions}


def test_nothing_changed_nothing_is_written(written: Workbench, lane: str) -> None:
    assert len(places(written)) == ROWS + len(CATALOGUE)
    assert rerun(written, lane) == set()


def test_what_another_implementation_wrote_counts_as_written(loaded: Workbench) -> None:
    loaded.run(STREAMING)
    assert rerun(loaded) == set()


@pytest.mark.parametrize("name", TEXT_CASES)
def test_every_text_is_found_equal_again(workbench: Workbench, name: str) -> None:
    case = TEXT_CASES[name]
    workbench.load(case.scan, case.catalogue)
    workbench.run(PUSHDOWN)
    assert rerun(workbench) == set()


def test_an_unchanged_re_run_writes_a_hundredth_of_the_wal_that_streaming_writes(workbench: Workbench) -> None:
    workbench.load(SCAN, {"cis": with_requirements("CIS", "3.0", {str(n): ["a"] for n in range(2_000)})})
    workbench.run(PUSHDOWN)
    unchanged = wal_bytes(workbench, lambda: workbench.run(PUSHDOWN))
    assert 100 * unchanged <= wal_bytes(workbench, lambda: workbench.run(STREAMING))


def test_a_finding_that_fails_now_writes_its_checks_rows_in_its_region(written: Workbench, lane: str) -> None:
    written.query(
        "UPDATE findings SET status = 'FAIL' WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s AND check_id = 'a'"
        " AND resource_regions = '{eu}'"
    )
    in_eu = rows_of("cis", "1", "2", regions=("eu",)) | rows_of("ts", "1.1", "1.2", regions=("eu",))
    assert rerun(written, lane) == in_eu | {("cis",), ("ts",)}


def test_a_region_that_vanishes_takes_its_rows_along(written: Workbench) -> None:
    written.query(
        "UPDATE findings SET muted = true WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s"
        " AND resource_regions = '{ap}'"
    )
    assert {region for _, _, region in rerun(written)} == {"ap"}


def test_a_new_region_brings_its_rows(written: Workbench) -> None:
    written.query(
        "UPDATE findings SET resource_regions = '{ap,new}' WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s"
        " AND resource_regions = '{ap}'"
    )
    assert {region for _, _, region in rerun(written)} == {"new"}


def test_without_a_counted_region_all_goes(written: Workbench, lane: str) -> None:
    written.query("UPDATE findings SET muted = true WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s")
    assert len(rerun(written, lane)) == ROWS + len(CATALOGUE)
    assert places(written) == {}


def test_changed_texts_write_their_requirements_rows(written: Workbench) -> None:
    catalogue = deepcopy(CATALOGUE)
    catalogue["iso"]["requirements"]["7"]["description"] = "Said otherwise"
    written.warm(catalogue)
    assert rerun(written) == rows_of("iso", "7")


def test_requirements_and_frameworks_come_and_go_with_the_catalogue(written: Workbench) -> None:
    catalogue = deepcopy(CATALOGUE)
    del catalogue["cis"], catalogue["iso"]["requirements"]["7"]
    catalogue["iso"]["requirements"]["70"] = {"checks": ["a"]}
    catalogue["new"] = {"framework": "New", "requirements": {"1": {"checks": []}}}
    written.warm(catalogue)
    gone = rows_of("cis", "1", "2", "3") | rows_of("iso", "7") | {("cis",)}
    assert rerun(written) == gone | rows_of("iso", "70") | rows_of("new", "1") | {("new",)}


@pytest.mark.parametrize(
    "column",
    [
        *("framework", "version", "description", "total_checks", "requirement_status"),
        *("passed_checks", "failed_checks", "passed_findings", "total_findings"),
    ],
)
def test_a_row_that_differs_in_any_column_is_written_again_and_its_neighbours_stay(
    written: Workbench, column: str
) -> None:
    """Also where its texts differ from those of the same requirement in other regions."""
    value = "MANUAL" if column == "requirement_status" else "77"
    written.connection.execute(
        f"UPDATE compliance_requirements_overviews SET {column} = '{value}'"
        " WHERE compliance_id = 'cis' AND requirement_id = '2' AND region = 'eu' AND tenant_id = %s AND scan_id = %s",
        [written.loaded.key.tenant_id, written.loaded.key.scan_id],
    )
    assert rerun(written) == rows_of("cis", "2", regions=("eu",))


def test_a_summary_that_differs_is_written_again(written: Workbench) -> None:
    written.query(
        "UPDATE compliance_overview_summaries SET requirements_passed = 77"
        " WHERE compliance_id = 'iso' AND tenant_id = %(tenant)s AND scan_id = %(scan)s"
    )
    assert rerun(written) == {("iso",)}


def test_where_most_rows_change_all_are_replaced(written: Workbench, lane: str) -> None:
    """The rows without checks would stay otherwise; the summaries do."""
    written.query("UPDATE findings SET status = 'FAIL' WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s")
    touched = rerun(written, lane)
    assert rows_of("cis", "3") < touched
    assert sum(len(key) == 3 for key in touched) == ROWS


def test_ids_are_of_version_7_and_ascend_in_the_order_in_which_rows_lie(loaded: Workbench, lane: str) -> None:
    """Also beyond what a millisecond's counter holds."""
    loaded.warm({"cis": with_requirements("CIS", "3.0", {str(number): ["a"] for number in range(3_000)})})
    loaded.run(lane)
    ids = [
        found
        for (found,) in loaded.query(
            "SELECT id FROM compliance_requirements_overviews"
            " WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s ORDER BY ctid"
        )
    ]
    assert len(set(ids)) == 9_000
    assert ids == sorted(ids)
    assert {(found.version, found.variant) for found in ids} == {(7, RFC_4122)}
