"""Two environments have one fingerprint exactly where nothing that decides time differs."""

from __future__ import annotations

import string
from dataclasses import replace
from typing import Any

import pytest

from bench.analysis.comparable import datasets_match, environment_differences, environment_fingerprint
from tests.support.builders import dataset, environment

DECIDING: dict[str, tuple[dict[str, Any], str]] = {
    "processor": ({"cpu": "Other CPU"}, "processor: Some CPU → Other CPU"),
    "cores": ({"cores": 4}, "cores: 2 → 4"),
    "memory": ({"memory_bytes": 16_000_000_000}, "memory: 8,000 MB → 16,000 MB"),
    "kernel": ({"kernel": "6.18.0"}, "kernel: 6.1.0 → 6.18.0"),
    "platform": ({"platform": "Linux-6.1-aarch64"}, "platform: Linux-6.1-x86_64 → Linux-6.1-aarch64"),
    "python": ({"python": "3.14.0"}, "Python: 3.11.9 → 3.14.0"),
    "server": ({"server_version": "18.4"}, "PostgreSQL: 16.14 → 18.4"),
    "source": ({"server_source": "own"}, "server: embedded → own"),
    "package": (
        {"packages": {"psycopg": "3.2", "django": "5.2.19", "memray": "1.20.0"}},
        "package psycopg: 3.3.9 → 3.2",
    ),
    "setting": (
        {"server_settings": {"shared_buffers": "", "fsync": "on"}},
        "setting shared_buffers: 128MB → ''",
    ),
    "setting gone": ({"server_settings": {"shared_buffers": "128MB"}}, "setting fsync: on → absent"),
}


@pytest.mark.parametrize("part", DECIDING)
def test_a_deciding_part_changes_the_fingerprint_and_is_told(part: str) -> None:
    changed, difference = DECIDING[part]
    other = replace(environment(), **changed)
    assert environment_fingerprint(other) != environment_fingerprint(environment())
    assert environment_differences(environment(), other) == (difference,)


@pytest.mark.parametrize(
    "changed",
    [
        {"load_average": (9.0, 9.0, 9.0)},
        {"revision": "another+changes"},
        {"memory_bytes": 8_000_000_000 - 40 * 4096},
        {"server_settings": {"fsync": "on", "shared_buffers": "128MB"}},
    ],
)
def test_load_revision_a_few_pages_and_the_order_of_settings_do_not_matter(changed: dict[str, Any]) -> None:
    other = replace(environment(), **changed)
    assert environment_fingerprint(other) == environment_fingerprint(environment())
    assert environment_differences(environment(), other) == ()


@pytest.mark.parametrize("gibibytes", [0.5, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128])
def test_what_a_kernel_keeps_of_a_nominal_size_does_not_matter(gibibytes: float) -> None:
    """Kernels report up to about 6 % less, and not always the same."""
    nominal = int(gibibytes * 2**30)
    sizes = {
        environment_fingerprint(replace(environment(), memory_bytes=int(nominal * share))) for share in (1, 0.98, 0.94)
    }
    assert len(sizes) == 1
    assert environment_fingerprint(replace(environment(), memory_bytes=nominal * 2)) not in sizes


def test_a_version_that_the_server_repeats_among_its_settings_is_told_once() -> None:
    first, second = (
        replace(environment(), server_version=version, server_settings={"server_version": version})
        for version in ("16.14", "18.4")
    )
    assert environment_differences(first, second) == ("PostgreSQL: 16.14 → 18.4",)


def test_the_fingerprint_is_a_sha_256_whatever_the_text() -> None:
    hostile = replace(environment(), cpu="a\udc80\x00|", memory_bytes=0)
    for one in (environment(), hostile):
        found = environment_fingerprint(one)
        assert len(found) == 64
        assert set(found) <= set(string.hexdigits.lower())


def test_datasets_match_by_their_data_and_their_catalogue() -> None:
    one = dataset("1k/8", 1_000, 8)
    assert datasets_match(one, replace(one, scan="1000/8", seed=1))
    assert not datasets_match(one, replace(one, fingerprint="0" * 64))
    assert not datasets_match(one, replace(one, facts={**one.facts, "catalogue fingerprint": "0" * 64}))
