"""Prowler's compliance files read the same from a checkout, a folder or a wheel; faults are named with their place."""

from __future__ import annotations

import json
import os
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.datasets.catalogue import prowler_files
from bench.datasets.catalogue.prowler import prowler_catalogue
from bench.datasets.catalogue.record import CATALOGUE_FILE
from bench.datasets.catalogue.source import load_catalogue, load_catalogues
from bench.datasets.providers import PROVIDERS
from bench.errors import InputError


def legacy(provider: str = "AWS", **changes: Any) -> dict[str, Any]:
    """A file in Prowler's older form."""
    return {
        "Framework": "CIS",
        "Name": "A benchmark",
        "Version": "3.0",
        "Provider": provider,
        "Description": "About the whole",
        "Requirements": [
            {"Id": "1.2", "Description": "Ñandú", "Checks": ["b", "a", "b"], "Attributes": [{"Section": "1"}]},
            {"Id": "1.1", "Name": "No check", "Description": "Manual", "Checks": [], "Attributes": []},
        ],
    } | changes


UNIVERSAL = {
    "framework": "CCM",
    "version": None,
    "requirements": [
        {"id": "A-1", "description": "Both", "checks": {"AWS": ["x"], "gcp": ["y"]}},
        {"id": "A-2", "checks": {}},
    ],
}

FILES: dict[str, object] = {
    "prowler/compliance/aws/cis_3.0_aws.json": legacy(),
    "prowler/compliance/aws/ccm_aws.json": UNIVERSAL,
    "prowler/compliance/aws/empty_aws.json": b"",
    "prowler/compliance/aws/__init__.py": b"# not a framework",
    "prowler/compliance/gcp/cis_2.0_gcp.json": legacy("GCP", Version=""),
    "prowler/compliance/everything.json": UNIVERSAL,
    "dashboard/compliance/cis_aws.json": b"not this one",
}

AWS = {
    "ccm_aws": {
        "framework": "CCM",
        "requirements": {"A-1": {"description": "Both", "checks": {"x": None}}, "A-2": {"checks": {}}},
    },
    "cis_3.0_aws": {
        "framework": "CIS",
        "version": "3.0",
        "requirements": {
            "1.2": {"description": "Ñandú", "checks": {"b": None, "a": None}},
            "1.1": {"description": "Manual", "checks": {}},
        },
    },
}


BESIDE_THE_FOLDERS = {"everything": AWS["ccm_aws"]}
ALL_OF_AWS = AWS | BESIDE_THE_FOLDERS


def encoded(content: object) -> bytes:
    return content if isinstance(content, bytes) else json.dumps(content).encode()


def checkout(folder: Path, files: dict[str, object]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encoded(content))
    return folder


def wheel(folder: Path, files: dict[str, object], prefix: str = "") -> Path:
    path = folder / "prowler-9.9.9-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(prefix + name, encoded(content))
    return path


def fault(path: Path, provider: str = "aws") -> str:
    with pytest.raises(InputError) as caught:
        prowler_catalogue(path, provider)
    assert str(caught.value).isprintable()
    return str(caught.value)


@pytest.mark.parametrize("inside", ["", "prowler", "prowler/compliance", "prowler/compliance/aws"])
def test_a_checkout_and_each_of_its_folders_give_the_same(tmp_path: Path, inside: str) -> None:
    path = checkout(tmp_path / "checkout", FILES) / inside
    loaded = load_catalogue(str(path))
    beside = inside != "prowler/compliance/aws"
    assert loaded.frameworks == (ALL_OF_AWS if beside else AWS)
    assert list(loaded.frameworks) == ["ccm_aws", "cis_3.0_aws", *(["everything"] if beside else [])]
    assert list(loaded.frameworks["cis_3.0_aws"]["requirements"]) == ["1.2", "1.1"]
    assert (loaded.provider, loaded.source) == ("aws", path.name)


