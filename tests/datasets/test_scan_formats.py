"""Every format of a scan file gives the same findings, packed or not, and what cannot be read is named."""

from __future__ import annotations

import csv
import gzip
import io
import json
import lzma
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.datasets.scan import packing
from bench.datasets.scan.finding import RecordedFinding, RecordedResource
from bench.datasets.scan.formats import READABLE, read_scan
from bench.datasets.scan.prowler_csv import csv_finding, csv_rows
from bench.datasets.scan.recorded import RecordedScan, read_recorded_scan
from bench.errors import InputError
from bench.files.input_file import FileKind
from tests.support.scan_formats import FINDINGS, FORMATS, PACKINGS, SECRETS, csv_text, ocsf, row

pytestmark = [pytest.mark.slow, pytest.mark.server]

EXPECTED = tuple(
    RecordedFinding(
        check_id=found["check"],
        status=found["status"],
        muted=found["muted"],
        compliance=found["compliance"],
        resource_regions=(found["region"],) if found["region"] else (),
        resources=(RecordedResource(found["region"], found["uid"]),),
    )
    for found in FINDINGS
)


def write(folder: Path, content: str | bytes) -> Path:
    path = folder / "scan"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refusal(folder: Path, content: str | bytes, provider: str | None = None) -> str:
    path = write(folder, content)
    with pytest.raises(InputError) as caught:
        read_recorded_scan(path, provider)
    message = str(caught.value)
    assert "\n" not in message
    assert str(path) in message
    return message


@pytest.mark.parametrize("packing_name", PACKINGS)
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_scan(tmp_path: Path, name: str, packing_name: str) -> None:
    path = write(tmp_path, PACKINGS[packing_name](FORMATS[name].encode()))
    scan = read_recorded_scan(path)
    assert scan.provider == "aws"
    assert tuple(scan.findings()) == EXPECTED


@pytest.mark.parametrize("name", FORMATS)
def test_names_are_replaced_by_numbers_that_share_nothing_with_them(tmp_path: Path, name: str) -> None:
    scan = read_recorded_scan(write(tmp_path, FORMATS[name]), keep_names=False)
    found = list(scan.findings())
    assert [one.resources[0].uid for one in found] == ["resource-1", "resource-1", "resource-2", "resource-3"]
    assert [one.resources[0].region for one in found] == [one["region"] for one in FINDINGS], "AWS's regions are public"
    assert found == list(scan.findings()), "the same file gives the same names"
    assert not any(secret in repr(found) for secret in SECRETS)


def test_regions_that_are_names_are_replaced_too_and_places_are_not(tmp_path: Path) -> None:
    found: list[dict[str, Any]] = [
        {**FINDINGS[0], "region": region, "uid": "repository"}
        for region in ("payroll-team", "global", "other", "payroll-team", "")
    ]
    for provider, expected in (
        ("github", ["region-1", "global", "region-2", "region-1", ""]),
        ("azure", ["payroll-team", "global", "other", "payroll-team", ""]),
    ):
        path = write(tmp_path, json.dumps([ocsf(one, provider) for one in found]))
        scan = RecordedScan(path, provider, keep_names=False)
        assert [one.resources[0].region for one in scan.findings()] == expected
        assert [one.resource_regions for one in scan.findings()] == [(one,) if one else () for one in expected]
        uids = [one.resources[0].uid for one in scan.findings()]
        assert uids == ["resource-1", "resource-2", "resource-3", "resource-1", "resource-4"], "one per region"
        kept = [one.resources[0].uid for one in RecordedScan(path, provider).findings()]
        assert kept == ["repository", *(f"repository in {one}" for one in ("global", "other")), "repository", kept[-1]]


def test_a_namespace_is_the_region_of_kubernetes(tmp_path: Path) -> None:
    finding = ocsf(FINDINGS[0])
    finding["resources"] = [{"uid": "pod-1", "namespace": "kube-system"}]
    del finding["cloud"]
    finding["unmapped"]["provider"] = "kubernetes"
    (found,) = read_recorded_scan(write(tmp_path, json.dumps([finding]))).findings()
    assert found.resources == (RecordedResource("namespace: kube-system", "pod-1"),)
    assert found.resource_regions == ("namespace: kube-system",)


@pytest.mark.parametrize(
    ("members", "muted"),
    [
        ({"status": "Suppressed"}, True),
        ({"status_id": 3}, True),
        ({"unmapped": {"provider": "aws", "muted": True}}, True),
        ({"status": "New", "status_id": 1}, False),
        ({"unmapped": {"provider": "aws", "muted": "true"}}, False),
    ],
)
def test_each_sign_of_a_muted_finding_counts(tmp_path: Path, members: dict[str, Any], muted: bool) -> None:
    finding = {**ocsf(FINDINGS[0]), "status": "New", "status_id": 1, **members}
    (found,) = read_recorded_scan(write(tmp_path, json.dumps([finding]))).findings()
    assert found.muted is muted


def test_the_provider_of_the_cloud_stands_in_for_an_older_file(tmp_path: Path) -> None:
    finding = ocsf(FINDINGS[0], "gcp")
    del finding["unmapped"]["provider"]
    assert read_recorded_scan(write(tmp_path, json.dumps([finding]))).provider == "gcp"


