"""The noise floor's file: what ``bench doctor`` found, for later runs on the same machine."""

from __future__ import annotations

from pathlib import Path

import msgspec

from bench.errors import InputError
from bench.results.json_file import write_json
from bench.results.records import NoiseFloor

DEFAULT_PATH = Path("reports/noise-floor.json")


def write_noise_floor(path: Path, floor: NoiseFloor) -> None:
    """Write ``floor`` to ``path`` as indented JSON. Raises InputError where the file cannot be written."""
    write_json(path, floor)


def read_noise_floor(path: Path) -> NoiseFloor | None:
    """Read what ``bench doctor`` left; None where there is no such file. Raises InputError for a damaged one."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=NoiseFloor)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is no noise floor: {error}; make it again with `bench doctor`") from error
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}; make it again with `bench doctor`") from error
