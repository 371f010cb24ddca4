"""`bench record` keeps what is read of a scan, from a file or a database, and nothing else of it."""

from __future__ import annotations

import gzip
import json
import socket
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from bench.database.access import DatabaseAccess
from bench.datasets.catalogue.record import LoadedCatalogue
from bench.datasets.scan import LoadedScan, production
from bench.datasets.scan.finding import RecordedFinding
from bench.datasets.scan.production import read_production
from bench.datasets.scan.recorded import load_recorded_scan, read_recorded_scan
from bench.errors import DatabaseError, InputError
from tests.support.in_process import bench
from tests.support.loaded_scans import MakeDatabase, query
from tests.support.scan_formats import BUCKET, FORMATS, SECRETS

PASSWORD = "hunter2-secret"  # noqa: S105 - to look for in messages


@pytest.fixture
def ocsf_file(tmp_path: Path) -> Path:
    path = tmp_path / "prowler-output-123456789012-20260115000000.ocsf.json"
    path.write_text(FORMATS["OCSF"])
    return path


@pytest.fixture(scope="module")
def access(make_database: MakeDatabase) -> DatabaseAccess:
    return make_database()


@pytest.fixture(scope="module")
def loaded(
    access: DatabaseAccess, small_catalogue: LoadedCatalogue, tmp_path_factory: pytest.TempPathFactory
) -> LoadedScan:
    path = tmp_path_factory.mktemp("scan") / "scan.json"
    path.write_text(FORMATS["OCSF"])
    return load_recorded_scan(access, path, small_catalogue)


def findings(path: Path) -> list[RecordedFinding]:
    return list(read_recorded_scan(path).findings())


def recorded(capsys: pytest.CaptureFixture[str], output: Path, *arguments: object) -> str:
    code, said, errors = bench(capsys, "record", "--output", output, *arguments)
    assert (code, errors) == (0, "")
    return said


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    code, said, errors = bench(capsys, "record", *arguments)
    assert (code, said) == (2, "")
    assert errors.count("\n") == 1
    assert PASSWORD not in errors
    return errors


@pytest.mark.parametrize("name", FORMATS)
def test_a_recording_of_any_format_is_read_as_the_file_was(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str
) -> None:
    path, output = tmp_path / "scan", tmp_path / "kept.json"
    path.write_bytes(FORMATS[name].encode())
    said = recorded(capsys, output, path, "--keep-names")
    assert said == f"{output}: 4 findings of aws in 2 regions, {output.stat().st_size:,} bytes\n"
    assert findings(output) == findings(path)
    assert BUCKET in output.read_text()


@pytest.mark.parametrize("name", FORMATS)
def test_a_recording_holds_no_name_unless_asked_to(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str
) -> None:
    path, output, again = tmp_path / "scan", tmp_path / "kept.json", tmp_path / "again.json"
    path.write_bytes(FORMATS[name].encode())
    recorded(capsys, output, path)
    assert not any(secret in output.read_text() for secret in SECRETS)
    recorded(capsys, again, output)
    assert again.read_bytes() == output.read_bytes(), "replaced names are not replaced by others"


def test_a_compressed_recording_is_the_same_each_time(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, ocsf_file: Path
) -> None:
    plain, packed, again = (tmp_path / name for name in ("kept.json", "kept.json.gz", "again.json.gz"))
    for output in (plain, packed, again):
        recorded(capsys, output, ocsf_file)
    assert gzip.decompress(packed.read_bytes()) == plain.read_bytes()
    assert packed.read_bytes() == again.read_bytes()


def test_a_recording_can_replace_the_file_that_it_is_made_from(
    capsys: pytest.CaptureFixture[str], ocsf_file: Path
) -> None:
    before = findings(ocsf_file)
    recorded(capsys, ocsf_file, ocsf_file, "--keep-names")
    assert findings(ocsf_file) == before
    assert json.loads(ocsf_file.read_text())["provider"] == "aws"


def test_a_damaged_file_leaves_the_earlier_recording(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, ocsf_file: Path
) -> None:
    output = tmp_path / "kept.json"
    output.write_text("earlier")
    ocsf_file.write_text(FORMATS["OCSF"][:-100])
    assert "not JSON" in refused(capsys, ocsf_file, "--output", output)
    assert output.read_text() == "earlier"
    assert sorted(tmp_path.iterdir()) == sorted([output, ocsf_file])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "give one of FILE and --database-url URL"),
        (("scan.json", "--database-url", "postgresql://x"), "give one of FILE and --database-url URL"),
        (("scan.json", "--tenant", "x"), "--tenant and --scan-id belong to --database-url"),
        (("--database-url", "postgresql://x"), "--database-url needs --tenant ID and --scan-id ID"),
        (("--database-url", "postgresql://x", "--tenant", "7", "--scan-id", "8"), "--tenant '7' is no UUID"),
        (("--database-url", "postgresql://x", "--provider", "aws"), "--provider belongs to a file"),
        (("scan.json", "--provider", "clouds"), "--provider 'clouds' is no provider; write one of aws, "),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("scan.json").write_text('{"check_id": "a", "status": "PASS"}')
    assert message in refused(capsys, *arguments, "--output", "kept.json")
    assert not Path("kept.json").exists()


