"""A synthetic scan as it stands in the database."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest

from bench.database.access import DatabaseAccess
from bench.datasets.catalogue.record import LoadedCatalogue
from bench.datasets.scan import LoadedScan
from bench.datasets.scan.check import compliance_by_check
from bench.datasets.scan.load import load_synthetic_scan
from bench.datasets.scan.recorded import load_recorded_scan
from bench.datasets.scan.vocabulary import region_names
from bench.datasets.size import ScanSize
from tests.support.loaded_scans import MakeDatabase, measured_findings, query
from tests.support.tables import TABLES

pytestmark = [pytest.mark.slow, pytest.mark.server]

FINDINGS = 6_000
REGIONS = 20
SIZE = ScanSize("6k/20", FINDINGS, REGIONS)

_LOAD = """
import json, sys
from bench.database.access import DatabaseAccess
from bench.datasets.size import ScanSize
from bench.datasets.catalogue.synthetic import synthetic_catalogue
from bench.datasets.scan.load import load_synthetic_scan
from bench.datasets.scan.recorded import load_recorded_scan

def high_water():
    return int(open("/proc/self/status").read().partition("VmHWM:")[2].split()[0]) * 1024

answers = []
for access, findings, regions in json.load(sys.stdin):
    loaded = load_synthetic_scan(
        DatabaseAccess(**access), ScanSize("", findings, regions), synthetic_catalogue(0), 0
    )
    answers.append((loaded.fingerprint, high_water()))
print(json.dumps(answers))
"""


def _load_elsewhere(*loads: tuple[DatabaseAccess, int, int], hash_seed: str) -> list[tuple[str, int]]:
    """Load in another process; fingerprint and high-water mark of its memory, in bytes, after each load."""
    asked = json.dumps([(asdict(access), findings, regions) for access, findings, regions in loads])
    command = [sys.executable, "-c", _LOAD]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    ended = subprocess.run(command, input=asked, text=True, check=True, stdout=subprocess.PIPE, env=environment)
    return [(fingerprint, peak) for fingerprint, peak in json.loads(ended.stdout)]


def _content(access: DatabaseAccess) -> dict[str, str]:
    """A digest of every column of every row, by table."""
    digests = {}
    with psycopg.connect(access.conninfo_as(access.admin_role)) as connection:
        for table in TABLES:
            digest = hashlib.sha256()
            with connection.cursor().copy(f"COPY (SELECT * FROM {table} ORDER BY id) TO STDOUT".encode()) as copy:
                for block in copy:
                    digest.update(block)
            digests[table] = digest.hexdigest()
    return digests


def _storage(access: DatabaseAccess) -> list[tuple[object, ...]]:
    """Of each finding's columns that could be compressed, whether they are, and their bytes."""
    of_type = "SELECT attname FROM pg_attribute WHERE attrelid = 'findings'::regclass AND attlen = -1 AND attnum > 0"
    columns = [f"pg_column_compression({name}), pg_column_size({name})" for (name,) in query(access, of_type)]
    return query(access, f"SELECT id, {', '.join(columns)} FROM findings ORDER BY id")


@pytest.fixture(scope="module")
def access(make_database: MakeDatabase) -> DatabaseAccess:
    return make_database()


@dataclass
class Heard:
    """A Progress of a load that keeps what it hears, in order."""

    said: list[int | str] = field(default_factory=list)

    def __call__(self, done: int, /) -> None:
        self.said.append(done)

    def step(self, text: str, /) -> None:
        self.said.append(text)


@pytest.fixture(scope="module")
def progress() -> Heard:
    return Heard()


@pytest.fixture(scope="module")
def loaded(access: DatabaseAccess, catalogue: LoadedCatalogue, progress: Heard) -> LoadedScan:
    return load_synthetic_scan(access, SIZE, catalogue, 0, progress)