@pytest.mark.parametrize("prefix", ["", "prowler-9.9.9/"])
def test_a_wheel_or_an_archive_of_the_sources_gives_the_same(tmp_path: Path, prefix: str) -> None:
    path = wheel(tmp_path, FILES, prefix)
    loaded = load_catalogue(str(path))
    assert loaded.frameworks == ALL_OF_AWS
    assert loaded.source == "prowler-9.9.9-py3-none-any.whl"
    assert loaded.fingerprint == prowler_catalogue(checkout(tmp_path / "checkout", FILES)).fingerprint
    assert sorted(file.name for file in tmp_path.iterdir()) == ["checkout", path.name]


def test_another_provider_is_read_from_its_own_folder(tmp_path: Path) -> None:
    for path in (wheel(tmp_path, FILES), checkout(tmp_path / "checkout", FILES)):
        loaded = load_catalogue(str(path), provider="gcp")
        assert list(loaded.frameworks) == ["cis_2.0_gcp", "everything"]
        assert loaded.frameworks["everything"]["requirements"]["A-1"]["checks"] == {"y": None}
        assert loaded.frameworks["cis_2.0_gcp"].get("version") == ""


@pytest.mark.parametrize(
    ("version", "counted"), [("5.29.3", False), ("5.30.0", True), ("6.0.0", True), ("4.99.0", False)]
)
def test_files_beside_the_folders_count_since_the_version_whose_api_counts_them(
    tmp_path: Path, version: str, counted: bool
) -> None:
    expected = ALL_OF_AWS if counted else AWS
    metadata = {f"prowler-{version}.dist-info/METADATA": b"Name: prowler"}
    assert prowler_catalogue(wheel(tmp_path, {**FILES, **metadata})).frameworks == expected
    project = {"pyproject.toml": f'[project]\nname = "prowler"\nversion = "{version}"\n'.encode()}
    assert prowler_catalogue(checkout(tmp_path / "checkout", {**FILES, **project})).frameworks == expected
    assert prowler_catalogue(wheel(tmp_path, {**FILES, **project}, "prowler-main/")).frameworks == expected


@pytest.mark.parametrize("inside", ["", "prowler", "prowler/compliance"])
def test_a_folder_within_an_old_checkout_or_installation_has_its_version(tmp_path: Path, inside: str) -> None:
    old = {"pyproject.toml": b'version = "5.29.0"\n'}
    assert prowler_catalogue(checkout(tmp_path / "checkout", {**FILES, **old}) / inside).frameworks == AWS
    installed = {"prowler-5.29.0.dist-info/METADATA": b""}
    assert prowler_catalogue(checkout(tmp_path / "site-packages", {**FILES, **installed}) / inside).frameworks == AWS


def test_every_provider_is_listed_with_what_loading_it_gives(tmp_path: Path) -> None:
    only = {"framework": "Only", "requirements": [{"id": "1", "checks": {"Linode": ["z"]}}]}
    files = {**FILES, "prowler/compliance/only.json": only}
    for path in (wheel(tmp_path, files), checkout(tmp_path / "checkout", files)):
        listed = load_catalogues(str(path))
        assert [one.provider for one in listed] == [*PROVIDERS, "linode"]
        for one in listed:
            assert one.frameworks == prowler_catalogue(path, one.provider).frameworks
        assert [one.provider for one in listed if one.frameworks] == ["aws", "gcp", "linode"]
    old = {**files, "pyproject.toml": b'version = "5.29.0"\n'}
    assert [one.provider for one in load_catalogues(str(checkout(tmp_path / "old", old)))] == [*PROVIDERS]


def test_of_one_providers_folder_only_that_one_is_listed(tmp_path: Path) -> None:
    folder = checkout(tmp_path, FILES) / "prowler" / "compliance" / "gcp"
    assert [(one.provider, len(one.frameworks)) for one in load_catalogues(str(folder))] == [("gcp", 1)]


def test_frameworks_of_installed_packages_are_named_as_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = wheel(tmp_path, FILES)
    assert prowler_catalogue(path).warnings == ()
    folder = tmp_path / "installed" / "acme_rules-1.0.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-rules\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text("[prowler.compliance.universal]\nacme = acme_rules\n")
    monkeypatch.syspath_prepend(folder.parent)
    loaded = prowler_catalogue(path)
    assert loaded.warnings == (
        "frameworks that installed packages add by entry point are not read: acme of acme-rules",
    )
    assert loaded.frameworks == ALL_OF_AWS
    assert load_catalogue("synthetic").warnings == ()


