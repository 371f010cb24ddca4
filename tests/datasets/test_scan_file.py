"""Recorded scans: what a file says is what the database holds, and a fault is named with its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench.database.access import DatabaseAccess
from bench.datasets.catalogue.record import LoadedCatalogue
from bench.datasets.scan import LoadedScan
from bench.datasets.scan.recorded import load_recorded_scan, read_recorded_scan, recorded_provider
from bench.errors import InputError
from tests.support.loaded_scans import MakeDatabase, measured_findings, query

pytestmark = pytest.mark.server

ODD_TEXT = 'a "quote", a\\backslash, a\ttab,\r\na line\b\f\v\\N NULL {} é 😀 \x7f'


def _finding(**members: Any) -> dict[str, Any]:
    return {"check_id": "s3_bucket_public", "status": "PASS", **members}


# Each with what the database must hold: array, regions of the resources, compliance, muted.
CASES: tuple[tuple[str, dict[str, Any], tuple[Any, Any, Any, bool]], ...] = (
    ("nothing given", _finding(), ([], None, {}, False)),
    ("nulls", _finding(muted=None, compliance=None, resource_regions=None, resources=None), (None, None, None, False)),
    ("derived", _finding(resources=[{"region": "b"}, {"region": "a"}, {"region": "b"}]),
     (["b", "a"], ["a", "b", "b"], {}, False)),
    ("null beside a resource", _finding(resource_regions=None, resources=[{"region": "r1"}]),
     (None, ["r1"], {}, False)),
    ("empty beside a resource", _finding(resource_regions=[], resources=[{"region": "r2"}]), ([], ["r2"], {}, False)),
    ("empty region", _finding(resource_regions=[], resources=[{"region": ""}]), ([], [""], {}, False)),
    ("array without a resource", _finding(resource_regions=["r3"]), (["r3"], None, {}, False)),
    ("array beside another region", _finding(resource_regions=["r4"], resources=[{"region": "r5"}]),
     (["r4"], ["r5"], {}, False)),
    ("duplicates", _finding(resource_regions=["r6", "r6"], resources=[{"region": "r6"}] * 2),
     (["r6", "r6"], ["r6", "r6"], {}, False)),
    ("empty text and NULL as texts", _finding(resource_regions=["", "NULL", "r7"]),
     (["", "NULL", "r7"], None, {}, False)),
    ("odd region", _finding(resource_regions=[ODD_TEXT], resources=[{"region": ODD_TEXT}]),
     ([ODD_TEXT], [ODD_TEXT], {}, False)),
    ("muted", _finding(muted=True, resource_regions=["muted-region"]), (["muted-region"], None, {}, True)),
    ("manual", _finding(status="MANUAL", resource_regions=["manual-region"]), (["manual-region"], None, {}, False)),
    ("failing", _finding(status="FAIL", resource_regions=["r8"], muted=False), (["r8"], None, {}, False)),
    ("compliance as a list", _finding(compliance=["a", {"b": 1}]), ([], None, ["a", {"b": 1}], False)),
    ("ThreatScore null", _finding(compliance={"ProwlerThreatScore-1.0": None}),
     ([], None, {"ProwlerThreatScore-1.0": None}, False)),
    ("compliance of every kind", _finding(compliance={ODD_TEXT: ["1.1", "1.1", 2.5, True, "", {}, 10**30]}),
     ([], None, {ODD_TEXT: ["1.1", "1.1", 2.5, True, "", {}, 10**30]}, False)),
    ("compliance as a text", _finding(compliance="text"), ([], None, "text", False)),
    ("odd check", _finding(check_id=ODD_TEXT), ([], None, {}, False)),
    ("longest check", _finding(check_id="é" * 100, resource_regions=["é" * 100]), (["é" * 100], None, {}, False)),
    ("more members", _finding(severity="high", uid=1), ([], None, {}, False)),
)  # fmt: skip


def _write(path: Path, content: Any) -> Path:
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def access(make_database: MakeDatabase) -> DatabaseAccess:
    return make_database()


@pytest.fixture(scope="module")
def loaded(
    access: DatabaseAccess, small_catalogue: LoadedCatalogue, tmp_path_factory: pytest.TempPathFactory
) -> LoadedScan:
    content = {"provider": "aws", "findings": [finding for _, finding, _ in CASES]}
    path = _write(tmp_path_factory.mktemp("scan") / "odd.json", content)
    return load_recorded_scan(access, path, small_catalogue)


@pytest.mark.parametrize("number", range(len(CASES)), ids=[name for name, _, _ in CASES])
def test_a_recorded_finding_is_stored_as_it_is(access: DatabaseAccess, loaded: LoadedScan, number: int) -> None:
    _, finding, (array, resources, compliance, muted) = CASES[number]
    row = measured_findings(
        access,
        loaded,
        "check_id, status, muted, resource_regions, compliance, compliance IS NULL,"
        " (SELECT array_agg(r.region ORDER BY r.region) FROM resources r JOIN resource_finding_mappings m"
        " ON m.resource_id = r.id WHERE m.finding_id = findings.id)",
    )[number]
    assert row == (finding["check_id"], finding["status"], muted, array, compliance, compliance is None, resources)


def test_regions_that_count_follow_the_array(loaded: LoadedScan, small_catalogue: LoadedCatalogue) -> None:
    expected = {"a", "b", "r3", "r4", "r6", "", "NULL", "r7", "r8", ODD_TEXT, "é" * 100}
    assert loaded.regions == tuple(sorted(expected))
    assert loaded.expected_rows == len(expected) * small_catalogue.requirement_count == len(expected) * 3
    assert loaded.findings == len(CASES)


def test_bystanders_and_warm_up_are_beside_a_recorded_scan_too(access: DatabaseAccess, loaded: LoadedScan) -> None:
    for scan, findings in (*zip(loaded.bystanders, (200, 200, 40), strict=True), (loaded.warm_up, 1)):
        statement = "SELECT count(*) FROM findings WHERE tenant_id = %s AND scan_id = %s"
        assert query(access, statement, scan.tenant_id, scan.scan_id) == [(findings,)]


def test_the_same_content_gives_the_same_scan_and_another_one_another_fingerprint(
    loaded: LoadedScan, make_database: MakeDatabase, small_catalogue: LoadedCatalogue, tmp_path: Path
) -> None:
    first = _write(tmp_path / "first.json", {"provider": "aws", "findings": []})
    renamed = _write(tmp_path / "renamed.json", {"findings": [], "provider": "aws"})
    loads = [load_recorded_scan(make_database(), path, small_catalogue) for path in (first, renamed)]
    assert loads[0] == loads[1]
    assert loads[0].fingerprint != loaded.fingerprint
    assert (loads[0].regions, loads[0].expected_rows, loads[0].findings) == ((), 0, 0)


def test_the_provider_is_read_and_its_catalogue_demanded(tmp_path: Path, small_catalogue: LoadedCatalogue) -> None:
    path = _write(tmp_path / "scan.json", {"provider": "azure", "findings": []})
    assert recorded_provider(path) == "azure"
    nowhere = DatabaseAccess("host=/nonexistent", "gone", "app", "admin")
    with pytest.raises(
        InputError, match="is of provider 'azure' but the catalogue of 'aws'; give a catalogue of 'azure'"
    ):
        load_recorded_scan(nowhere, path, small_catalogue)


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "scan.json"
    path.write_text('{"provider": "aws", "findings": []}', encoding="utf-8-sig")
    assert tuple(read_recorded_scan(path).findings()) == ()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "line 1, column 1: not JSON"),
        ('{"provider": "aws",\n "findings": [}', "line 2, column 15: not JSON"),
        (b'{"provider": "\xff"}', "line 1: byte 0xff is not UTF-8"),
        ("[]", "$: found no finding, so no provider; give Prowler's OCSF JSON or CSV, JSON lines or a list of rows"),
        ('{"findings": []}', "'provider' is missing"),
        ('{"provider": null, "findings": []}', "provider: expected text, found null"),
        ('{"provider": "", "findings": []}', '$.provider: "" is no provider; write one of aws, azure, gcp,'),
        ('{"provider": "AWS", "findings": []}', '$.provider: "AWS" is no provider; write one of aws, azure, gcp,'),
        (f'{{"provider": "{"x" * 51}", "findings": []}}', "is no provider; write one of aws, azure, gcp,"),
        ('{"provider": "aws"}', "'findings' is missing"),
        ('{"provider": "aws", "findings": {}}', "findings: expected a list, found an object"),
        ('{"provider": "aws", "findings": [], "findings": []}', 'key "findings" occurs twice'),
    ],
)
def test_a_fault_of_the_file_is_named_with_its_place(tmp_path: Path, content: str | bytes, message: str) -> None:
    path = tmp_path / "scan.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError) as caught:
        read_recorded_scan(path)
    assert message in str(caught.value)
    assert str(caught.value).startswith(f"scan file {str(path)!r}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ('"check_id": 7', "findings[1].check_id: expected text, found a number"),
        ('"check_id": "a\\u0000b"', "findings[1].check_id: NUL at character 2"),
        (f'"check_id": "{"x" * 101}"', "findings[1].check_id: 101 characters; the column holds 100, shorten it"),
        ('"status": "passed"', "findings[1].status: 'passed' is no status; write PASS, FAIL or MANUAL"),
        ('"status": null', "findings[1].status: expected text, found null"),
        ('"muted": "true"', "findings[1].muted: expected true or false"),
        ('"muted": 1', "findings[1].muted: expected true or false"),
        ('"resource_regions": "eu"', "findings[1].resource_regions: expected a list, found text"),
        ('"resource_regions": ["a", null]', "findings[1].resource_regions[1]: expected text, found null"),
        ('"resource_regions": ["\\u0000"]', "findings[1].resource_regions[0]: NUL at character 1"),
        (f'"resource_regions": ["{"x" * 101}"]', "findings[1].resource_regions[0]: 101 characters"),
        (f'"resources": [{{"region": "{"x" * 101}"}}]', "findings[1].resources[0].region: 101 characters"),
        ('"resources": ["eu"]', "findings[1].resources[0]: expected an object, found text"),
        ('"resources": [{}]', "findings[1].resources[0]: 'region' is missing"),
        ('"resources": [{"region": 1}]', "findings[1].resources[0].region: expected text, found a number"),
        ('"resources": [{"region": "\\ud800"}]', "findings[1].resources[0].region: half a surrogate pair"),
        ('"compliance": {"CIS-3.0": ["1", "\\u0000"]}', 'findings[1].compliance["CIS-3.0"][1]: NUL at character 1'),
        ('"compliance": {"a": {"x": 1, "x": 2}}', 'findings[1].compliance.a: key "x" occurs twice'),
        ('"compliance": {"a\\u0000": 1}', "findings[1].compliance: key"),
        ('"compliance": [NaN]', "findings[1].compliance[0]: not a finite number"),
        ('"compliance": [-1e999]', "findings[1].compliance[0]: not a finite number"),
        (f'"compliance": {"[" * 5000}{"]" * 5000}', "nested too deeply"),
    ],
)
def test_a_fault_of_a_finding_is_named_with_its_place(tmp_path: Path, members: str, message: str) -> None:
    good = '{"check_id": "a", "status": "PASS"}'
    key = members.partition(":")[0]
    rest = "".join(f", {text}" for text in ('"check_id": "a"', '"status": "PASS"') if not text.startswith(key))
    path = tmp_path / "scan.json"
    path.write_text(f'{{"provider": "aws", "findings": [{good}, {{{members}{rest}}}]}}')
    with pytest.raises(InputError) as caught:
        read_recorded_scan(path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("missing", ["check_id", "status"])
def test_a_finding_has_a_check_and_a_status(tmp_path: Path, missing: str) -> None:
    finding = {key: value for key, value in _finding().items() if key != missing}
    path = _write(tmp_path / "scan.json", {"provider": "aws", "findings": [finding]})
    with pytest.raises(InputError, match=rf"findings\[0\]: '{missing}' is missing"):
        read_recorded_scan(path)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no scan file .*gone\.json; check the path"):
        read_recorded_scan(tmp_path / "gone.json")
    with pytest.raises(InputError, match=r"cannot read the scan file .*: it is a folder"):
        read_recorded_scan(tmp_path)