@pytest.fixture(scope="module")
def elsewhere(make_database: MakeDatabase) -> tuple[DatabaseAccess, list[tuple[str, int]]]:
    """The same load in another process, and then one of 12,000 findings more."""
    twin = make_database()
    return twin, _load_elsewhere((twin, FINDINGS, REGIONS), (make_database(), 18_000, REGIONS), hash_seed="4711")


def test_same_seed_gives_same_bytes_and_rows_in_another_process(
    access: DatabaseAccess, loaded: LoadedScan, elsewhere: tuple[DatabaseAccess, list[tuple[str, int]]]
) -> None:
    twin, ((fingerprint, _), *_) = elsewhere
    assert fingerprint == loaded.fingerprint
    assert _content(twin) == _content(access)


def test_memory_does_not_grow_with_the_scan(elsewhere: tuple[DatabaseAccess, list[tuple[str, int]]]) -> None:
    """12,000 more findings, 40 MB of rows, add less than 4 MB to the highest resident size."""
    _, ((_, small), (_, large)) = elsewhere
    assert large - small < 4_000_000


def test_another_seed_gives_other_bytes_and_ids_but_the_same_regions(
    loaded: LoadedScan, make_database: MakeDatabase, catalogue: LoadedCatalogue
) -> None:
    other = load_synthetic_scan(make_database(), SIZE, catalogue, 1)
    assert other.fingerprint != loaded.fingerprint
    assert other.key != loaded.key
    assert (other.findings, other.regions, other.expected_rows) == (FINDINGS, loaded.regions, loaded.expected_rows)


def test_the_scan_has_the_size_asked_for(access: DatabaseAccess, loaded: LoadedScan) -> None:
    assert measured_findings(access, loaded, "count(*) OVER ()")[:1] == [(FINDINGS,)]
    assert loaded.findings == FINDINGS


def test_progress_rises_to_the_number_of_findings_and_then_says_what_else_is_done(
    loaded: LoadedScan, progress: Heard
) -> None:
    numbers = [one for one in progress.said if isinstance(one, int)]
    assert numbers[-1] == FINDINGS
    assert all(before <= after for before, after in pairwise(numbers))
    assert len(numbers) >= 2
    assert progress.said[: len(numbers)] == numbers
    steps = progress.said[len(numbers) :]
    assert steps[0] == "making index 1 of 21"
    assert "checking foreign key 1 of 7" in steps
    assert steps[-1] == "vacuuming and analysing"


def test_the_search_column_holds_what_its_expression_gives_and_none_is_compressed(
    access: DatabaseAccess, loaded: LoadedScan
) -> None:
    """Although a load computes it per check, and stores it without an attempt to compress it, which would fail."""
    assert loaded.findings
    connection = psycopg.connect(access.conninfo_as(access.admin_role))
    with connection:
        found = connection.execute(
            "SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = 'findings'::regclass"
        )
        expressions = [one for (one,) in found if "to_tsvector" in one]
        assert len(expressions) == 1
        wrong = f"SELECT count(*) FROM findings WHERE text_search IS DISTINCT FROM {expressions[0]}"
        assert connection.execute(wrong.encode()).fetchone() == (0,)
        connection.execute("CREATE TEMPORARY TABLE searches (text_search tsvector, filler text)")
        connection.execute("INSERT INTO searches SELECT text_search, repeat('x', 100) FROM findings")
        compressed = "SELECT count(*), count(pg_column_compression(text_search)) FROM searches"
        assert connection.execute(compressed).fetchone() == (FINDINGS + 441, 0)


def test_what_is_sent_once_for_each_check_is_stored_as_if_it_had_been_sent_with_each_finding(
    access: DatabaseAccess, loaded: LoadedScan, make_database: MakeDatabase, catalogue: LoadedCatalogue
) -> None:
    """A server of the user's gets every line as it is."""
    plain = make_database()
    load_synthetic_scan(replace(plain, log_directory=None), SIZE, catalogue, 0)
    assert loaded.findings
    assert _content(plain) == _content(access)
    assert _storage(plain) == _storage(access)


