"""The generator without a database: every requested region counts, at any size."""

from __future__ import annotations

from collections import Counter

import pytest

from bench.datasets.catalogue.record import LoadedCatalogue
from bench.datasets.scan import ScanKey
from bench.datasets.scan.check import compliance_by_check, scan_checks
from bench.datasets.scan.copy_table import FINDINGS
from bench.datasets.scan.rows import Account, ScanRows
from bench.datasets.scan.synthetic import synthetic_findings
from bench.datasets.scan.vocabulary import region_names, vocabulary

_KEY = ScanKey("00000000-0000-7000-8000-000000000001", "00000000-0000-7000-8000-000000000002", "aws")
_ACCOUNT = Account("00000000-0000-7000-8000-000000000003", "123456789012")


def _generate(catalogue: LoadedCatalogue, findings: int, regions: int, seed: str) -> tuple[ScanRows, list[str]]:
    words = vocabulary("test")
    rows = ScanRows(_KEY, _ACCOUNT, "test", seed)
    checks = scan_checks(catalogue.frameworks, words, "test")
    return rows, list(synthetic_findings(rows, findings, region_names(regions), checks, words, seed))


@pytest.mark.parametrize("seed", ["0", "1", "2"])
@pytest.mark.parametrize(
    ("findings", "regions"), [(0, 0), (0, 3), (1, 1), (1, 500), (5, 20), (500, 500), (100, 80), (1000, 8), (1500, 500)]
)
def test_every_region_counts_or_as_many_as_there_are_findings(
    catalogue: LoadedCatalogue, findings: int, regions: int, seed: str
) -> None:
    rows, lines = _generate(catalogue, findings, regions, seed)
    assert len(lines) == findings
    assert rows.counted_regions == set(region_names(regions)[:findings])


def test_regions_are_skewed(catalogue: LoadedCatalogue) -> None:
    rows, _ = _generate(catalogue, 20_000, 10, "skew")
    names = Counter(line.split("\t")[3] for line in rows.resources)
    assert names["us-east-1"] > 5 * names[region_names(10)[-1]]


@pytest.mark.parametrize("frameworks", ["none", "small"])
def test_a_catalogue_of_few_checks_or_none_gives_as_many_findings(
    small_catalogue: LoadedCatalogue, frameworks: str
) -> None:
    catalogue = small_catalogue if frameworks == "small" else LoadedCatalogue("aws", "none", {})
    _, lines = _generate(catalogue, 200, 3, "few")
    assert len(lines) == 200
    assert all(line.count("\t") == len(FINDINGS.columns) - 1 for line in lines)


def test_a_check_too_long_for_its_column_has_no_finding() -> None:
    catalogue = LoadedCatalogue(
        "aws", "long", {"f": {"framework": "F", "requirements": {"1": {"checks": {"x" * 101: None, "y_ok": None}}}}}
    )
    assert {check.check_id for check in scan_checks(catalogue.frameworks, vocabulary("test"), "s")} >= {"y_ok"}
    _, lines = _generate(catalogue, 200, 3, "long")
    assert not any("x" * 101 in line for line in lines)


def test_compliance_is_keyed_by_framework_and_version_and_lists_requirements_in_order(
    small_catalogue: LoadedCatalogue,
) -> None:
    assert compliance_by_check(small_catalogue.frameworks) == {
        "s3_bucket_public": {"CIS-3.0": ["1.1", "1.2"]},
        "ec2_open": {"CIS-3.0": ["1.1"], "SOC2": ["cc, 1"]},
    }


def test_the_catalogue_holds_the_threatscore_key_for_its_checks(catalogue: LoadedCatalogue) -> None:
    listed = [
        value for value in compliance_by_check(catalogue.frameworks).values() if "ProwlerThreatScore-1.0" in value
    ]
    assert len(listed) == 139
