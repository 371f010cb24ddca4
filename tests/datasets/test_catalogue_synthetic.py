"""The synthetic catalogue has the published shape of the AWS catalogue, from every seed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from random import Random
from statistics import fmean, median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.compliance.contract import THREATSCORE_KEY
from bench.datasets.catalogue.links import check_degrees, link, requirement_degrees
from bench.datasets.catalogue.record import LoadedCatalogue
from bench.datasets.catalogue.source import load_catalogue
from bench.datasets.catalogue.synthetic import synthetic_catalogue
from bench.datasets.catalogue.text import SHORTEST, Curve, Vocabulary, compose, vocabularies


@dataclass(frozen=True)
class Row:
    """One requirement with what the task writes of it."""

    compliance_id: str
    framework: str
    version: str
    requirement_id: str
    description: str
    checks: tuple[str, ...]


def rows(loaded: LoadedCatalogue) -> list[Row]:
    return [
        Row(
            compliance_id,
            framework["framework"],
            framework.get("version", ""),
            requirement_id,
            requirement.get("description", ""),
            tuple(requirement["checks"]),
        )
        for compliance_id, framework in loaded.frameworks.items()
        for requirement_id, requirement in framework["requirements"].items()
    ]


def quantile(values: list[int], share: float) -> int:
    return sorted(values)[round(share * (len(values) - 1))]


@pytest.fixture(params=[0, 1, 2024])
def loaded(request: pytest.FixtureRequest) -> LoadedCatalogue:
    return synthetic_catalogue(request.param)


def test_frameworks_requirements_checks_and_links_are_the_published_ones(loaded: LoadedCatalogue) -> None:
    assert (loaded.provider, loaded.source) == ("aws", "synthetic")
    assert len(loaded.frameworks) == 46
    assert loaded.requirement_count == len(rows(loaded)) == 5_421
    assert len(loaded.check_ids) == len(set(loaded.check_ids)) == 634
    assert sum(len(row.checks) for row in rows(loaded)) == 17_395
    assert sum(not framework.get("version") for framework in loaded.frameworks.values()) == 21


def test_framework_sizes_have_the_published_quantiles(loaded: LoadedCatalogue) -> None:
    sizes = [len(framework["requirements"]) for framework in loaded.frameworks.values()]
    assert [quantile(sizes, share) for share in (0, 0.25, 0.5, 0.75, 0.95, 1)] == [3, 32, 63, 92, 287, 1_669]


def test_checks_per_requirement_have_the_published_distribution(loaded: LoadedCatalogue) -> None:
    counts = [len(row.checks) for row in rows(loaded)]
    assert counts.count(0) == 1_214
    assert counts.count(1) == 2_713
    assert max(counts) == 455
    assert quantile(counts, 0.95) == 14
    assert quantile(counts, 0.99) == 35


def test_requirements_per_check_have_the_published_distribution(loaded: LoadedCatalogue) -> None:
    counts = list(Counter(check for row in rows(loaded) for check in row.checks).values())
    assert max(counts) == 237
    assert median(counts) == 15
    assert quantile(counts, 0.95) == pytest.approx(107, abs=2)


def test_descriptions_have_the_published_lengths(loaded: LoadedCatalogue) -> None:
    texts = [row.description for row in rows(loaded)]
    lengths = [len(text) for text in texts]
    assert lengths.count(0) == 1
    assert max(lengths) == 3_577
    assert median(lengths) == 111
    assert quantile(lengths, 0.95) == pytest.approx(557, rel=0.01)
    assert quantile(lengths, 0.99) == pytest.approx(1_467, rel=0.01)
    assert fmean(lengths) == pytest.approx(186, abs=0.6)
    assert sum(len(text.encode()) for text in texts) == pytest.approx(1.02e6, rel=0.01)
    assert len(set(texts)) == 3_273


def test_descriptions_hold_what_makes_csv_and_encoding_work(loaded: LoadedCatalogue) -> None:
    texts = [row.description for row in rows(loaded)]
    assert sum("," in text for text in texts) == 1_725
    assert sum("\n" in text for text in texts) == 10
    assert sum('"' in text for text in texts) == 9
    assert sum(not text.isascii() for text in texts) == 326
    # The real wheel's split: 133 texts within Latin-1, 193 beyond it; those 193 double the width of a batch.
    assert sum(any(char > "\xff" for char in text) for text in texts) == 193
    assert not any(control in text for text in texts for control in "\0\r\t")


def test_requirement_ids_have_the_published_lengths(loaded: LoadedCatalogue) -> None:
    ids = [row.requirement_id for row in rows(loaded)]
    assert median(len(text) for text in ids) == 8
    assert max(len(text) for text in ids) == 120
    assert sum(" " in text for text in ids) > 50
    assert sum("," in text for text in ids) > 1


def test_a_row_is_as_wide_as_a_row_of_the_real_catalogue(loaded: LoadedCatalogue) -> None:
    """Mean lengths over all requirements, measured on the wheel 5.46.0, decide the memory of a COPY batch."""
    real = {
        "compliance_id": 16.19,
        "framework": 9.51,
        "version": 2.98,
        "requirement_id": 8.73,
        "description": 183.98,
    }
    for field, length in real.items():
        assert fmean(len(getattr(row, field)) for row in rows(loaded)) == pytest.approx(length, rel=0.02), field


def test_threatscore_has_its_published_size_and_is_the_only_framework_of_its_key(loaded: LoadedCatalogue) -> None:
    def normalised(text: str) -> str:
        return re.sub("[^a-z0-9]", "", text.lower())

    matching = [
        key
        for key, framework in loaded.frameworks.items()
        if normalised(framework["framework"] + framework.get("version", "")) == normalised(THREATSCORE_KEY)
    ]
    assert matching == ["prowler_threatscore_aws"]
    requirements = loaded.frameworks[matching[0]]["requirements"].values()
    assert len(requirements) == 106
    assert len({check for requirement in requirements for check in requirement["checks"]}) == 139
    assert all(requirement["checks"] for requirement in requirements)


def test_every_column_takes_the_catalogue(loaded: LoadedCatalogue) -> None:
    """A finding's check_id is a varchar(100)."""
    assert max(len(check) for check in loaded.check_ids) <= 100
    assert all(len(row.checks) == len(set(row.checks)) for row in rows(loaded))