def test_a_row_may_have_its_only_resource_as_members(tmp_path: Path) -> None:
    flat = {"provider": "aws", "check_id": "a", "status": "PASS", "region": "eu-west-1", "resource_uid": "u"}
    (found,) = read_recorded_scan(write(tmp_path, json.dumps([flat]))).findings()
    assert found.resources == (RecordedResource("eu-west-1", "u"),)
    assert found.resource_regions == ("eu-west-1",)


def test_a_provider_that_no_finding_names_can_be_given(tmp_path: Path) -> None:
    bare = '{"check_id": "a", "status": "PASS"}\n'
    assert 'line 1: $: no provider is named; add "provider"' in refusal(tmp_path, bare)
    assert read_recorded_scan(write(tmp_path, bare), "okta").provider == "okta"
    for empty in ("[]", csv_text().partition("\r\n")[0]):
        assert read_recorded_scan(write(tmp_path, empty), "okta") == RecordedScan(tmp_path / "scan", "okta")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PAR1\x15\x04", "found a Parquet file; give Prowler's OCSF JSON or CSV"),
        (b"\xff\xfe[\0]\0", "found text in UTF-16; save it as UTF-8"),
        (b"\x28\xb5\x2f\xfd\x00", "found data compressed by zstd; unpack it first"),
        (b"<html></html>", "found HTML or XML; give Prowler's"),
        (b"scan.json" + b"\0" * 248 + b"ustar\x0000", "found a tar archive; give Prowler's"),
        ("id;title\n1;x\n", 'found neither JSON nor CSV with a column CHECK_ID but "id;title'),
        ("check_id;status\n", "line 1: column REGION is missing"),
        ("CHECK_ID;STATUS;REGION;STATUS\n", "line 1: column STATUS occurs twice"),
        ("CHECK_ID;STATUS;REGION\na;PASS\n", "line 2: 2 fields, but the header has 3"),
        ('CHECK_ID;STATUS;REGION;PROVIDER\n"a\nb";PASS;r;aws\nc;OK;r;aws\n', "line 4: STATUS: 'OK' is no status"),
        ('CHECK_ID;STATUS;REGION\na;"PASS', "line 2: not CSV: unexpected end of data"),
        (f'CHECK_ID;STATUS;REGION\na;"{"x" * 1_000_001}', "line 2: not CSV: field larger than field limit"),
        ("CHECK_ID;STATUS;REGION\na;PASS;\xff\n".encode("latin-1"), "line 2: byte 0xff is not UTF-8"),
        ("CHECK_ID;STATUS;REGION\na;PASS;\0\n", "line 2: REGION: NUL at character 1"),
        ("CHECK_ID;STATUS;REGION;MUTED\na;PASS;r;maybe\n", 'line 2: MUTED: "maybe" is neither True nor False'),
        ("CHECK_ID;STATUS;REGION;COMPLIANCE\na;PASS;r;CIS\n", 'line 2: COMPLIANCE: "CIS" is not a framework'),
        ("CHECK_ID;STATUS;REGION;PROVIDER\na;PASS;r;AWS\n", 'line 2: PROVIDER: "AWS" is no provider'),
        ("CHECK_ID;STATUS;REGION\n" + "a;" * 2_100_000, "line 2: more than 4,000,000 characters"),
        ('[{"ProductArn": "x"}]', "$[0]: found a finding in the AWS Security Finding Format; give Prowler's"),
        ('[{"AssessmentStartTime": "x", "CheckID": "a"}]', "$[0]: found a finding in the JSON of Prowler 3"),
        ('[{"b": 1, "c": 2}]', '$[0]: found an object with the keys "b", "c"; give Prowler\'s'),
        ("[{}]", "$[0]: found an object with no keys; give Prowler's"),
        ('[{"check_id": "a", "check_id": "b"}]', '$[0]: key "check_id" occurs twice'),
        ("[7]", "$[0]: expected an object, found a number"),
        ('{"machine_info": {}, "benchmarks": []}', '$: found an object with the keys "machine_info", "benchmarks"'),
        ('{"check_id": "a", "status": "PASS"}\n{"check_id": 1}', "line 1: $: no provider is named"),
        ('{"check_id": "a", "status": "PASS", "provider": "aws"}\n\n{"check_id": 1}', "line 3: $.check_id: expected"),
        ('{"check_id": "a", "status": "PASS", "provider": "aws"}\n{"check_id"', "the file ends too early"),
        (json.dumps([{**row(FINDINGS[0]), "provider": "aws"}, {**row(FINDINGS[0]), "provider": "gcp"}]),
         "$[1].provider: gcp is not aws, which was given or named before"),
        (json.dumps([{**ocsf(FINDINGS[0]), "metadata": {}}]), "$[0].metadata: 'event_code' is missing"),
        (json.dumps([{**ocsf(FINDINGS[0]), "status_code": "INFO"}]), "$[0].status_code: 'INFO' is no status"),
        (json.dumps([{**ocsf(FINDINGS[0]), "resources": {}}]), "$[0].resources: expected a list, found an object"),
        (json.dumps([{**ocsf(FINDINGS[0]), "unmapped": []}]), "$[0].unmapped: expected an object, found a list"),
        (json.dumps([ocsf(FINDINGS[0], "clouds")]), '$[0].unmapped.provider: "clouds" is no provider'),
        ('[{"status_code": "PASS"}]', "$[0]: 'metadata' is missing"),
        (json.dumps([{**row(FINDINGS[0]), "resources": [{"region": "r", "uid": "é" * 1_001}]}]), "2,002 bytes"),
    ],
    ids=range(36),
)  # fmt: skip
def test_what_cannot_be_read_is_named_with_its_place(tmp_path: Path, content: str | bytes, message: str) -> None:
    assert message in refusal(tmp_path, content)


