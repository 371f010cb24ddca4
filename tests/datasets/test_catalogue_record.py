"""A loaded catalogue reaches a worker unchanged, and says what it is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bench.compliance.contract import Catalogue
from bench.datasets.catalogue.record import LoadedCatalogue, read_catalogue, write_catalogue
from bench.datasets.catalogue.synthetic import synthetic_catalogue
from bench.errors import InputError

SMALL: Catalogue = {
    "zeta": {"framework": "Z", "requirements": {"2": {"checks": {"b": None, "a": None}}, "1": {"checks": {}}}},
    "alpha": {"framework": "A", "version": "", "requirements": {"1": {"description": "é", "checks": {"a": None}}}},
}


def test_a_worker_reads_what_was_written_in_the_same_order(tmp_path: Path) -> None:
    for loaded in (synthetic_catalogue(0), LoadedCatalogue("aws", "small.json", SMALL)):
        write_catalogue(tmp_path / "catalogue", loaded)
        read = read_catalogue(tmp_path / "catalogue")
        assert read == loaded
        assert read.fingerprint == loaded.fingerprint
        assert repr(read.frameworks) == repr(loaded.frameworks)


def test_counts_and_check_ids_follow_the_order_of_the_catalogue() -> None:
    loaded = LoadedCatalogue("aws", "small.json", SMALL)
    assert loaded.requirement_count == 3
    assert loaded.check_ids == ("b", "a")


def test_the_fingerprint_distinguishes_catalogues_that_give_other_rows() -> None:
    alpha = SMALL["alpha"]
    variants: list[Catalogue] = [
        SMALL,
        {"alpha": alpha, "zeta": SMALL["zeta"]},
        {**SMALL, "alpha": {**alpha, "version": "1"}},
        {**SMALL, "alpha": {**alpha, "requirements": {"1": {"description": "e", "checks": {"a": None}}}}},
        {**SMALL, "alpha": {**alpha, "requirements": {"1": {"description": "é", "checks": {"b": None}}}}},
    ]
    assert len({LoadedCatalogue("aws", "x", variant).fingerprint for variant in variants}) == len(variants)


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"\xff", b'{"provider": "aws", "source": "x", "frameworks": {"a": 1}}']
)
def test_a_damaged_file_is_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "catalogue"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"catalogue '.*' is damaged: .*; write it again") as caught:
        read_catalogue(path)
    assert "\n" not in str(caught.value)


def test_files_that_cannot_be_read_or_written_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="gone' cannot be read: No such file"):
        read_catalogue(tmp_path / "gone")
    with pytest.raises(InputError, match=r"cannot be written to .*: No such file"):
        write_catalogue(tmp_path / "gone" / "catalogue", synthetic_catalogue(0))


def test_a_worker_needs_neither_faker_nor_the_loaders() -> None:
    script = (
        "import sys, bench.datasets.catalogue.record\n"
        "heavy = {'faker', 'django', 'bench.datasets.catalogue.synthetic', 'bench.datasets.catalogue.prowler'}\n"
        "print(sorted(heavy & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