def test_findings_of_one_check_may_differ_in_what_others_share(
    make_database: MakeDatabase, small_catalogue: LoadedCatalogue, tmp_path: Path
) -> None:
    values: list[object] = [{"CIS-3.0": ["1.1"]}, {"SOC2": []}, {"CIS-3.0": ["1.1"]}, None, {"SOC2": ["x" * 3_000]}]
    found = [{"check_id": "ec2_open", "status": "PASS", "compliance": one, "resource_regions": []} for one in values]
    path = tmp_path / "scan.json"
    path.write_text(json.dumps({"provider": "aws", "findings": found}), encoding="utf-8")
    shared, plain = make_database(), make_database()
    scan = load_recorded_scan(shared, path, small_catalogue)
    load_recorded_scan(replace(plain, log_directory=None), path, small_catalogue)
    assert [one for (one,) in measured_findings(shared, scan, "compliance")] == values
    assert _content(shared) == _content(plain)
    assert _storage(shared) == _storage(plain)


def test_every_region_asked_for_counts_and_gives_its_rows(
    access: DatabaseAccess, loaded: LoadedScan, catalogue: LoadedCatalogue
) -> None:
    counted = {
        region
        for status, muted, regions in measured_findings(access, loaded, "status, muted, resource_regions")
        if status in ("PASS", "FAIL") and not muted
        for region in (regions if isinstance(regions, list) else ())
    }
    found = measured_findings(access, loaded, "status, muted")
    assert loaded.counted == sum(status in ("PASS", "FAIL") and not muted for status, muted in found)
    assert loaded.regions == tuple(sorted(counted)) == tuple(sorted(region_names(REGIONS)))
    assert loaded.expected_rows == REGIONS * catalogue.requirement_count


def test_shares_are_as_described(access: DatabaseAccess, loaded: LoadedScan) -> None:
    """Within four standard deviations of the share at this size."""
    found = measured_findings(access, loaded, "status, muted, muted_reason, cardinality(resource_regions)")
    statuses = Counter(row[0] for row in found)
    widths = Counter(row[3] for row in found)
    muted = sum(row[1] is True for row in found)
    several = FINDINGS - widths[0] - widths[1]
    for share, seen in {
        0.60: statuses["PASS"],
        0.35: statuses["FAIL"],
        0.05: statuses["MANUAL"],
        0.03: muted,
        0.02: several,
        0.01: widths[0],
    }.items():
        assert abs(seen / FINDINGS - share) < 4 * (share * (1 - share) / FINDINGS) ** 0.5
    assert set(widths) == {0, 1, 2, 3, 4}
    assert all((row[2] is not None) == row[1] for row in found)


def test_the_array_is_exactly_the_regions_of_the_resources(access: DatabaseAccess, loaded: LoadedScan) -> None:
    """So the implementations that read the array and those that read the resources agree: no known divergence."""
    odd = query(
        access,
        """
        SELECT f.id, f.resource_regions, array_agg(r.region) FILTER (WHERE r.id IS NOT NULL)
        FROM findings f
        LEFT JOIN resource_finding_mappings m ON m.finding_id = f.id AND m.tenant_id = f.tenant_id
        LEFT JOIN resources r ON r.id = m.resource_id AND r.tenant_id = f.tenant_id
        GROUP BY f.id, f.resource_regions
        HAVING (SELECT array_agg(region::text ORDER BY region::text) FROM unnest(f.resource_regions) region)
            IS DISTINCT FROM array_agg(r.region ORDER BY r.region) FILTER (WHERE r.id IS NOT NULL)
            OR count(DISTINCT r.region) <> count(r.id) OR bool_or(r.region = '') OR f.resource_regions IS NULL
        """,
    )
    assert odd == []
    assert loaded.findings


def test_findings_carry_the_compliance_of_their_check(
    access: DatabaseAccess, loaded: LoadedScan, catalogue: LoadedCatalogue
) -> None:
    expected = compliance_by_check(catalogue.frameworks)
    found = measured_findings(access, loaded, "check_id, compliance")
    assert all(compliance == expected.get(str(check), {}) for check, compliance in found)
    seen = {str(check) for check, _ in found}
    assert len(seen - set(expected)) == 32  # a twentieth of 634, rounded up
    assert len(seen) > 0.99 * (634 + 32)