def test_a_refusal_says_what_can_be_read(tmp_path: Path) -> None:
    assert refusal(tmp_path, b"PAR1").endswith(READABLE)


def _zip(*names: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in names:
            archive.writestr(name, FORMATS["CSV"])
    return packed.getvalue()


def _xz_for_much_memory() -> bytes:
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 2**28}]
    return lzma.compress(b"[]", lzma.FORMAT_XZ, filters=filters)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (gzip.compress(b"[1, 2, 3]")[:-9], "as gzip: it ends too early; pack it again"),
        (gzip.compress(b"[1]")[:10] + b"\xff" * 20, "as gzip: "),
        (gzip.compress(b"[1]") + b"rubbish", "as gzip: "),
        (PACKINGS["bzip2"](b"[1]")[:-4], "as bzip2: it ends too early"),
        (b"BZh9rubbish", "as bzip2: Invalid data stream"),
        (PACKINGS["xz"](b"[1]")[:-8], "as xz: it ends too early"),
        (PACKINGS["xz"](b"[1]") + b"rubbish", "as xz: "),
        (_xz_for_much_memory(), "as xz: Memory usage limit exceeded"),
        (_zip(), "as zip: it holds 0 files (none), and one is expected"),
        (_zip("a.csv", "b.csv"), 'as zip: it holds 2 files ("a.csv", "b.csv"), and one is expected'),
        (_zip("a.csv")[:-10], "as zip: File is not a zip file"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} bytes",
)
def test_a_damaged_archive_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    assert message in refusal(tmp_path, content)


def test_an_archive_that_unpacks_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = gzip.compress(b"[" + b" " * 50_000_000)
    monkeypatch.setattr(packing, "SCAN_FILE", FileKind(name="scan file", most_bytes=2**22, source="", remedy=""))
    assert "unpacked, it has more than 4 MiB" in refusal(tmp_path, bomb)


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=12)


@given(st.lists(st.tuples(TEXT.filter(bool), TEXT), min_size=1, max_size=4), st.integers(1, 30))
def test_csv_is_read_as_it_is_written_whatever_the_pieces(cells: list[tuple[str, str]], size: int) -> None:
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";")
    writer.writerow(["CHECK_ID", "STATUS", "REGION"])
    for check, region in cells:
        writer.writerow([check, "PASS", region])
    content = written.getvalue().encode()
    pieces = iter([content[start : start + size] for start in range(0, len(content), size)])
    found = [csv_finding(one) for one in csv_rows("file", lambda: next(pieces, b""), ";")]
    assert [(one.check_id, one.resources[0].region) for one in found] == cells


_PEAK = """
import re, sys
from pathlib import Path
from bench.datasets.scan.recorded import read_recorded_scan
sum(1 for _ in read_recorded_scan(Path(sys.argv[1]), keep_names=False).findings())
print(int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) * 1024)
"""


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", ["OCSF", "OCSF lines", "CSV"])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, name: str, packed: bool) -> None:
    """By the RSS of a separate process: sixteen times the findings cost less than a fifth of what they weigh.

    Not by getrusage, whose peak begins at that of the process which starts the other.
    """
    peaks, weights = [], []
    for count in (1_000, 16_000):
        findings = FORMATS[name]
        if name == "CSV":
            head, _, body = findings.partition("\r\n")
            content = f"{head}\r\n{body.replace('left', 'x' * 1_500) * (count // len(FINDINGS))}"
        else:
            one = json.dumps({**ocsf(FINDINGS[0]), "risk_details": "x" * 1_500})
            content = f"[{','.join([one] * count)}]" if name == "OCSF" else f"{one}\n" * count
        weights.append(len(content))
        path = write(tmp_path, gzip.compress(content.encode(), 1) if packed else content)
        finished = subprocess.run([sys.executable, "-c", _PEAK, str(path)], capture_output=True, text=True, check=True)
        peaks.append(int(finished.stdout))
    assert peaks[1] - peaks[0] < (weights[1] - weights[0]) / 5


def test_reading_stops_where_nobody_reads_on(tmp_path: Path) -> None:
    """The provider of a file that names it in each finding is known after the first one."""
    path = write(tmp_path, FORMATS["OCSF lines"] + "rubbish")
    assert next(iter(read_scan(path))) == "aws"
