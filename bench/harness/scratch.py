"""The scratch folder: where a run's temporary files are, removed with the run even if that is killed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.database.run_folder import SHARED, new_name, remove_stale, temporary_base
from bench.database.supervisor import supervised
from bench.errors import InputError


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Make a folder below TMPDIR that only this user may enter. Raises InputError if that fails."""
    try:
        base = temporary_base()
    except OSError as error:
        raise InputError(f"no place for temporary files: {error}; set TMPDIR to another directory") from error
    bases = (base, SHARED)
    remove_stale(bases)
    folder = base / new_name("run")
    plan = {"parent": os.getpid(), "bases": list(map(str, bases)), "directories": [str(folder)], "server": None}
    with supervised(plan) as answer:
        if "error" in answer:
            raise InputError(
                f"cannot make a folder for temporary files: {answer['error']}; make room, or set TMPDIR to another"
            )
        yield folder
