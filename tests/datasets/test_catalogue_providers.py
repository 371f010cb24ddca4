"""The synthetic catalogue of each provider has the shape counted in the wheel of Prowler 5.30.0, from every seed."""

from __future__ import annotations

from collections import Counter

import pytest

from bench.datasets.catalogue.links import skewed_degrees
from bench.datasets.catalogue.provider_shapes import SHAPES
from bench.datasets.catalogue.source import load_catalogue, load_catalogues
from bench.datasets.catalogue.synthetic import synthetic_catalogue
from bench.datasets.providers import PROVIDERS

PUBLISHED = {"aws": (46, 5_421), "azure": (19, 3_828), "gcp": (17, 3_300), "kubernetes": (7, 2_273), "m365": (4, 375)}
COUNTED = {
    "github": (1, 120),
    "oraclecloud": (4, 265),
    "alibabacloud": (4, 303),
    "googleworkspace": (2, 222),
    "okta": (1, 29),
}


@pytest.mark.parametrize("seed", [0, 1, 2024])
def test_frameworks_and_requirements_are_the_published_ones_and_the_others_have_none(seed: int) -> None:
    found = {one.provider: (len(one.frameworks), one.requirement_count) for one in load_catalogues("synthetic", seed)}
    assert found == dict.fromkeys(PROVIDERS, (0, 0)) | PUBLISHED | COUNTED


@pytest.mark.parametrize("seed", [0, 1, 2024])
@pytest.mark.parametrize("provider", SHAPES)
def test_checks_and_links_are_the_counted_ones(provider: str, seed: int) -> None:
    shape, loaded = SHAPES[provider], load_catalogue("synthetic", provider, seed)
    requirements = [one for framework in loaded.frameworks.values() for one in framework["requirements"].values()]
    degrees = [len(one["checks"]) for one in requirements]
    assert (degrees.count(0), degrees.count(1)) == (shape.manual, shape.single)
    assert (sum(degrees), max(degrees)) == (shape.links, shape.most_checks)
    served = Counter(check for one in requirements for check in one["checks"])
    assert (len(served), max(served.values())) == (shape.checks, shape.most_requirements)
    assert all(len(check) <= 100 for check in served)


def test_a_seed_gives_the_same_catalogue_and_another_seed_or_provider_another() -> None:
    first = synthetic_catalogue(3, "azure")
    synthetic_catalogue.cache_clear()
    assert synthetic_catalogue(3, "azure").fingerprint == first.fingerprint
    assert synthetic_catalogue(4, "azure").fingerprint != first.fingerprint
    assert synthetic_catalogue(3, "gcp").fingerprint != first.fingerprint


@pytest.mark.parametrize("provider", ["azure", "gcp", "kubernetes", "m365", "alibabacloud"])
def test_threatscore_is_among_the_frameworks(provider: str) -> None:
    framework = synthetic_catalogue(0, provider).frameworks[f"prowler_threatscore_{provider}"]
    assert (framework["framework"], framework.get("version")) == ("ProwlerThreatScore", "1.0")


@pytest.mark.parametrize(
    ("count", "total", "least", "most"), [(5, 30, 2, 14), (1, 2, 2, 2), (0, 0, 2, 1), (9, 9, 1, 1)]
)
def test_degrees_have_the_sum_and_bounds_that_are_asked_for(count: int, total: int, least: int, most: int) -> None:
    degrees = skewed_degrees(count, total, least, most)
    assert (len(degrees), sum(degrees)) == (count, total)
    assert degrees == sorted(degrees)
    assert all(least <= degree <= most for degree in degrees)


def test_degrees_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="no 3 degrees of 1 to 2 have the sum 7"):
        skewed_degrees(3, 7, 1, 2)
