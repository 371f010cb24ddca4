"""A worker's folder: for its temporary files and its log."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.harness.worker_process import SampleError


@contextmanager
def worker_folder(scratch: Path) -> Iterator[Path]:
    """A folder for one worker and its temporary files, removed even if the worker is killed. Raises SampleError."""
    try:
        folder = tempfile.TemporaryDirectory(prefix="worker-", dir=scratch, ignore_cleanup_errors=True)
    except OSError as error:
        raise SampleError(
            "error", f"no folder for a worker can be made in {scratch}: {error.strerror}; make room, or set TMPDIR"
        ) from error
    with folder as path:
        yield Path(path)