def test_a_provider_of_the_files_beside_the_folders_needs_no_folder_of_its_own(tmp_path: Path) -> None:
    only = {"framework": "Only", "requirements": [{"id": "1", "checks": {"Okta": ["z"]}}, {"id": "2", "checks": {}}]}
    own = {"framework": "Own", "provider": "OKTA", "requirements": [{"id": "1", "checks": []}]}
    beside = {"prowler/compliance/only.json": only, "prowler/compliance/own.json": own}
    for path in (wheel(tmp_path, {**FILES, **beside}), checkout(tmp_path / "checkout", {**FILES, **beside})):
        loaded = prowler_catalogue(path, "okta").frameworks
        assert list(loaded) == ["only", "own"]
        assert loaded["only"]["requirements"] == {"1": {"checks": {"z": None}}, "2": {"checks": {}}}


def test_a_framework_of_the_providers_folder_wins_over_one_beside_the_folders(tmp_path: Path) -> None:
    files = {**FILES, "prowler/compliance/cis_3.0_aws.json": UNIVERSAL}
    for path in (wheel(tmp_path, files), checkout(tmp_path / "checkout", files)):
        assert prowler_catalogue(path).frameworks == ALL_OF_AWS


def test_a_provider_without_frameworks_has_an_empty_catalogue(tmp_path: Path) -> None:
    for path in (wheel(tmp_path, FILES), checkout(tmp_path / "checkout", FILES)):
        assert prowler_catalogue(path, "okta").frameworks == {}


def test_a_folder_of_another_provider_is_refused(tmp_path: Path) -> None:
    checkout(tmp_path / "checkout", FILES)
    folder = tmp_path / "checkout" / "prowler" / "compliance" / "gcp"
    assert fault(folder, "aws").endswith("has no framework for provider 'aws'; there are gcp")
    assert "no name of Prowler's" in fault(tmp_path, "../aws")
    with pytest.raises(InputError, match="provider 'gpc' is not known to the database; write one of aws, azure, gcp"):
        load_catalogue("synthetic", provider="gpc")


def test_a_requirement_id_that_occurs_twice_counts_once_as_in_production(tmp_path: Path) -> None:
    twice = legacy(Requirements=[{"Id": "1", "Checks": ["a"]}, {"Id": "2", "Checks": []}, {"Id": "1", "Checks": ["b"]}])
    loaded = prowler_catalogue(checkout(tmp_path, {"prowler/compliance/aws/cis_aws.json": twice}))
    assert loaded.frameworks["cis_aws"]["requirements"] == {"1": {"checks": {"b": None}}, "2": {"checks": {}}}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "line 1, column 2: not JSON: the file ends too early; correct it there"),
        (b"\xe9", "line 1: byte 0xe9 is not UTF-8; save the file as UTF-8"),
        ([], "$: expected an object, found a list"),
        ({}, "$: 'Framework' is missing; is this a Prowler compliance file?"),
        ({"Framework": "F"}, "$: 'Requirements' is missing; is this a Prowler compliance file?"),
        (legacy(Framework=None), "$.Framework: expected text, found null"),
        (legacy(framework="G"), '$: key "framework" occurs twice, once in another case; keep one of the two'),
        (legacy(Version=3), "$.Version: expected text, found a number"),
        (legacy(Requirements={}), "$.Requirements: expected a list, found an object"),
        (legacy(Requirements=["1"]), "$.Requirements[0]: expected an object, found text"),
        (
            legacy(Requirements=[{"Checks": []}]),
            "$.Requirements[0]: 'Id' is missing; is this a Prowler compliance file?",
        ),
        (
            legacy(Requirements=[{"Id": "1"}]),
            "$.Requirements[0]: 'Checks' is missing; is this a Prowler compliance file?",
        ),
        (legacy(Requirements=[{"Id": 1, "Checks": []}]), "$.Requirements[0].Id: expected text, found a number"),
        (
            legacy(Requirements=[{"Id": "1", "Checks": ["a", None]}]),
            "$.Requirements[0].Checks[1]: expected text, found null",
        ),
        (
            legacy(Requirements=[{"Id": "1", "Checks": {"aws": "a"}}]),
            "$.Requirements[0].Checks.aws: expected a list, found text",
        ),
        (
            legacy(Requirements=[{"Id": "1", "Description": "\0", "Checks": []}]),
            "$.Requirements[0].Description: NUL at character 1, which PostgreSQL cannot store; remove it",
        ),
    ],
)
def test_a_fault_in_a_file_is_named_with_file_and_place(tmp_path: Path, content: object, message: str) -> None:
    files: dict[str, object] = {**FILES, "prowler/compliance/aws/bad_aws.json": content}
    assert fault(wheel(tmp_path, files)).endswith(f".whl': 'prowler/compliance/aws/bad_aws.json': {message}")
    assert fault(checkout(tmp_path / "checkout", files)).endswith(f"/aws/bad_aws.json': {message}")