def test_rows_are_as_wide_as_in_production(access: DatabaseAccess, loaded: LoadedScan) -> None:
    metadata, shortest, longest, raw = query(
        access,
        "SELECT avg(length(check_metadata::text))::int, min(length(check_metadata::text)),"
        " max(length(check_metadata::text)), avg(length(raw_result::text))::int FROM findings",
    )[0]
    assert (metadata, shortest, raw) > (1200, 1000, 900)
    assert isinstance(longest, int)
    assert longest < 2000
    assert isinstance(raw, int)
    assert 900 < raw < 1200
    assert loaded.findings


def test_findings_have_ids_of_version_7_and_lie_in_the_default_partition(
    access: DatabaseAccess, loaded: LoadedScan
) -> None:
    found = measured_findings(access, loaded, "tableoid::regclass::text, substr(id::text, 15, 1)")
    assert set(found) == {("findings_default", "7")}


def test_about_eight_findings_share_a_resource(access: DatabaseAccess, loaded: LoadedScan) -> None:
    resources = query(
        access, "SELECT unique_resource_count FROM scans WHERE id = %s AND tenant_id = %s", *_names(loaded)
    )[0][0]
    assert isinstance(resources, int)
    assert 7.6 < FINDINGS / resources < 8.4


def _names(loaded: LoadedScan) -> tuple[str, str]:
    return loaded.key.scan_id, loaded.key.tenant_id


def test_bystanders_have_findings_rows_and_summaries(access: DatabaseAccess, loaded: LoadedScan) -> None:
    sibling, foreign, stray = loaded.bystanders
    assert sibling.tenant_id == loaded.key.tenant_id
    assert sibling.scan_id != loaded.key.scan_id
    assert foreign.tenant_id == stray.tenant_id != loaded.key.tenant_id
    assert stray.scan_id == loaded.key.scan_id
    for scan, findings in ((sibling, 200), (foreign, 200), (stray, 40)):
        where = (scan.tenant_id, scan.scan_id)
        counts = [
            query(access, f"SELECT count(*) FROM {table} WHERE tenant_id = %s AND scan_id = %s", *where)[0][0]
            for table in ("findings", "compliance_requirements_overviews", "compliance_overview_summaries")
        ]
        assert counts[0] == findings
        assert counts[1] == 300
        assert counts[2]
    assert query(
        access, "SELECT count(DISTINCT region) FROM compliance_requirements_overviews WHERE region LIKE 'bystander%%'"
    ) == [(2,)]


def test_the_measured_scan_has_no_rows_yet(access: DatabaseAccess, loaded: LoadedScan) -> None:
    for table in ("compliance_requirements_overviews", "compliance_overview_summaries"):
        statement = f"SELECT count(*) FROM {table} WHERE scan_id = %s AND tenant_id = %s"
        assert query(access, statement, *_names(loaded)) == [(0,)]


def test_the_warm_up_is_one_passing_finding_with_one_resource(access: DatabaseAccess, loaded: LoadedScan) -> None:
    assert query(
        access,
        """
        SELECT p.provider, f.check_id, f.status, f.muted, f.resource_regions, r.region, f.compliance
        FROM findings f JOIN scans s ON s.id = f.scan_id JOIN providers p ON p.id = s.provider_id
        JOIN resource_finding_mappings m ON m.finding_id = f.id JOIN resources r ON r.id = m.resource_id
        WHERE f.tenant_id = %s AND f.scan_id = %s
        """,
        loaded.warm_up.tenant_id,
        loaded.warm_up.scan_id,
    ) == [
        (
            *("okta", "warm_up_check", "PASS", False, ["warm-up-1"], "warm-up-1"),
            {"ProwlerThreatScore-1.0": ["1"]},
        )
    ]