def test_the_same_seed_gives_the_same_catalogue_in_another_process() -> None:
    """Neither hash randomisation nor what ran before decides anything."""
    script = "from bench.datasets.catalogue import synthetic as s; print(s.synthetic_catalogue(7).fingerprint)"
    seen = {synthetic_catalogue(7).fingerprint}
    for hash_seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": hash_seed}
        done = subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
        )
        seen.add(done.stdout.strip())
    assert len(seen) == 1


def test_another_seed_gives_another_catalogue() -> None:
    assert synthetic_catalogue(0).fingerprint != synthetic_catalogue(1).fingerprint


def test_a_catalogue_is_made_once_in_a_process() -> None:
    assert load_catalogue("synthetic", seed=3) is load_catalogue("synthetic", seed=3)


def test_links_are_mixed_over_all_checks() -> None:
    """Broad requirements map rare checks too, and requirements of one check do not all map the same one."""
    mapped = [row.checks for row in rows(synthetic_catalogue(0))]
    used = Counter(check for checks in mapped for check in checks)
    broad = {check for checks in mapped if len(checks) >= 14 for check in checks}
    assert sum(used[check] <= 5 for check in broad) > 50
    assert len({checks for checks in mapped if len(checks) == 1}) > 300


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=40), st.integers())
def test_link_keeps_both_degree_sequences_and_links_nothing_twice(pairs: list[tuple[int, int]], seed: int) -> None:
    graph = set(pairs)
    requirements = [sum(left == side for left, _ in graph) for side in range(9)]
    checks = [sum(right == side for _, right in graph) for side in range(9)]
    chosen = link(Random(seed), requirements, checks)
    assert [len(row) for row in chosen] == [len(set(row)) for row in chosen] == requirements
    assert [sum(check in row for row in chosen) for check in range(9)] == checks


def test_degrees_agree_on_the_number_of_links() -> None:
    assert sum(requirement_degrees(5_421)) == sum(check_degrees()) == 17_395


@given(st.integers(SHORTEST, 700), st.integers(0, 4), st.booleans(), st.integers())
def test_compose_writes_exactly_the_length_commas_and_extras_asked_for(
    length: int, commas: int, quoted: bool, seed: int
) -> None:
    extras = ('"quoted"',) if quoted else ()
    length += 8 * commas + len("".join(extras))
    words = Vocabulary.of(("be", "sea", "tree", "grape", "forest", "village"), openings=("Ensure", "Check"))
    text = compose(Random(seed), words, length, commas=commas, extras=extras)
    assert len(text) == length
    assert text.count(",") == commas
    assert text.count('"quoted"') == len(extras)
    assert text.endswith(".")
    assert "  " not in text


def test_vocabularies_keep_scripts_apart() -> None:
    words = vocabularies(0)
    assert all(word.isascii() for word in words.english.words + words.spanish.words)
    assert all(max(word) <= "\xff" and not word.isascii() for word in words.spanish.extras)
    assert all(not word.isascii() for word in words.korean.words)


def test_a_curve_goes_through_its_knots() -> None:
    curve = Curve(((0, 1), (0.5, 10), (1, 1_000)))
    assert [curve.at(share) for share in (0, 0.25, 0.5, 0.75, 1)] == [1, 3, 10, 100, 1_000]
    assert curve.sample(3) == [1, 10, 1_000]