def test_faults_of_other_providers_files_do_not_matter(tmp_path: Path) -> None:
    files: dict[str, object] = {**FILES, "prowler/compliance/gcp/bad.json": b"{"}
    assert prowler_catalogue(wheel(tmp_path, files)).frameworks == ALL_OF_AWS


def test_a_folder_or_archive_without_compliance_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    remedy = "holds no Prowler compliance files; give a Prowler checkout or a prowler wheel"
    assert fault(tmp_path / "empty").endswith(remedy)
    assert fault(wheel(tmp_path, {"dashboard/compliance/cis_aws.json": b"{}"})).endswith(remedy)


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "text").write_text("not a zip")
    for name in ("pipe", "text"):
        assert "is neither a folder nor a zip file" in fault(tmp_path / name)
    assert "not found" in fault(tmp_path / "gone")
    assert "cannot be read: File name too long" in fault(tmp_path / ("x" * 300))


def test_a_damaged_wheel_is_refused(tmp_path: Path) -> None:
    path = wheel(tmp_path, FILES)
    whole = path.read_bytes()
    start = whole.index(b"cis_3.0_aws.json") + len(b"cis_3.0_aws.json")
    path.write_bytes(whole[:start] + bytes(20) + whole[start + 20 :])
    assert "'prowler/compliance/aws/cis_3.0_aws.json': cannot be unpacked: " in fault(path)
    directory = whole.index(b"PK\x01\x02")
    path.write_bytes(whole[:directory] + b"XX" + whole[directory + 2 :])
    assert "damaged zip file: " in fault(path)


def test_a_wheel_that_unpacks_to_too_much_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prowler_files, "CATALOGUE_FILE", replace(CATALOGUE_FILE, most_bytes=100_000))
    bomb: dict[str, object] = {f"prowler/compliance/aws/{name}.json": b" " * 60_000 for name in "ab"}
    assert "aws unpacks to 120,000 bytes, too much for a catalogue" in fault(wheel(tmp_path, bomb))


def test_a_wheel_that_lies_about_the_size_is_read_no_further_than_that(tmp_path: Path) -> None:
    path = wheel(tmp_path, {"prowler/compliance/aws/a.json": b"{}" + b" " * 1_000_000})
    content = bytearray(path.read_bytes())
    size = content.index(b"PK\x01\x02") + 24
    content[size : size + 4] = (2).to_bytes(4, "little")
    path.write_bytes(content)
    assert "'prowler/compliance/aws/a.json': cannot be unpacked: Bad CRC-32" in fault(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_wheel_that_holds_a_file_twice_is_refused(tmp_path: Path) -> None:
    path = wheel(tmp_path, FILES)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("prowler/compliance/aws/cis_3.0_aws.json", b"{}")
    assert "'prowler/compliance/aws/cis_3.0_aws.json' is in it twice" in fault(path)


def test_a_file_name_that_is_no_text_is_refused(tmp_path: Path) -> None:
    folder = checkout(tmp_path, FILES) / "prowler" / "compliance" / "aws"
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.json")).write_text(json.dumps(legacy()))
    assert "its name: half a surrogate pair at character 1" in fault(folder)