def test_resources_with_one_uid_are_one_row(access: DatabaseAccess, loaded: LoadedScan) -> None:
    statement = (
        "SELECT r.uid, r.region, count(*) FROM resources r JOIN resource_finding_mappings m ON m.resource_id = r.id"
        " JOIN findings f ON f.id = m.finding_id WHERE f.tenant_id = %s AND f.scan_id = %s"
        " GROUP BY 1, 2 ORDER BY 3 DESC, 2 DESC"
    )
    rows = query(access, statement, loaded.key.tenant_id, loaded.key.scan_id)
    assert rows[0] == (BUCKET, "us-east-1", 2)
    assert len(rows) == 3


@pytest.mark.parametrize("role", ["the application's, under row-level security", "one that bypasses it"])
def test_a_database_gives_what_was_loaded_into_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, access: DatabaseAccess, loaded: LoadedScan, role: str
) -> None:
    url = access.conninfo_as(access.app_role if "under" in role else access.admin_role)
    key = loaded.key
    output, direct = tmp_path / "kept.json", tmp_path / "scan.json"
    said = recorded(
        capsys, output, "--database-url", url, "--tenant", key.tenant_id, "--scan-id", key.scan_id, "--keep-names"
    )
    assert ": 4 findings of aws in 2 regions, " in said
    direct.write_text(FORMATS["OCSF"])
    assert findings(output) == findings(direct)
    recorded(capsys, output, "--database-url", url, "--tenant", key.tenant_id, "--scan-id", key.scan_id)
    assert not any(secret in output.read_text() for secret in SECRETS)


def test_nulls_and_odd_values_of_a_database_come_back(
    make_database: MakeDatabase, small_catalogue: LoadedCatalogue, tmp_path: Path
) -> None:
    odd = 'a "quote", a\\backslash, a\ttab\nand é 😀'
    content = [
        {"check_id": "a", "status": "PASS", "compliance": None, "resource_regions": None},
        {"check_id": odd, "status": "FAIL", "resource_regions": [odd, odd, ""], "compliance": {odd: [1, 2.5, None]}},
        {"check_id": "b", "status": "PASS", "resources": [{"region": odd, "uid": odd}, {"region": "r", "uid": "b"}]},
    ]
    path = tmp_path / "odd.json"
    path.write_text(json.dumps({"provider": "aws", "findings": content}))
    access = make_database()
    key = load_recorded_scan(access, path, small_catalogue).key
    provider, found = read_production(access.conninfo_as(access.app_role), key.tenant_id, key.scan_id)
    assert provider == "aws"
    assert list(found) == findings(path)


def test_a_scan_of_another_tenant_is_not_there(access: DatabaseAccess, loaded: LoadedScan) -> None:
    other = loaded.bystanders[1].tenant_id
    for role in (access.app_role, access.admin_role):
        with pytest.raises(InputError, match=f"has no scan {loaded.key.scan_id} of tenant {other}; check"):
            read_production(access.conninfo_as(role), other, loaded.key.scan_id)


def test_the_transaction_cannot_write(
    access: DatabaseAccess, loaded: LoadedScan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(production, "_PROVIDER", "UPDATE scans SET progress = 1 WHERE tenant_id = %s AND id = %s")
    with pytest.raises(DatabaseError, match="cannot execute UPDATE in a read-only transaction"):
        read_production(access.conninfo_as(access.admin_role), loaded.key.tenant_id, loaded.key.scan_id)


def test_a_missing_table_is_named(access: DatabaseAccess, loaded: LoadedScan) -> None:
    url = make_conninfo(access.conninfo_as(access.admin_role), dbname="template1")
    with pytest.raises(DatabaseError, match=r'relation "scans" does not exist; check the address'):
        read_production(url, loaded.key.tenant_id, loaded.key.scan_id)


@pytest.mark.parametrize("kind", ["closed port", "malformed", "raw at sign", "no URL at all", "option"])
def test_no_message_holds_the_password(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, loaded: LoadedScan, kind: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    url = {
        "closed port": f"postgresql://me:{PASSWORD}@127.0.0.1:{port}/db",
        "malformed": f"postgresql://me:{PASSWORD}@host:port/db",
        "raw at sign": f"postgresql://me:x@{PASSWORD}@host/db",
        "no URL at all": PASSWORD,
        "option": f"host=127.0.0.1 port={port} password={PASSWORD} sslmode={PASSWORD}",
    }[kind]
    key = loaded.key
    line = refused(
        capsys,
        *("--database-url", url, "--tenant", key.tenant_id, "--scan-id", key.scan_id),
        *("--output", tmp_path / "kept.json"),
    )
    assert "--database-url" in line
    assert "BENCH_DATABASE_URL" not in line


def test_reading_closes_its_session_where_nobody_reads_on(access: DatabaseAccess, loaded: LoadedScan) -> None:
    _, found = read_production(access.conninfo_as(access.admin_role), loaded.key.tenant_id, loaded.key.scan_id)
    next(found)
    del found
    with psycopg.connect(access.conninfo) as connection:
        statement = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'bench-record' AND state <> 'idle'"
        assert connection.execute(statement).fetchone() == (0,)
