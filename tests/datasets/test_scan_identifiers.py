"""Identifiers and vocabularies: the same for the same seed, and of the form that production has."""

from __future__ import annotations

import random
from itertools import islice

import pytest

from bench.datasets.scan.identifiers import SCAN_TIME, ascending_ids, named_id, uuid7
from bench.datasets.scan.vocabulary import region_names, vocabulary


def test_a_uuid7_carries_time_version_and_variant() -> None:
    identifier = uuid7(1_700_000_000_123, random.Random(1))
    assert identifier.int >> 80 == 1_700_000_000_123
    assert (identifier.version, identifier.variant) == (7, "specified in RFC 4122")


def test_all_74_other_bits_of_a_uuid7_are_random() -> None:
    rng = random.Random(2)
    drawn = [uuid7(0, rng).int for _ in range(200)]
    ever_set, always_set = 0, (1 << 128) - 1
    for value in drawn:
        ever_set |= value
        always_set &= value
    assert (ever_set ^ always_set).bit_count() == 74


def test_ascending_ids_are_sorted_from_the_scan_time_on() -> None:
    made = list(islice(ascending_ids("seed", "findings"), 1000))
    assert made == sorted(set(made))
    assert int(made[0][:12], 16) == SCAN_TIME.timestamp() * 1000
    assert all(value[12] == "7" for value in made)


def test_ids_differ_by_name_and_seed() -> None:
    assert len({named_id(seed, name) for seed in "ab" for name in "xy"}) == 4
    assert named_id("a", "x") == named_id("a", "x")


@pytest.mark.parametrize("wanted", [0, 1, 34, 35, 500])
def test_any_number_of_regions_has_distinct_names(wanted: int) -> None:
    names = region_names(wanted)
    assert len(set(names)) == len(names) == wanted
    assert all(region_names(500)[: len(names)][index] == name for index, name in enumerate(names))


def test_a_vocabulary_repeats_and_differs_by_seed() -> None:
    first = vocabulary("one")
    vocabulary.cache_clear()
    assert vocabulary("one") == first
    assert vocabulary("two") != first
    assert len(first.accounts) >= 5
    assert all(len(account) == 12 and account.isdigit() for account in first.accounts)
