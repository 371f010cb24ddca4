"""The noise floor's file reads back as written; a damaged one is refused, with the remedy."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench.errors import InputError
from bench.results.noise_floor import read_noise_floor, write_noise_floor
from tests.support.noise_floors import FLOOR


def test_a_floor_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "new" / "floor.json"
    floor = replace(FLOOR, warnings=("2 cores",))
    write_noise_floor(path, floor)
    assert read_noise_floor(path) == floor


def test_no_file_is_no_floor(tmp_path: Path) -> None:
    assert read_noise_floor(tmp_path / "floor.json") is None


@pytest.mark.parametrize("content", [b"{", b"\xff", b'{"created": 1}'])
def test_a_damaged_file_is_the_input_s_fault(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "floor.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"floor\.json is not a noise floor: .*; make it again with `bench doctor`"):
        read_noise_floor(path)
    with pytest.raises(InputError, match=r"cannot read the noise floor .*: it is a folder; name a file"):
        read_noise_floor(tmp_path)
