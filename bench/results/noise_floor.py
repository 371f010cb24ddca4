"""The noise floor's file: what ``bench doctor`` found, for later runs on the same machine."""

from __future__ import annotations

from pathlib import Path

from bench.files.input_file import FileKind
from bench.files.json_file import JsonFile, write_json
from bench.results.consistency import noise_floor_faults
from bench.results.environment import NoiseFloor

FILE = "noise-floor.json"
"""In the reports folder."""

_FILE = JsonFile(
    kind=FileKind(
        name="noise floor",
        most_bytes=1024**2,
        source="`bench doctor` writes one",
        remedy="make it again with `bench doctor`",
    ),
    record=NoiseFloor,
    schema=None,
    landmark="deviations",
    faults=noise_floor_faults,
)


def write_noise_floor(path: Path, floor: NoiseFloor) -> None:
    """Write ``floor`` to ``path`` as indented JSON. Raises InputError where the file cannot be written."""
    write_json(path, floor)


def read_noise_floor(path: Path) -> NoiseFloor | None:
    """Read what ``bench doctor`` left; None where there is no such file. Raises InputError for a damaged one."""
    return _FILE.read_if_any(path)
